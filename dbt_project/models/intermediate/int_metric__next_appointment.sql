{#- Units of what follows a rated session: whether the client missed the next appointment that was
    to take place, after a rating below the cut-off and after any other (metrics.md 7, claim 5). -#}
{{ config(materialized='view') }}

with scores as (
    select * from {{ ref('int_alliance__scores') }}
    where cutoff is not null
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

-- Cancelled in time or by the clinician: nobody waited, so it is neither kept nor missed.
appointments as (
    select
        episode_key,
        session_index,
        lead(is_missed) over (
            partition by episode_key order by started_at, session_key
        ) as is_next_missed
    from {{ ref('fct_session') }}
    where series = 'individual' and (is_attended or is_missed)
),

rated as (
    select
        scores.*,
        episodes.clinician_key,
        appointments.is_next_missed
    from scores
    inner join appointments
        on
            scores.episode_key = appointments.episode_key
            and scores.session_index = appointments.session_index
    inner join episodes on scores.episode_key = episodes.episode_key
),

int_metric__next_appointment as (
    select
        case when score < cutoff then 'missed_after_low' else 'missed_after_other' end as metric_id,
        instrument,
        clinician_key,
        score_key as unit_key,
        session_on as occurred_on,
        is_next_missed is null as is_excluded,
        coalesce(is_next_missed, false) as is_numerator,
        cast(null as double) as value
    from rated
)

select * from int_metric__next_appointment
