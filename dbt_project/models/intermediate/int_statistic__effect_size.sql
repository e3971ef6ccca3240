{#- Pre-post effect size of ended treatments that began in the clinical range (metrics.md 5.6 O3):
    mean improvement in standard deviations of intake, with Hedges' correction, and large-sample
    limits. All sums are of whole numbers (scores in ten-thousandths), so that neither row order nor
    thread count moves a digit. -#}
{%- set whole = 'decimal(38, 0)' %}
with outcomes as (
    select * from {{ ref('episode_outcome') }}
),

endings as (
    select * from {{ ref('episode_ending') }}
    where is_population
),

instruments_in_use as (
    select * from {{ ref('int_outcome__instruments_in_use') }}
    where has_cutoff
),

period_kinds as (
    {{ period_kinds() }}
),

units as (
    select
        instruments_in_use.instrument,
        endings.clinician_key,
        endings.last_attended_on as occurred_on,
        coalesce(outcomes.n_scores >= 2 and outcomes.is_case_first, false) as is_counted,
        cast(round(outcomes.first_score * 10000) as {{ whole }}) as x,
        cast(round(outcomes.last_score * 10000) as {{ whole }}) as y,
        outcomes.improvement
    from endings
    inner join instruments_in_use on endings.clinician_key = instruments_in_use.clinician_key
    left join outcomes
        on
            endings.episode_key = outcomes.episode_key
            and instruments_in_use.instrument = outcomes.instrument
),

scoped as (
    select
        *,
        'clinician' as scope_kind,
        clinician_key as scope_value
    from units
    union all
    select
        *,
        'practice' as scope_kind,
        'practice' as scope_value
    from units
),

in_periods as (
    select
        scoped.*,
        period_kinds.period_kind,
        {{ period_starts_on('period_kinds.period_kind', 'scoped.occurred_on') }} as period_starts_on
    from scoped
    cross join period_kinds
),

sums as (
    select
        scope_kind,
        scope_value,
        instrument,
        period_kind,
        period_starts_on,
        count(*) as population_n,
        count(case when not is_counted then 1 end) as excluded_n,
        count(case when is_counted then 1 end) as n,
        count(distinct case when is_counted then clinician_key end) as clinicians_n,
        sum(case when is_counted then x end) as sum_x,
        sum(case when is_counted then y end) as sum_y,
        sum(case when is_counted then x * x end) as sum_xx,
        sum(case when is_counted then y * y end) as sum_yy,
        sum(case when is_counted then x * y end) as sum_xy,
        {{ exact_sum('case when is_counted then improvement end') }} as sum_of_improvement
    from in_periods
    group by scope_kind, scope_value, instrument, period_kind, period_starts_on
),

-- n times the centred sums of squares and products
centred as (
    select
        *,
        n * sum_xx - sum_x * sum_x as s_xx,
        n * sum_yy - sum_y * sum_y as s_yy,
        n * sum_xy - sum_x * sum_y as s_xy
    from sums
),

measured as (
    select
        *,
        {{ safe_ratio(
            'sum_of_improvement / nullif(n, 0)',
            'sqrt(' ~ safe_ratio('s_xx', 'n * (n - 1)') ~ ') / 10000'
        ) }} as d,
        -- where every last score is the same, the two have nothing in common
        coalesce({{ safe_ratio(
            's_xy', 'sqrt(cast(s_xx as double)) * sqrt(cast(s_yy as double))'
        ) }}, 0) as r,
        1 - 3.0 / (4 * n - 5) as hedges_j
    from centred
),

int_statistic__effect_size as (
    select
        scope_kind,
        scope_value,
        'effect_size' as metric_id,
        instrument,
        {{ period_name('period_kind', 'period_starts_on') }} as period,
        period_kind,
        period_starts_on,
        population_n,
        excluded_n,
        n as denominator_n,
        cast(null as bigint) as numerator,
        clinicians_n,
        round(hedges_j * d, 12) as raw_estimate,
        round(
            hedges_j * (d - {{ normal_975() }} * sqrt(2 * (1 - r) / n + d * d / (2 * n))), 12
        ) as lo,
        round(
            hedges_j * (d + {{ normal_975() }} * sqrt(2 * (1 - r) / n + d * d / (2 * n))), 12
        ) as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        'standardised mean change with Hedges'' correction; large-sample 95 %' as method
    from measured
)

select * from int_statistic__effect_size
