{#- The caseloads for which a funnel needs limits: those of the clinicians themselves, so that each
    can be read against its own, and an even grid from 1 to the largest, for the drawn line. A month
    of one clinician is too short for a comparison, so there is no funnel of a month. -#}
with estimates as (
    select * from {{ ref('int_metric__estimated') }}
    where measure_kind = 'share' and period_kind != 'month' and status = 'ok'
),

clinicians as (
    select * from estimates
    where scope_kind = 'clinician'
),

-- the line the funnel stands on: everybody of the practice together
targets as (
    select
        metric_id,
        instrument,
        period,
        period_kind,
        period_starts_on,
        raw_estimate as target
    from estimates
    where scope_kind = 'practice'
),

largest as (
    select
        targets.metric_id,
        targets.instrument,
        targets.period,
        max(clinicians.denominator_n) as n,
        least({{ param('funnel_grid') }}, max(clinicians.denominator_n)) as steps
    from targets
    inner join clinicians
        on
            targets.metric_id = clinicians.metric_id
            and coalesce(targets.instrument, '') = coalesce(clinicians.instrument, '')
            and targets.period = clinicians.period
    group by targets.metric_id, targets.instrument, targets.period
),

grid_steps as (
    select
        metric_id,
        instrument,
        period,
        n,
        steps,
        {{ unnest_list(number_list('1', 'steps')) }} as step
    from largest
),

sizes as (
    select
        metric_id,
        instrument,
        period,
        denominator_n as n
    from clinicians
    union
    select
        metric_id,
        instrument,
        period,
        cast(ceil(step * n / steps) as bigint) as n
    from grid_steps
),

int_funnel__sizes as (
    select
        targets.metric_id,
        targets.instrument,
        targets.period,
        targets.period_kind,
        targets.period_starts_on,
        targets.target,
        sizes.n
    from targets
    inner join sizes
        on
            targets.metric_id = sizes.metric_id
            and coalesce(targets.instrument, '') = coalesce(sizes.instrument, '')
            and targets.period = sizes.period
)

select * from int_funnel__sizes
