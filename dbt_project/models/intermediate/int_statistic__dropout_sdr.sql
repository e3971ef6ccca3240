{#- The standardised dropout ratio as a statistic of both long tables. Its population is that of
    dropout_d1, period by period; without a case-mix model the figure is null, hence not_applicable.
    -#}
with counts as (
    select * from {{ ref('int_metric__counted') }}
    where metric_id = 'dropout_d1'
),

ratios as (
    select * from {{ ref('int_casemix__ratio') }}
),

models as (
    select coalesce({{ casemix_slope_lo() }} > 0, false) as has_skill
    from {{ ref('int_casemix__coefficients') }}
),

int_statistic__dropout_sdr as (
    select
        counts.scope_kind,
        counts.scope_value,
        'dropout_sdr' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        counts.period,
        counts.period_kind,
        counts.period_starts_on,
        counts.population_n,
        counts.excluded_n,
        counts.denominator_n,
        counts.numerator,
        counts.clinicians_n,
        ratios.sdr as raw_estimate,
        ratios.byar_lo as lo,
        ratios.byar_hi as hi,
        ratios.expected,
        -- what a flag is raised by: a model without skill raises none
        case when models.has_skill then ratios.mid_p end as mid_p,
        'observed / expected by case-mix, Byar 95 %' as method
    from counts
    cross join models
    left join ratios
        on
            counts.scope_kind = ratios.scope_kind
            and counts.scope_value = ratios.scope_value
            and counts.period = ratios.period
)

select * from int_statistic__dropout_sdr
