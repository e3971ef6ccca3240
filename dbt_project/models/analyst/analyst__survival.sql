with

survival as (
    select * from {{ ref('survival') }}
    where scope_kind = 'practice'
),

-- A step of the curve gives its events away, so the curve is shown at every fourth session only,
-- and there only when the events since the fourth before are none or enough.
stepped as (
    select
        *,
        sum(events) over (
            partition by cast(ceil(
                cast(session_index as double) / {{ param('analyst_survival_step') }}
            ) as integer)
        ) as step_events,
        session_index % cast({{ param('analyst_survival_step') }} as integer) = 0 as is_step_end
    from survival
),

judged as (
    select
        *,
        {{ is_small_cell('at_risk') }}
        or {{ is_small_cell('events') }}
        or {{ is_small_cell('censored') }} as is_suppressed,
        {{ suppressed_count('at_risk') }} as shown_at_risk,
        {{ suppressed_count('events') }} as shown_events,
        {{ suppressed_count('censored') }} as shown_censored
    from stepped
),

analyst__survival as (
    select
        session_index,
        shown_at_risk as at_risk,
        shown_events as events,
        shown_censored as censored,
        {{ safe_ratio('shown_events', 'shown_at_risk') }} as hazard,
        case
            when
                is_step_end
                and at_risk >= {{ param('survival_min_at_risk') }}
                and not {{ is_small_cell('step_events') }}
                then round(survival, 2)
        end as survival,
        is_suppressed,
        params_version
    from judged
)

select * from analyst__survival
