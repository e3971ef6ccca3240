{#- Exact Poisson-binomial probabilities of a clinician's count of unplanned endings, each episode
    with a share of its own (metrics.md 5.4): as many or more, and mid-p (half of as many).

    The probabilities are the inverse Fourier transform of the product over episodes of
    (1 - p + p e^(i t)) at t = 2 pi l / size: a sum of logarithms of moduli and one of angles, both
    plain aggregates. `size` is n + 1; for a very large caseload it is a window of twenty standard
    deviations and forty counts around the expectation, outside of which nothing is left. The other
    half of the frequencies mirrors the first, so it is counted by a weight of two. -#}
with episodes as (
    select * from {{ ref('int_casemix__placed') }}
    where scope_kind = 'clinician'
),

-- Episodes with the same share are counted together.
shares as (
    select
        scope_value,
        period,
        expected_share as p,
        count(*) as episodes_n
    from episodes
    group by scope_value, period, expected_share
),

caseloads as (
    select
        scope_value,
        period,
        count(*) as n,
        count(case when is_dropout then 1 end) as observed,
        {{ exact_sum('expected_share') }} as expected,
        cast(ceil(40 + 20 * sqrt(
            {{ exact_sum('expected_share * (1 - expected_share)') }}
        )) as bigint) as window_size
    from episodes
    group by scope_value, period
),

windows as (
    select
        scope_value,
        period,
        observed,
        least(n + 1, window_size) as size,
        case
            when n + 1 <= window_size then 0
            else cast(floor(expected - cast(window_size as double) / 2) as bigint)
        end as first_count
    from caseloads
),

frequencies as (
    select
        *,
        {{ unnest_list(number_list('0', 'floor(cast(size as double) / 2)')) }} as l
    from windows
),

angled as (
    select
        *,
        2 * pi() * l / size as t,
        case when l = 0 or 2 * l = size then 1 else 2 end as mirrored
    from frequencies
),

-- A modulus of zero (p = 1/2, t = pi) has no logarithm; 1e-300 is zero in any sum here.
spectrum as (
    select
        angled.scope_value,
        angled.period,
        angled.observed,
        angled.size,
        angled.first_count,
        angled.t,
        angled.mirrored,
        exp({{ exact_sum(
            'shares.episodes_n * 0.5 * ln(greatest(1 - 2 * shares.p * (1 - shares.p)'
            ~ ' * (1 - cos(angled.t)), 1e-300))'
        ) }}) as modulus,
        {{ exact_sum(
            'shares.episodes_n * atan2(shares.p * sin(angled.t), 1 - shares.p'
            ~ ' + shares.p * cos(angled.t))'
        ) }} as angle
    from angled
    inner join shares
        on angled.scope_value = shares.scope_value and angled.period = shares.period
    group by
        angled.scope_value,
        angled.period,
        angled.observed,
        angled.size,
        angled.first_count,
        angled.l,
        angled.t,
        angled.mirrored
),

-- The counts from the observed one up; those below it only where it lies below the window.
outward as (
    select
        *,
        {{ unnest_list(number_list(
            'greatest(observed, first_count)', 'first_count + size - 1'
        )) }} as k
    from spectrum
),

tails as (
    select
        scope_value,
        period,
        {{ exact_sum('mirrored * modulus * cos(angle - k * t) / size') }} as at_least_p,
        {{ exact_sum(
            'case when k = observed then mirrored * modulus * cos(angle - k * t) / size else 0 end'
        ) }} as exactly_p
    from outward
    group by scope_value, period
),

int_casemix__tail as (
    select
        windows.scope_value as clinician_key,
        windows.period,
        round(least(greatest(coalesce(tails.at_least_p, 0), 0), 1), 12) as at_least_p,
        round(least(greatest(
            coalesce(tails.at_least_p - tails.exactly_p / 2, 0), 0
        ), 1), 12) as mid_p
    from windows
    left join tails
        on windows.scope_value = tails.scope_value and windows.period = tails.period
)

select * from int_casemix__tail
