{#- Each outcome score against the expected course of its first score (metrics.md 5.6 O5, 3 OU1):
    red beyond the red line, amber between the lines, else green. -#}
{{ config(materialized='view') }}

with scores as (
    select * from {{ ref('int_outcome__scores') }}
    where place > 1
),

courses as (
    select * from {{ ref('expected_course') }}
    where status = 'ok'
),

int_outcome__on_track as (
    select
        scores.score_key,
        scores.episode_key,
        scores.instrument,
        scores.name as instrument_name,
        scores.session_index,
        scores.completed_on,
        scores.score,
        scores.recency,
        courses.intake_band,
        courses.expected_score,
        courses.amber_line,
        courses.red_line,
        case
            when
                {{ compare_ready(towards_better('scores.score', 'scores.direction')) }}
                < {{ compare_ready(towards_better('courses.red_line', 'scores.direction')) }}
                then 'red'
            when
                {{ compare_ready(towards_better('scores.score', 'scores.direction')) }}
                < {{ compare_ready(towards_better('courses.amber_line', 'scores.direction')) }}
                then 'amber'
            else 'green'
        end as colour
    from scores
    inner join courses
        on
            scores.instrument = courses.instrument
            and scores.session_index = courses.session_index
    where {{ is_in_intake_band('scores.first_score', 'courses') }}
)

select * from int_outcome__on_track
