{#- Units of the early alliance: every started episode whose early window is over, for every
    alliance instrument its clinician uses, with a reason to leave it out where the level cannot be
    told; and how much of the window was rated (metrics.md 2.1). -#}
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

-- Session 3 and session 5, or the last one there was.
window_ends as (
    select
        episode_key,
        max(case when session_index <= 3 then started_on end) as third_on,
        max(case when session_index <= 5 then started_on end) as fifth_on
    from sessions
    where series = 'individual' and session_index between 1 and 5
    group by episode_key
),

asked as (
    select
        episodes.episode_key,
        episodes.clinician_key,
        episodes.attended_sessions,
        episodes.status != 'open' as is_ended,
        instruments_in_use.instrument,
        window_ends.third_on,
        window_ends.fifth_on,
        coalesce(alliances.n_early, 0) as n_early,
        coalesce(alliances.n_early_3_5, 0) as n_early_3_5,
        alliances.early_1_3,
        alliances.early_3_5
    from episodes
    inner join instruments_in_use on episodes.clinician_key = instruments_in_use.clinician_key
    inner join window_ends on episodes.episode_key = window_ends.episode_key
    left join alliances
        on
            episodes.episode_key = alliances.episode_key
            and instruments_in_use.instrument = alliances.instrument
),

first_windows as (
    select
        *,
        (is_ended and attended_sessions < 3)
        or n_early < {{ param('early_min_scores') }} as has_no_level
    from asked
    where attended_sessions >= 3 or is_ended
),

second_windows as (
    select * from asked
    where attended_sessions >= 5 or (attended_sessions >= 3 and is_ended)
),

int_metric__early_alliance as (
    select
        'early_alliance' as metric_id,
        instrument,
        clinician_key,
        episode_key as unit_key,
        third_on as occurred_on,
        has_no_level as is_excluded,
        false as is_numerator,
        early_1_3 as value
    from first_windows
    union all
    -- an early ending is left out of the level, never of its coverage
    select
        'early_coverage' as metric_id,
        instrument,
        clinician_key,
        episode_key as unit_key,
        third_on as occurred_on,
        false as is_excluded,
        false as is_numerator,
        {{ safe_ratio('n_early', '3') }} as value
    from first_windows
    union all
    select
        'early_alliance_3_5' as metric_id,
        instrument,
        clinician_key,
        episode_key as unit_key,
        fifth_on as occurred_on,
        n_early_3_5 < {{ param('early_min_scores') }} as is_excluded,
        false as is_numerator,
        early_3_5 as value
    from second_windows
)

select * from int_metric__early_alliance
