{#- What somebody said about a rupture in a session, per rater: the client's questionnaire, the
    clinician's, and an observer's codes (metrics.md 1.3). Which of it is a rupture is told here; what
    becomes of one is told by macros/rupture_course.sql. -#}
with scores as (
    select * from {{ ref('fct_score') }}
    where
        instrument = 'psq'
        and is_primary
        and series = 'individual'
        and session_index is not null
        and episode_key is not null
),

forms as (
    select
        episode_key,
        respondent,
        session_index,
        max(case when scale = 'rupture_reported' then score end) = 1 as says_rupture,
        cast(max(case when scale = 'rupture_intensity' then score end) as double) as intensity,
        coalesce(
            max(case when scale = 'rupture_resolution' then score end)
            >= {{ param('direct_resolved_from') }},
            false
        ) as is_resolved,
        -- only a clinician or an observer tells the kind of a rupture (metrics.md 4.4 R9)
        max(case when scale = 'withdrawal' and respondent != 'client' then score end)
        >= {{ param('coded_min_significance') }} as is_withdrawal,
        max(case when scale = 'confrontation' and respondent != 'client' then score end)
        >= {{ param('coded_min_significance') }} as is_confrontation
    from scores
    group by episode_key, respondent, session_index
),

judged as (
    select
        *,
        coalesce(says_rupture, false)
        or coalesce(is_withdrawal, false)
        or coalesce(is_confrontation, false) as is_reported,
        coalesce(says_rupture, is_withdrawal, is_confrontation) is not null as is_answered
    from forms
),

int_rupture__reports as (
    select
        episode_key,
        respondent,
        session_index,
        is_reported,
        -- a form that leaves every question open denies nothing
        is_answered and not is_reported as is_denied,
        is_resolved,
        intensity,
        case
            when is_withdrawal and is_confrontation then 'mixed'
            when is_withdrawal then 'withdrawal'
            when is_confrontation then 'confrontation'
        end as rupture_type
    from judged
)

select * from int_rupture__reports
