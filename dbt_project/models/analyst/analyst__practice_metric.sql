with

metrics as (
    select * from {{ ref('practice_metric') }}
),

catalogue as (
    select * from {{ ref('metric_definitions') }}
),

judged as (
    select
        metrics.*,
        catalogue.measure_kind = 'share' as is_share,
        case
            when metrics.numerator is null then {{ is_small_cell('metrics.denominator_n') }}
            else {{ is_small_part('metrics.numerator', 'metrics.denominator_n') }}
        end as is_suppressed
    from metrics
    inner join catalogue on metrics.metric_id = catalogue.metric_id
),

rounded as (
    select
        *,
        {{ suppressed_count('denominator_n') }} as shown_n,
        {{ suppressed_count('excluded_n') }} as shown_excluded_n,
        case when not is_suppressed then {{ suppressed_count('numerator') }} end as shown_numerator
    from judged
),

analyst__practice_metric as (
    select
        practice_metric_key,
        metric_id,
        instrument,
        period,
        period_kind,
        period_starts_on,
        shown_n as denominator_n,
        shown_excluded_n as excluded_n,
        shown_numerator as numerator,
        case
            when is_suppressed or estimate is null then null
            when not is_share then round(estimate, 2)
            else {{ safe_ratio('shown_numerator', 'shown_n') }}
        end as estimate,
        case
            when is_suppressed or estimate is null then null
            when not is_share then round(lo, 2)
            else {{ wilson_lo('shown_numerator', 'shown_n') }}
        end as lo,
        case
            when is_suppressed or estimate is null then null
            when not is_share then round(hi, 2)
            else {{ wilson_hi('shown_numerator', 'shown_n') }}
        end as hi,
        is_suppressed,
        case when is_suppressed then 'suppressed' else status end as status,
        method,
        params_version
    from rounded
)

select * from analyst__practice_metric
