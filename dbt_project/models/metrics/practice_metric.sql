with practices as (
    select
        *,
        coalesce(instrument, '') as instrument_or_none
    from {{ ref('int_metric__estimated') }}
    where scope_kind = 'practice'
),

charts as (
    select * from {{ ref('int_metric__charted') }}
),

last_year as (
    select
        practices.*,
        {{ period_name(
            'period_kind', "cast(period_starts_on - interval '1' year as date)"
        ) }} as compared_period
    from practices
    where practices.period_kind != 'all'
),

compared as (
    select
        practices.*,
        last_year.compared_period,
        earlier.estimate as compared_estimate
    from practices
    left join last_year
        on
            practices.metric_id = last_year.metric_id
            and practices.instrument_or_none = last_year.instrument_or_none
            and practices.period = last_year.period
    left join practices as earlier
        on
            last_year.metric_id = earlier.metric_id
            and last_year.instrument_or_none = earlier.instrument_or_none
            and last_year.compared_period = earlier.period
),

practice_metric as (
    select
        {{ row_key([
            "'practice_metric'", 'compared.metric_id', 'compared.instrument', 'compared.period'
        ]) }} as practice_metric_key,
        compared.metric_id,
        compared.instrument,
        compared.period,
        compared.period_kind,
        compared.period_starts_on,
        compared.population_n,
        compared.excluded_n,
        compared.denominator_n,
        compared.numerator,
        compared.estimate,
        compared.lo,
        compared.hi,
        compared.bound_lo,
        compared.bound_hi,
        cast(null as double) as shrunken_estimate,
        cast(null as double) as shrunken_se,
        cast(null as double) as reliability,
        compared.expected,
        cast(null as double) as mid_p,
        compared.clinicians_n,
        compared.compared_period,
        compared.compared_estimate,
        charts.xmr_points,
        charts.xmr_mean,
        -- no month can lie beyond what a share can be
        case
            when compared.measure_kind = 'share' and charts.xmr_lower < 0 then 0
            else charts.xmr_lower
        end as xmr_lower,
        case
            when compared.measure_kind = 'share' and charts.xmr_upper > 1 then 1
            else charts.xmr_upper
        end as xmr_upper,
        charts.xmr_reading,
        compared.status,
        cast(null as {{ text_type() }}) as flag,
        compared.method,
        cast({{ param('params_version') }} as integer) as params_version
    from compared
    left join charts
        on
            compared.metric_id = charts.metric_id
            and compared.instrument_or_none = coalesce(charts.instrument, '')
            and compared.period = charts.period
)

select * from practice_metric
