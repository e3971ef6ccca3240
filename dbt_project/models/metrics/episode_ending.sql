with episodes as (
    select * from {{ ref('fct_episode') }}
),

reasons as (
    select * from {{ ref('closure_reasons') }}
),

transfers as (
    select * from {{ ref('int_ending__transfers') }}
),

truncated as (
    select * from {{ ref('int_ending__truncated') }}
),

outcomes as (
    select * from {{ ref('int_outcome__paired') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

facts as (
    select
        episodes.*,
        episodes.status != 'open' as is_ended,
        episodes.attended_sessions >= 1 as is_started,
        transfers.episode_key is not null as is_derived_transfer,
        truncated.episode_key is not null as is_left_truncated,
        coalesce(episodes.last_scheduled_status in ('no_show', 'late_cancel'), false)
            as missed_last_appointment,
        coalesce(
            {{ days_between('episodes.last_attended_on', 'context.as_of') }} >= episodes.lapse_days
            and episodes.next_booked_on is null,
            false
        ) as is_lapse_reached,
        coalesce(reasons.rules_out_dropout, false) or transfers.episode_key is not null
            as is_planned,
        coalesce(reasons.is_excluded_from_dropout, false) or transfers.episode_key is not null
            as is_reason_excluded,
        outcomes.instrument as outcome_instrument,
        outcomes.is_reliably_improved,
        outcomes.is_last_healthy,
        outcomes.is_reliably_improved and outcomes.is_last_healthy as is_recovered_at_end
    from episodes
    cross join context
    left join reasons on episodes.closure_reason = reasons.closure_reason
    left join transfers on episodes.episode_key = transfers.episode_key
    left join truncated on episodes.episode_key = truncated.episode_key
    left join outcomes on episodes.episode_key = outcomes.episode_key
),

-- metrics.md 5.1, in its order. Who never started is no dropout by any definition.
defined as (
    select
        *,
        is_ended and is_started and not is_planned
        and (missed_last_appointment or is_lapse_reached) as is_dropout_d1,
        is_ended and is_started and coalesce(closure_reason = 'dropout_client', false)
            as is_dropout_d2,
        is_ended and is_started and missed_last_appointment as is_dropout_d3,
        is_ended and is_started and attended_sessions < {{ param('dropout_few_sessions') }}
            as is_dropout_d4,
        case
            when is_recovered_at_end is not null and is_started
                then is_ended and not is_planned and not is_recovered_at_end
        end as is_dropout_d5
    from facts
),

episode_ending as (
    select
        episode_key,
        client_key,
        clinician_key,
        opened_on,
        last_attended_on,
        attended_sessions,
        is_ended,
        closure_reason,
        is_derived_transfer,
        missed_last_appointment,
        outcome_instrument,
        is_reliably_improved,
        is_last_healthy,
        is_dropout_d1,
        is_dropout_d2,
        is_dropout_d3,
        is_dropout_d4,
        is_dropout_d5,
        is_dropout_d1 and not coalesce(is_recovered_at_end, false) as is_dropout_d1s,
        is_dropout_d1 and coalesce(is_recovered_at_end, false) as is_early_completer,
        is_left_truncated,
        cast(case when is_started and not is_left_truncated then 1 end as integer)
            as entry_session_index,
        case when is_started then cast(attended_sessions as integer) end as event_session_index,
        not is_dropout_d1 as is_censored,
        case
            when not is_ended then 'open'
            when last_attended_on is null then 'never_started'
            when is_derived_transfer then 'transferred'
            when is_planned then closure_reason
            when is_dropout_d1 then 'dropout'
            else 'unknown'
        end as ending,
        ended_on as known_on,
        is_ended and is_started as is_population,
        is_ended and is_started
        and (is_reason_excluded or (not is_planned and not is_dropout_d1)) as is_excluded,
        cast({{ param('params_version') }} as integer) as params_version
    from defined
)

select * from episode_ending
