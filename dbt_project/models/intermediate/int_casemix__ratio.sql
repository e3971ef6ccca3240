with episodes as (
    select * from {{ ref('int_casemix__placed') }}
),

tails as (
    select * from {{ ref('int_casemix__tail') }}
),

sums as (
    select
        scope_kind,
        scope_value,
        period,
        count(*) as episodes_n,
        count(case when is_dropout then 1 end) as observed,
        {{ exact_sum('expected_share') }} as expected,
        {{ exact_sum('expected_share * (1 - expected_share)') }} as variance
    from episodes
    group by scope_kind, scope_value, period
),

practices as (
    select
        period,
        {{ safe_ratio('observed', 'episodes_n') }} as practice_rate
    from sums
    where scope_kind = 'practice'
),

-- Rounded once, here: the content of a release does not hang on a last bit.
int_casemix__ratio as (
    select
        sums.scope_kind,
        sums.scope_value,
        sums.period,
        sums.episodes_n,
        sums.observed,
        round(sums.expected, 12) as expected,
        round(sums.variance, 12) as variance,
        round({{ safe_ratio('sums.observed', 'sums.expected') }}, 12) as sdr,
        round({{ safe_ratio('sums.observed - sums.expected', 'sqrt(sums.variance)') }}, 12) as z,
        tails.at_least_p,
        tails.mid_p,
        round({{ byar_lo('sums.observed', 'sums.expected') }}, 12) as byar_lo,
        round({{ byar_hi('sums.observed', 'sums.expected') }}, 12) as byar_hi,
        practices.practice_rate,
        round(
            {{ safe_ratio('sums.observed', 'sums.expected') }} * practices.practice_rate, 12
        ) as adjusted_rate
    from sums
    inner join practices on sums.period = practices.period
    left join tails
        on
            case when sums.scope_kind = 'clinician' then sums.scope_value end = tails.clinician_key
            and sums.period = tails.period
)

select * from int_casemix__ratio
