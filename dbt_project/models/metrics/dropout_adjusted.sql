with ratios as (
    select * from {{ ref('int_casemix__ratio') }}
    where scope_kind = 'clinician'
),

estimates as (
    select * from {{ ref('int_metric__estimated') }}
    where scope_kind = 'clinician' and metric_id = 'dropout_sdr'
),

clinicians as (
    select * from {{ ref('dim_clinician') }}
),

joined as (
    select
        ratios.*,
        {{ dropout_stratum('clinicians.role') }} as stratum,
        estimates.period_kind,
        estimates.period_starts_on,
        estimates.status,
        estimates.status = 'ok' as is_shown
    from ratios
    inner join estimates
        on ratios.scope_value = estimates.scope_value and ratios.period = estimates.period
    left join clinicians on ratios.scope_value = clinicians.clinician_key
),

dropout_adjusted as (
    select
        {{ row_key(["'dropout_adjusted'", 'scope_value', 'period']) }} as dropout_adjusted_key,
        scope_value as clinician_key,
        stratum,
        period,
        period_kind,
        period_starts_on,
        episodes_n as n,
        observed as o,
        expected as e,
        variance as v,
        case when is_shown then sdr end as sdr,
        case when is_shown then z end as z,
        case when is_shown then at_least_p end as at_least_p,
        case when is_shown then mid_p end as mid_p,
        case when is_shown then adjusted_rate end as adjusted_rate,
        case when is_shown then byar_lo end as byar_lo,
        case when is_shown then byar_hi end as byar_hi,
        status,
        cast({{ param('params_version') }} as integer) as params_version
    from joined
)

select * from dropout_adjusted
