{#- Reasons of the agenda that lie in the outcome series of an open episode: reliable
    deterioration, off course, no reliable change yet, stable recovery, and the strengths of
    improvement. -#}
with outcome_scores as (
    select * from {{ ref('int_case__outcome_scores') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status = 'open'
),

open_scores as (
    select
        outcome_scores.*,
        outcome_scores.improvement <= -outcome_scores.reliable_change as is_worse,
        abs(outcome_scores.improvement) < outcome_scores.reliable_change
        and not outcome_scores.is_healthy
        and outcome_scores.session_index >= {{ param('agenda_no_change_from_session') }}
            as is_unchanged
    from outcome_scores
    inner join episodes on outcome_scores.episode_key = episodes.episode_key
),

-- How far back each condition reaches without a break, counted from the latest score. A missing
-- cut-off or reliable change leaves a condition null, which breaks the run.
runs as (
    select
        episode_key,
        coalesce(min(case when not coalesce(is_worse, false) then recency end) - 1, count(*))
            as worse_run,
        coalesce(min(case when not coalesce(is_unchanged, false) then recency end) - 1, count(*))
            as unchanged_run,
        coalesce(min(case when not coalesce(is_healthy, false) then recency end) - 1, count(*))
            as healthy_run
    from open_scores
    group by episode_key
),

latest as (
    select
        open_scores.episode_key,
        open_scores.change_class,
        open_scores.session_index,
        open_scores.first_session_index,
        open_scores.score,
        open_scores.first_score,
        open_scores.reliable_change,
        {{ instrument_word('open_scores.instrument', 'open_scores.name') }} as measure,
        runs.worse_run,
        runs.unchanged_run,
        runs.healthy_run,
        open_scores.session_on
    from open_scores
    inner join runs on open_scores.episode_key = runs.episode_key
    where open_scores.recency = 1 and open_scores.place >= 2
),

firing as (
    select
        *,
        'reliable_deterioration' as reason_id,
        worse_run as run
    from latest
    where worse_run >= 1
    union all
    select
        *,
        'no_reliable_change' as reason_id,
        unchanged_run as run
    from latest
    where unchanged_run >= 1
    union all
    select
        *,
        'stable_recovery' as reason_id,
        healthy_run as run
    from latest
    where change_class = 'recovered' and healthy_run >= {{ param('agenda_stable_scores') }}
    union all
    select
        *,
        case
            when change_class = 'recovered' then 'strength_recovered'
            else 'strength_improved'
        end as reason_id,
        1 as run
    from latest
    where change_class in ('recovered', 'improved')
),

-- Off course where the latest score says so; its line is the one of that session.
off_course as (
    select off_course.*
    from {{ ref('int_outcome__off_course') }} as off_course
    inner join episodes on off_course.episode_key = episodes.episode_key
    where off_course.recency = 1
),

int_agenda__outcome as (
    select
        firing.episode_key,
        firing.reason_id,
        open_scores.session_on as waiting_since,
        firing.measure,
        {{ as_figure('firing.first_score') }} as from_words,
        {{ as_figure('firing.score') }} as to_words,
        {{ as_figure('firing.reliable_change') }} as threshold_words,
        cast(firing.session_index as {{ text_type() }}) as session_words,
        cast(firing.first_session_index as {{ text_type() }}) as first_session_words,
        cast(firing.run as {{ text_type() }}) as scores_words
    from firing
    inner join open_scores
        on
            firing.episode_key = open_scores.episode_key
            and firing.run = open_scores.recency
    union all
    select
        episode_key,
        'off_course' as reason_id,
        held_since as waiting_since,
        {{ instrument_word('instrument', 'name') }} as measure,
        cast(null as {{ text_type() }}) as from_words,
        {{ as_figure('score') }} as to_words,
        {{ as_figure('round(red_line, 1)') }} as threshold_words,
        cast(session_index as {{ text_type() }}) as session_words,
        cast(null as {{ text_type() }}) as first_session_words,
        cast(scores_n as {{ text_type() }}) as scores_words
    from off_course
)

select * from int_agenda__outcome
