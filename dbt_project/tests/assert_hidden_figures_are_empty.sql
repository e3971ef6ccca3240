-- What is too small or too thinly covered to be shown is not in the table either; what is shown
-- lies in its interval, and a share within what the missing forms could make of it.
with

figures as (
    select
        'clinician' as scope_kind,
        metric_id,
        instrument,
        period,
        status,
        denominator_n,
        estimate,
        lo,
        hi,
        bound_lo,
        bound_hi,
        shrunken_estimate,
        flag
    from {{ ref('clinician_metric') }}
    union all
    select
        'practice' as scope_kind,
        metric_id,
        instrument,
        period,
        status,
        denominator_n,
        estimate,
        lo,
        hi,
        bound_lo,
        bound_hi,
        shrunken_estimate,
        flag
    from {{ ref('practice_metric') }}
)

select
    scope_kind,
    metric_id,
    instrument,
    period,
    estimate
from figures
where
    (
        status != 'ok'
        and (estimate is not null or lo is not null or hi is not null or flag is not null)
    )
    or (status = 'ok' and (estimate is null or estimate < lo - 1e-9 or estimate > hi + 1e-9))
    or (status = 'ok' and denominator_n < {{ param('display_rate_n') }})
    or (estimate < bound_lo - 1e-9 or estimate > bound_hi + 1e-9)
    or (status = 'insufficient_coverage' and shrunken_estimate is not null)
    or (status = 'insufficient_coverage' and scope_kind = 'practice')
