with bands as (
    select * from {{ ref('int_outcome__course_bands') }}
),

lines as (
    select
        instrument,
        intake_band,
        max(case when line = 'red' then intercept end) as red_intercept,
        max(case when line = 'red' then slope end) as red_slope,
        max(case when line = 'amber' then intercept end) as amber_intercept,
        max(case when line = 'amber' then slope end) as amber_slope,
        max(case when line = 'expected' then intercept end) as expected_intercept,
        max(case when line = 'expected' then slope end) as expected_slope
    from {{ ref('int_outcome__course_lines') }}
    group by instrument, intake_band
),

-- The first score can never be off a course that starts from it.
fitted as (
    select
        bands.*,
        lines.red_intercept,
        lines.red_slope,
        lines.amber_intercept,
        lines.amber_slope,
        lines.expected_intercept,
        lines.expected_slope,
        {{ unnest_list(number_list(2, 'bands.last_session_index')) }} as session_index
    from bands
    inner join lines
        on bands.instrument = lines.instrument and bands.intake_band = lines.intake_band
),

drawn as (
    select
        *,
        ln(session_index) as log_session
    from fitted
),

courses as (
    select
        instrument,
        intake_band,
        intake_above,
        intake_up_to,
        cast(session_index as integer) as session_index,
        {{ towards_better('(expected_intercept + expected_slope * log_session)', 'direction') }}
            as expected_score,
        {{ towards_better('(amber_intercept + amber_slope * log_session)', 'direction') }}
            as amber_line,
        {{ towards_better('(red_intercept + red_slope * log_session)', 'direction') }} as red_line,
        reference_episodes,
        band_episodes,
        'ok' as status
    from drawn
    union all
    select
        bands.instrument,
        bands.intake_band,
        bands.intake_above,
        bands.intake_up_to,
        cast(null as integer) as session_index,
        cast(null as double) as expected_score,
        cast(null as double) as amber_line,
        cast(null as double) as red_line,
        bands.reference_episodes,
        bands.band_episodes,
        'not_applicable' as status
    from bands
    where not bands.is_fitted
),

expected_course as (
    select
        {{ row_key(["'expected_course'", 'instrument', 'intake_band', 'session_index']) }}
            as expected_course_key,
        instrument,
        cast(intake_band as integer) as intake_band,
        intake_above,
        intake_up_to,
        session_index,
        round(expected_score, 6) as expected_score,
        round(amber_line, 6) as amber_line,
        round(red_line, 6) as red_line,
        reference_episodes,
        band_episodes,
        status,
        cast({{ param('params_version') }} as integer) as params_version
    from courses
)

select * from expected_course
