with

due_sessions as (
    select * from {{ ref('int_metric__due_sessions') }}
),

scores as (
    select * from {{ ref('fct_score') }}
    where respondent = 'client' and scale = 'total'
),

-- A form that is asked once, at intake, is not missing at every other session.
instruments as (
    select known.*
    from {{ ref('dim_instrument') }} as known
    where
        known.family in ('alliance', 'outcome')
        and {{ param('asked_at_intake', 'known.instrument') }} is null
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

-- An instrument is due from the practice's first form of it on.
live as (
    select
        scores.instrument,
        max(instruments.family) as family,
        min(scores.completed_on) as live_on
    from scores
    inner join instruments on scores.instrument = instruments.instrument
    group by scores.instrument
),

earliest_forms as (
    select
        session_key,
        instrument,
        min(completed_at) as first_completed_at,
        max(completed_on) as last_completed_on
    from scores
    where session_key is not null
    group by session_key, instrument
),

eligible as (
    select
        due_sessions.clinician_key,
        due_sessions.episode_key,
        live.instrument,
        live.family,
        earliest_forms.session_key is not null as has_form,
        earliest_forms.last_completed_on,
        coalesce(
            {{ microseconds_between('due_sessions.ended_at', 'earliest_forms.first_completed_at') }}
            <= {{ param('feedback_on_time_hours') }} * 3600000000,
            false
        ) as is_on_time
    from due_sessions
    inner join live on due_sessions.started_on >= live.live_on
    left join earliest_forms
        on
            due_sessions.session_key = earliest_forms.session_key
            and live.instrument = earliest_forms.instrument
),

-- By episode first, so that sessions and episodes are counted in one pass.
by_episode as (
    select
        clinician_key,
        instrument,
        family,
        episode_key,
        count(*) as eligible_sessions,
        count(case when has_form then 1 end) as scored_sessions,
        count(case when is_on_time then 1 end) as on_time,
        max(last_completed_on) as last_form_on
    from eligible
    group by clinician_key, instrument, family, episode_key
),

counted as (
    select
        clinician_key,
        instrument,
        family,
        cast(sum(eligible_sessions) as bigint) as eligible_sessions,
        cast(sum(scored_sessions) as bigint) as scored_sessions,
        cast(sum(on_time) as bigint) as on_time,
        count(*) as episodes,
        count(case when scored_sessions >= 1 then 1 end) as episodes_scored_1,
        count(case when scored_sessions >= 3 then 1 end) as episodes_scored_3,
        count(case when scored_sessions >= 2 then 1 end) as paired,
        max(last_form_on) as last_form_on
    from by_episode
    group by clinician_key, instrument, family
),

-- Sites differ in what they use: a clinician is asked about the instruments they use, and about all
-- of a family if they use none of it, because that is a gap and not a choice of instrument.
asked as (
    select
        *,
        sum(scored_sessions) over (partition by clinician_key, family) as forms_of_family
    from counted
),

used as (
    select * from asked
    where scored_sessions > 0 or forms_of_family = 0
),

-- A form no session was near enough to belongs to the clinician it names, else to its episode's.
loose as (
    select
        coalesce(scores.clinician_key, episodes.clinician_key) as clinician_key,
        scores.instrument,
        count(case when scores.link_method = 'none' then 1 end) as unlinked_scores,
        count(case when scores.is_prorated then 1 end) as prorated_scores
    from scores
    left join episodes on scores.episode_key = episodes.episode_key
    group by coalesce(scores.clinician_key, episodes.clinician_key), scores.instrument
),

coverage as (
    select
        {{ row_key(["'coverage'", 'used.clinician_key', 'used.instrument']) }}
            as coverage_key,
        used.clinician_key,
        used.instrument,
        used.family,
        used.eligible_sessions,
        used.scored_sessions,
        used.on_time,
        {{ safe_ratio('used.on_time', 'used.eligible_sessions') }} as completion,
        {{ wilson_lo('used.on_time', 'used.eligible_sessions') }} as lo,
        {{ wilson_hi('used.on_time', 'used.eligible_sessions') }} as hi,
        coalesce(
            {{ compare_ready(safe_ratio('used.on_time', 'used.eligible_sessions')) }}
            >= {{ compare_ready(param('feedback_min_completion')) }},
            false
        ) as is_enough,
        used.episodes,
        used.episodes_scored_1,
        used.episodes_scored_3,
        used.paired,
        coalesce(loose.unlinked_scores, 0) as unlinked_scores,
        coalesce(loose.prorated_scores, 0) as prorated_scores,
        used.last_form_on
    from used
    left join loose
        on
            used.clinician_key = loose.clinician_key
            and used.instrument = loose.instrument
)

select * from coverage
