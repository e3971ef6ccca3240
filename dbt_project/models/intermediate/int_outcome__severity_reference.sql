{#- The practice's own reference for severity-adjusted change (metrics.md 5.6 O4): last score on
    first score over all ended pairs of an instrument, by least squares. All sums are of whole
    numbers (scores in ten-thousandths), so that neither row order nor thread count moves a digit.
    -#}
{%- set whole = 'decimal(38, 0)' %}
with changes as (
    select * from {{ ref('int_outcome__changes') }}
    where n_scores >= 2
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status != 'open' and attended_sessions >= 1
),

pairs as (
    select
        changes.instrument,
        changes.direction,
        cast(changes.first_score * 10000 as {{ whole }}) as x,
        cast(changes.last_score * 10000 as {{ whole }}) as y
    from changes
    inner join episodes on changes.episode_key = episodes.episode_key
),

sums as (
    select
        instrument,
        direction,
        count(*) as n,
        sum(x) as sum_x,
        sum(y) as sum_y,
        sum(x * x) as sum_xx,
        sum(x * y) as sum_xy
    from pairs
    group by instrument, direction
),

-- n times the centred sums of squares and products
centred as (
    select
        *,
        n * sum_xx - sum_x * sum_x as s_xx,
        n * sum_xy - sum_x * sum_y as s_xy
    from sums
),

fitted as (
    select
        *,
        {{ safe_ratio('s_xy', 's_xx') }} as slope,
        {{ safe_ratio('sum_x', 'n') }} / 10000 as mean_first,
        {{ safe_ratio('sum_y', 'n') }} / 10000 as mean_last,
        sqrt({{ safe_ratio('s_xx', 'n * (n - 1)') }}) / 10000 as sd_first,
        n >= {{ param('saes_min_reference') }} and s_xx > 0 as is_enough
    from centred
),

int_outcome__severity_reference as (
    select
        instrument,
        n as pairs_n,
        case when is_enough then 'ok' else 'not_applicable' end as status,
        case when is_enough then round(mean_last - slope * mean_first, 12) end as intercept,
        case when is_enough then round(slope, 12) end as slope,
        case when is_enough then round(sd_first, 12) end as sd_first,
        case
            when is_enough
                then round({{ safe_ratio(
                    "case when direction = 'higher_is_better' then mean_last - mean_first"
                    ~ ' else mean_first - mean_last end',
                    'sd_first'
                ) }}, 12)
        end as mean_effect
    from fitted
)

select * from int_outcome__severity_reference
