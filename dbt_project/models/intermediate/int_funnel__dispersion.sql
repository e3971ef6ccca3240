{#- Do clinicians vary by more than chance (metrics.md 5.5)? phi is the mean square of their
    arcsine z against the practice's rate, with the outer tenths drawn in to the edge of the rest;
    tau2 is the variance between clinicians, on the arcsine scale, that would explain it. From ten
    clinicians on: below, phi says little. -#}
with figures as (
    select * from {{ ref('clinician_metric') }}
    where is_comparable and period_kind != 'month'
),

targets as (
    select distinct
        metric_id,
        instrument,
        period,
        period_kind,
        period_starts_on,
        target
    from {{ ref('int_funnel__sizes') }}
),

scored as (
    select
        targets.metric_id,
        targets.instrument,
        targets.period,
        4.0 * figures.denominator_n as weight,
        (
            asin(sqrt({{ safe_ratio('figures.numerator', 'figures.denominator_n') }}))
            - asin(sqrt(targets.target))
        ) * 2 * sqrt(cast(figures.denominator_n as double)) as z
    from targets
    inner join figures
        on
            targets.metric_id = figures.metric_id
            and coalesce(targets.instrument, '') = coalesce(figures.instrument, '')
            and targets.period = figures.period
),

placed as (
    select
        *,
        row_number() over (partition by metric_id, instrument, period order by z) as place,
        count(*) over (partition by metric_id, instrument, period) as k,
        {{ param('funnel_winsorise') }} as trimmed
    from scored
),

-- An interpolated quantile is the weighted mean of the two values about its place.
edges as (
    select
        metric_id,
        instrument,
        period,
        {{ exact_sum(
            'z * greatest(0, 1 - abs(place - 1 - (k - 1) * trimmed))'
        ) }} as lowest,
        {{ exact_sum(
            'z * greatest(0, 1 - abs(place - 1 - (k - 1) * (1 - trimmed)))'
        ) }} as highest
    from placed
    group by metric_id, instrument, period
),

summed as (
    select
        placed.metric_id,
        placed.instrument,
        placed.period,
        count(*) as k,
        {{ exact_sum(
            'power(greatest(edges.lowest, least(edges.highest, placed.z)), 2)'
        ) }} as squares,
        {{ exact_sum('placed.weight') }} as weights,
        {{ exact_sum('placed.weight * placed.weight') }} as squared_weights
    from placed
    inner join edges
        on
            placed.metric_id = edges.metric_id
            and coalesce(placed.instrument, '') = coalesce(edges.instrument, '')
            and placed.period = edges.period
    group by placed.metric_id, placed.instrument, placed.period
),

int_funnel__dispersion as (
    select
        targets.metric_id,
        targets.instrument,
        targets.period,
        targets.period_kind,
        targets.period_starts_on,
        targets.target,
        coalesce(summed.k, 0) as clinicians_n,
        case
            when summed.k >= {{ param('funnel_min_clinicians') }}
                then round({{ safe_ratio('summed.squares', 'summed.k') }}, 12)
        end as phi,
        case
            when summed.k >= {{ param('funnel_min_clinicians') }}
                then round(greatest(0.0, {{ safe_ratio(
                    'summed.squares - (summed.k - 1)',
                    'summed.weights - summed.squared_weights / summed.weights'
                ) }}), 12)
        end as tau2
    from targets
    left join summed
        on
            targets.metric_id = summed.metric_id
            and coalesce(targets.instrument, '') = coalesce(summed.instrument, '')
            and targets.period = summed.period
)

select * from int_funnel__dispersion
