{#- Units of the early alliance: every started episode whose early window is over, for every
    alliance instrument its clinician uses, with a reason to leave it out where the level cannot be
    told (metrics.md 2.1). -#}
{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('fct_episode') }}
),

alliances as (
    select * from {{ ref('episode_alliance') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

-- An episode without a single form is part of the population: leaving it out would hide it. Sites
-- differ in what they use, so the question is only asked of clinicians who use the instrument.
instruments_in_use as (
    select distinct
        clinician_key,
        instrument
    from alliances
),

windows_over as (
    select
        episode_key,
        clinician_key,
        status != 'open' and attended_sessions < 3 as is_truncated
    from episodes
    where attended_sessions >= 3 or (attended_sessions >= 1 and status != 'open')
),

-- Session 3, or the last one there was.
window_ends as (
    select
        episode_key,
        max(started_on) as window_end_on
    from sessions
    where series = 'individual' and session_index between 1 and 3
    group by episode_key
),

int_metric__early_alliance as (
    select
        'early_alliance' as metric_id,
        instruments_in_use.instrument,
        windows_over.clinician_key,
        windows_over.episode_key as unit_key,
        window_ends.window_end_on as occurred_on,
        windows_over.is_truncated
        or coalesce(alliances.n_early, 0) < {{ param('early_min_scores') }} as is_excluded,
        false as is_numerator,
        alliances.early_1_3 as value
    from windows_over
    inner join instruments_in_use
        on windows_over.clinician_key = instruments_in_use.clinician_key
    inner join window_ends on windows_over.episode_key = window_ends.episode_key
    left join alliances
        on
            windows_over.episode_key = alliances.episode_key
            and instruments_in_use.instrument = alliances.instrument
)

select * from int_metric__early_alliance
