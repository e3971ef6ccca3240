with

checks as (
    select * from {{ ref('quality_checks') }}
),

counted as (
    select * from {{ ref('int_check__conformance') }}
    union all
    select * from {{ ref('int_check__completeness') }}
    union all
    select * from {{ ref('int_check__plausibility') }}
),

shared as (
    select
        checks.*,
        counted.violated_rows,
        counted.denominator,
        {{ safe_ratio('counted.violated_rows', 'counted.denominator') }} as violated_share
    from checks
    inner join counted on checks.check_id = counted.check_id
),

-- Nothing to look at is no failure: it is said as such, with a denominator of 0.
check_result as (
    select
        check_id,
        description,
        kahn_class,
        table_name,
        affects,
        violated_rows,
        denominator,
        violated_share,
        threshold,
        severity,
        coalesce({{ compare_ready('violated_share') }} <= {{ compare_ready('threshold') }}, true)
            as is_passed,
        advice
    from shared
)

select * from check_result
