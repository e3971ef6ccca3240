{#- Units of the outcome shares after Jacobson and Truax, of the severity-adjusted mean and of
    sudden gains (metrics.md 5.6 O1, O4, O6; 7, claim 11). An ended episode is a unit of every
    outcome instrument its clinician uses, with or without a form: leaving out those without would
    hide them. -#}
{{ config(materialized='view') }}

with outcomes as (
    select * from {{ ref('episode_outcome') }}
),

endings as (
    select * from {{ ref('episode_ending') }}
    where is_population
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual'
),

severities as (
    select * from {{ ref('int_outcome__severity_reference') }}
    where status = 'ok'
),

instruments_in_use as (
    select * from {{ ref('int_outcome__instruments_in_use') }}
),

ended as (
    select
        endings.episode_key as unit_key,
        endings.clinician_key,
        endings.last_attended_on as occurred_on,
        instruments_in_use.instrument,
        instruments_in_use.has_reliable_change,
        instruments_in_use.has_cutoff,
        severities.instrument is not null as has_severity_reference,
        coalesce(outcomes.n_scores, 0) as n_scores,
        coalesce(outcomes.is_case_first, false) as is_case_first,
        outcomes.jt_category,
        outcomes.is_reliably_improved,
        outcomes.is_reliably_deteriorated,
        outcomes.severity_adjusted
    from endings
    inner join instruments_in_use on endings.clinician_key = instruments_in_use.clinician_key
    left join severities on instruments_in_use.instrument = severities.instrument
    left join outcomes
        on
            endings.episode_key = outcomes.episode_key
            and instruments_in_use.instrument = outcomes.instrument
),

-- The window is over with its last session, or with the ending; a gain needs two sessions.
windows as (
    select
        episodes.episode_key as unit_key,
        episodes.clinician_key,
        max(sessions.started_on) as occurred_on
    from episodes
    inner join sessions on episodes.episode_key = sessions.episode_key
    where
        sessions.session_index <= {{ param('sudden_gain_sessions') }}
        and (
            episodes.attended_sessions >= {{ param('sudden_gain_sessions') }}
            or (episodes.status != 'open' and episodes.attended_sessions >= 2)
        )
    group by episodes.episode_key, episodes.clinician_key
),

early as (
    select
        windows.unit_key,
        windows.clinician_key,
        windows.occurred_on,
        instruments_in_use.instrument,
        outcomes.has_sudden_gain
    from windows
    inner join instruments_in_use on windows.clinician_key = instruments_in_use.clinician_key
    left join outcomes
        on
            windows.unit_key = outcomes.episode_key
            and instruments_in_use.instrument = outcomes.instrument
    where instruments_in_use.has_reliable_change
),

int_metric__outcomes as (
    select
        'outcome_paired' as metric_id,
        instrument,
        clinician_key,
        unit_key,
        occurred_on,
        false as is_excluded,
        n_scores >= 2 as is_numerator,
        cast(null as double) as value
    from ended
    union all
    select
        'outcome_recovered' as metric_id,
        instrument,
        clinician_key,
        unit_key,
        occurred_on,
        jt_category is null or not is_case_first as is_excluded,
        coalesce(jt_category = 'recovered', false) as is_numerator,
        cast(null as double) as value
    from ended
    where has_reliable_change and has_cutoff
    union all
    select
        'outcome_reliably_improved' as metric_id,
        instrument,
        clinician_key,
        unit_key,
        occurred_on,
        is_reliably_improved is null as is_excluded,
        coalesce(is_reliably_improved, false) as is_numerator,
        cast(null as double) as value
    from ended
    where has_reliable_change
    union all
    select
        'outcome_deteriorated' as metric_id,
        instrument,
        clinician_key,
        unit_key,
        occurred_on,
        is_reliably_deteriorated is null as is_excluded,
        coalesce(is_reliably_deteriorated, false) as is_numerator,
        cast(null as double) as value
    from ended
    where has_reliable_change
    union all
    select
        'severity_adjusted' as metric_id,
        instrument,
        clinician_key,
        unit_key,
        occurred_on,
        severity_adjusted is null as is_excluded,
        false as is_numerator,
        severity_adjusted as value
    from ended
    where has_severity_reference
    union all
    select
        'sudden_gain' as metric_id,
        instrument,
        clinician_key,
        unit_key,
        occurred_on,
        has_sudden_gain is null as is_excluded,
        coalesce(has_sudden_gain, false) as is_numerator,
        cast(null as double) as value
    from early
)

select * from int_metric__outcomes
