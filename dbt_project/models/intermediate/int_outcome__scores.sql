{#- The series that every outcome rule reads. Here: which scores count, and on which side of the
    cut-off each lies. Not here: any rule about change. -#}
with scores as (
    select * from {{ ref('fct_score') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

norms as (
    select * from {{ ref('int_outcome__norms') }}
),

-- A form of a follow-up meeting, or of one after the closing, says how it went on after the end.
in_treatment as (
    select
        scores.*,
        sessions.started_on as session_on
    from scores
    inner join sessions on scores.session_key = sessions.session_key
    inner join episodes on scores.episode_key = episodes.episode_key
    where
        scores.respondent = 'client'
        and scores.scale = 'total'
        and scores.is_primary
        and scores.series = 'individual'
        and scores.session_index is not null
        and sessions.appointment_type is distinct from 'followup'
        and (episodes.closed_on is null or sessions.started_on <= episodes.closed_on)
),

judgeable as (
    select
        in_treatment.score_key,
        in_treatment.episode_key,
        in_treatment.instrument,
        in_treatment.session_index,
        in_treatment.session_on,
        in_treatment.completed_on,
        in_treatment.score,
        instruments.name,
        instruments.direction,
        instruments.minimum,
        instruments.maximum,
        instruments.outcome_priority,
        -- What is published comes before what is computed from the norms. A published cut-off that
        -- is not for the client's age is none.
        coalesce(
            in_treatment.caseness_cutoff,
            case when instruments.cutoff is null then cast(norms.cutoff_c as decimal(21, 12)) end
        ) as cutoff,
        coalesce(
            cast(instruments.reliable_change as decimal(21, 12)),
            cast(norms.reliable_change as decimal(21, 12))
        ) as reliable_change,
        case
            when instruments.reliable_change is not null then 'published'
            when norms.reliable_change is not null then 'computed'
        end as reliable_change_origin,
        norms.s_diff
    from in_treatment
    inner join instruments on in_treatment.instrument = instruments.instrument
    left join norms on in_treatment.instrument = norms.instrument
    where instruments.family = 'outcome'
),

int_outcome__scores as (
    select
        *,
        case
            when direction = 'higher_is_better' then score < cutoff
            else score >= cutoff
        end as is_case,
        row_number() over from_first as place,
        row_number() over (
            partition by episode_key, instrument order by session_index desc
        ) as recency,
        first_value(score) over from_first as first_score,
        first_value(session_index) over from_first as first_session_index,
        case
            when direction = 'higher_is_better' then score - first_value(score) over from_first
            else first_value(score) over from_first - score
        end as improvement,
        case
            when direction = 'higher_is_better' then score - lag(score) over from_first
            else lag(score) over from_first - score
        end as gain
    from judgeable
    window from_first as (partition by episode_key, instrument order by session_index)
)

select * from int_outcome__scores
