with models as (
    select * from {{ ref('casemix_model') }}
),

analyst__casemix_model as (
    select
        casemix_model,
        status,
        reason,
        case
            when not {{ is_small_part('events', 'episodes_n') }}
                then {{ suppressed_count('episodes_n') }}
        end as episodes_n,
        case
            when not {{ is_small_part('events', 'episodes_n') }}
                then {{ suppressed_count('events') }}
        end as events,
        variables,
        not_adjusted_for,
        round(calibration_slope, 2) as calibration_slope,
        round(calibration_slope_lo, 2) as calibration_slope_lo,
        round(calibration_slope_hi, 2) as calibration_slope_hi,
        round(c_statistic, 2) as c_statistic,
        has_skill,
        {{ is_small_part('events', 'episodes_n') }} as is_suppressed,
        params_version
    from models
)

select * from analyst__casemix_model
