{#- Exact binomial limits with interpolation (Spiegelhalter 2005; metrics.md 5.5): for a tail p, r
    is the smallest count with P(R <= r) >= p, a = (P(R <= r) - p) / P(R = r), and the limit is
    (r - a) / n, never below 0. The tails are those that raise a flag, so lines and flags agree on
    what 95 % and 99.8 % mean. -#}
with sizes as (
    select * from {{ ref('int_funnel__sizes') }}
),

tails as (
    select
        {{ param('flag_conversation_tail') }} as conversation_tail,
        {{ param('flag_review_tail') }} as review_tail
),

-- Ten standard deviations and forty counts about the middle: nothing is left beyond.
counted as (
    select
        metric_id,
        instrument,
        period,
        n,
        target,
        {{ unnest_list(number_list(
            'greatest(0, ceil(n * target - 40 - 10 * sqrt(n * target * (1 - target))))',
            'least(n, floor(n * target + 40 + 10 * sqrt(n * target * (1 - target))))'
        )) }} as r
    from sizes
    where target > 0 and target < 1
),

-- Decimals, so that the sum up to r less the term of r is the sum up to the count before.
terms as (
    select
        *,
        cast({{ binomial_probability('r', 'n', 'target') }} as decimal(38, 15)) as term
    from counted
),

cumulated as (
    select
        *,
        sum(term) over (partition by metric_id, instrument, period, n order by r) as up_to_r
    from terms
),

interpolated as (
    select
        metric_id,
        instrument,
        period,
        n,
        {{ interpolated_limit('tails.review_tail') }} as lo_998,
        {{ interpolated_limit('tails.conversation_tail') }} as lo_95,
        {{ interpolated_limit('(1 - tails.conversation_tail)') }} as hi_95,
        {{ interpolated_limit('(1 - tails.review_tail)') }} as hi_998
    from cumulated
    cross join tails
    group by metric_id, instrument, period, n
),

-- Where everyone or no one of the practice counts, chance has no width. Nine decimals: as far as
-- logarithms of factorials carry for a caseload of thousands, on any engine.
int_funnel__limits as (
    select
        sizes.metric_id,
        sizes.instrument,
        sizes.period,
        sizes.period_kind,
        sizes.period_starts_on,
        sizes.target,
        sizes.n,
        round(greatest(0.0, coalesce(interpolated.lo_998, sizes.target)), 9) as lo_998,
        round(greatest(0.0, coalesce(interpolated.lo_95, sizes.target)), 9) as lo_95,
        round(greatest(0.0, coalesce(interpolated.hi_95, sizes.target)), 9) as hi_95,
        round(greatest(0.0, coalesce(interpolated.hi_998, sizes.target)), 9) as hi_998
    from sizes
    left join interpolated
        on
            sizes.metric_id = interpolated.metric_id
            and coalesce(sizes.instrument, '') = coalesce(interpolated.instrument, '')
            and sizes.period = interpolated.period
            and sizes.n = interpolated.n
)

select * from int_funnel__limits
