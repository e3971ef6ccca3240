with

courses as (
    select * from {{ ref('expected_course') }}
),

analyst__expected_course as (
    select
        expected_course_key,
        instrument,
        intake_band,
        round(intake_above, 1) as intake_above,
        round(intake_up_to, 1) as intake_up_to,
        session_index,
        round(expected_score, 1) as expected_score,
        round(amber_line, 1) as amber_line,
        round(red_line, 1) as red_line,
        {{ suppressed_count('reference_episodes') }} as reference_episodes,
        {{ suppressed_count('band_episodes') }} as band_episodes,
        status,
        params_version
    from courses
)

select * from analyst__expected_course
