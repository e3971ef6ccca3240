{#- Exact binomial mid-p of a clinician's count against the practice's rate of the same period
    (metrics.md 5.5: flag by mid-p, draw by limits): the probability of a higher count and half
    that of the same one. Only where a rate is shown. The tail on which the count lies is summed,
    from the count outward to where its terms have vanished: accurate in both tails, and the cost
    grows with the square root of the caseload, not with the caseload. -#}
with estimates as (
    select * from {{ ref('int_metric__estimated') }}
    where measure_kind = 'share'
),

compared as (
    select
        clinicians.scope_value as clinician_key,
        clinicians.metric_id,
        clinicians.instrument,
        clinicians.period,
        clinicians.numerator as x,
        clinicians.denominator_n as n,
        practices.raw_estimate as p,
        case
            when clinicians.numerator >= clinicians.denominator_n * practices.raw_estimate
                then 'high'
            else 'low'
        end as tail,
        -- forty standard deviations and forty counts: nothing is left beyond
        cast(ceil(40 + 40 * sqrt(
            clinicians.denominator_n * practices.raw_estimate * (1 - practices.raw_estimate)
        )) as bigint) as reach
    from estimates as clinicians
    inner join estimates as practices
        on
            clinicians.metric_id = practices.metric_id
            and coalesce(clinicians.instrument, '') = coalesce(practices.instrument, '')
            and clinicians.period = practices.period
            and practices.scope_kind = 'practice'
    where clinicians.scope_kind = 'clinician' and clinicians.status = 'ok'
),

certain as (
    select * from compared
    where p > 0 and p < 1
),

outward as (
    select
        clinician_key,
        metric_id,
        instrument,
        period,
        x,
        n,
        p,
        {{ unnest_list(
            "case when tail = 'high' then "
            ~ number_list('x', 'least(n, x + reach)')
            ~ ' else '
            ~ number_list('greatest(0, x - reach)', 'x')
            ~ ' end'
        ) }} as k
    from certain
),

terms as (
    select
        *,
        {{ binomial_probability('k', 'n', 'p') }} * case when k = x then 0.5 else 1 end as term
    from outward
),

tails as (
    select
        clinician_key,
        metric_id,
        instrument,
        period,
        {{ exact_sum('term') }} as outward_p
    from terms
    group by clinician_key, metric_id, instrument, period
),

-- Where everyone or no one of the practice counts, every clinician is as expected.
int_metric__binomial as (
    select
        compared.clinician_key,
        compared.metric_id,
        compared.instrument,
        compared.period,
        compared.tail,
        round(coalesce(
            case when compared.tail = 'high' then tails.outward_p else 1 - tails.outward_p end, 0.5
        ), 12) as mid_p
    from compared
    left join tails
        on
            compared.clinician_key = tails.clinician_key
            and compared.metric_id = tails.metric_id
            and coalesce(compared.instrument, '') = coalesce(tails.instrument, '')
            and compared.period = tails.period
)

select * from int_metric__binomial
