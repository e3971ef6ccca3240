-- What is too small to be shown is not in the table either, and what is shown lies in its interval.
select
    metric_id,
    instrument,
    period,
    estimate
from (
    select
        metric_id,
        instrument,
        period,
        status,
        denominator_n,
        estimate,
        lo,
        hi
    from {{ ref('clinician_metric') }}
    union all
    select
        metric_id,
        instrument,
        period,
        status,
        denominator_n,
        estimate,
        lo,
        hi
    from {{ ref('practice_metric') }}
) as figures
where
    (status != 'ok' and (estimate is not null or lo is not null or hi is not null))
    or (status = 'ok' and (estimate is null or estimate < lo - 1e-9 or estimate > hi + 1e-9))
    or (status = 'ok' and denominator_n < {{ param('display_rate_n') }})
