with limits as (
    select * from {{ ref('int_funnel__limits') }}
),

dispersions as (
    select * from {{ ref('funnel_dispersion') }}
),

funnel_limit as (
    select
        {{ row_key([
            "'funnel_limit'", 'limits.metric_id', 'limits.instrument', 'limits.period', 'limits.n'
        ]) }} as funnel_limit_key,
        limits.metric_id,
        limits.instrument,
        limits.period,
        limits.period_kind,
        limits.period_starts_on,
        limits.n,
        limits.target,
        limits.lo_998,
        limits.lo_95,
        limits.hi_95,
        limits.hi_998,
        case
            when dispersions.is_applied
                then round({{ arcsine_limit(
                    'limits.target', '-dispersions.z_998', 'limits.n', 'dispersions.tau2'
                ) }}, 12)
        end as adjusted_lo_998,
        case
            when dispersions.is_applied
                then round({{ arcsine_limit(
                    'limits.target', '-dispersions.z_95', 'limits.n', 'dispersions.tau2'
                ) }}, 12)
        end as adjusted_lo_95,
        case
            when dispersions.is_applied
                then round({{ arcsine_limit(
                    'limits.target', 'dispersions.z_95', 'limits.n', 'dispersions.tau2'
                ) }}, 12)
        end as adjusted_hi_95,
        case
            when dispersions.is_applied
                then round({{ arcsine_limit(
                    'limits.target', 'dispersions.z_998', 'limits.n', 'dispersions.tau2'
                ) }}, 12)
        end as adjusted_hi_998,
        cast({{ param('params_version') }} as integer) as params_version
    from limits
    inner join dispersions
        on
            limits.metric_id = dispersions.metric_id
            and coalesce(limits.instrument, '') = coalesce(dispersions.instrument, '')
            and limits.period = dispersions.period
)

select * from funnel_limit
