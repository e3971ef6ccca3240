with changes as (
    select * from {{ ref('int_outcome__changes') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

severities as (
    select * from {{ ref('int_outcome__severity_reference') }}
    where status = 'ok'
),

follow_ups as (
    select * from {{ ref('int_outcome__follow_up') }}
),

-- Against what the practice's own regression predicts for this intake, in standard deviations
predicted as (
    select
        changes.*,
        severities.mean_effect,
        {{ safe_ratio(
            'severities.intercept + severities.slope * changes.first_score - changes.last_score',
            'severities.sd_first'
        ) }} * case when changes.direction = 'higher_is_better' then -1 else 1 end
            as better_than_predicted
    from changes
    left join severities on changes.instrument = severities.instrument
),

episode_outcome as (
    select
        {{ row_key(["'episode_outcome'", 'predicted.episode_key', 'predicted.instrument']) }}
            as episode_outcome_key,
        predicted.episode_key,
        episodes.client_key,
        episodes.clinician_key,
        predicted.instrument,
        predicted.is_primary,
        predicted.n_scores,
        predicted.first_session_index,
        predicted.last_session_index,
        cast(predicted.first_score as double) as first_score,
        cast(predicted.last_score as double) as last_score,
        cast(predicted.improvement as double) as improvement,
        predicted.is_case_first,
        predicted.is_case_last,
        cast(predicted.reliable_change as double) as reliable_change,
        predicted.reliable_change_origin,
        predicted.jt_rc,
        predicted.is_reliably_improved,
        predicted.is_reliably_deteriorated,
        predicted.jt_category,
        case
            when predicted.n_scores >= 2
                then round(predicted.better_than_predicted + predicted.mean_effect, 12)
        end as severity_adjusted,
        predicted.n_early_scores,
        predicted.has_sudden_gain,
        follow_ups.is_follow_up_due,
        follow_ups.follow_up_on,
        cast(follow_ups.follow_up_score as double) as follow_up_score,
        follow_ups.is_sustained,
        cast({{ param('params_version') }} as integer) as params_version
    from predicted
    inner join episodes on predicted.episode_key = episodes.episode_key
    left join follow_ups
        on
            predicted.episode_key = follow_ups.episode_key
            and predicted.instrument = follow_ups.instrument
)

select * from episode_outcome
