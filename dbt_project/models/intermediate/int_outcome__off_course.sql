{#- Where an open or ended case is off course (screens.md 4 T3, 9): its latest scores lie beyond the
    red line, several in a row and the latest after the first sessions. One score there says little:
    a tenth of the practice's own cases stood beyond the line. One row per score at which it holds,
    with the day since which it does. Not here: the lines and colours (int_outcome__on_track), and
    what the agenda makes of it. -#}
with scores as (
    select * from {{ ref('int_case__outcome_scores') }}
),

on_track as (
    select * from {{ ref('int_outcome__on_track') }}
),

-- A score that no course reaches is not beyond it, and ends a run; the first one never is.
coloured as (
    select
        scores.*,
        on_track.red_line,
        coalesce(on_track.colour = 'red', false) as is_red
    from scores
    left join on_track
        on
            scores.episode_key = on_track.episode_key
            and scores.instrument = on_track.instrument
            and scores.session_index = on_track.session_index
),

runs as (
    select
        *,
        max(case when not is_red then place end) over (
            partition by episode_key order by place
        ) as run_begins_after
    from coloured
),

int_outcome__off_course as (
    select
        episode_key,
        instrument,
        name,
        session_index,
        session_on,
        score,
        red_line,
        recency,
        place - run_begins_after as scores_n,
        min(session_on) over (partition by episode_key, run_begins_after) as held_since
    from runs
    where
        place - run_begins_after >= {{ param('agenda_off_course_scores') }}
        and session_index > {{ param('agenda_off_course_after_session') }}
)

select * from int_outcome__off_course
