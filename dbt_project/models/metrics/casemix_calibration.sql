with expected as (
    select * from {{ ref('int_casemix__expected') }}
),

grouped as (
    select
        *,
        cast(ceil(
            row_number() over (order by expected_share, episode_key)
            * {{ param('casemix_calibration_groups') }} / count(*) over ()
        ) as integer) as calibration_group
    from expected
),

summed as (
    select
        calibration_group,
        count(*) as episodes_n,
        count(case when is_dropout then 1 end) as observed,
        {{ exact_sum('expected_share') }} as expected
    from grouped
    group by calibration_group
),

casemix_calibration as (
    select
        calibration_group,
        episodes_n,
        observed,
        round(expected, 12) as expected,
        {{ safe_ratio('observed', 'episodes_n') }} as observed_rate,
        round({{ wilson_lo('observed', 'episodes_n') }}, 12) as lo,
        round({{ wilson_hi('observed', 'episodes_n') }}, 12) as hi,
        round({{ safe_ratio('expected', 'episodes_n') }}, 12) as expected_rate,
        cast({{ param('params_version') }} as integer) as params_version
    from summed
)

select * from casemix_calibration
