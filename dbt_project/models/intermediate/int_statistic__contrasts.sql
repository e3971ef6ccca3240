{#- Two groups of clients beside one another, for the practice alone (metrics.md 7, claims 5 and 9).
    Trauma: the difference within each clinician, weighted by n1 n2 / (n1 + n2), so that it is not
    about who sees whom; limits from the spread within clinician and group. Preferences met or not:
    the plain difference of means with Welch's limits, degrees of freedom rounded down. Neither is
    given below the smallest group. -#}
with units as (
    select * from {{ ref('int_contrast__units') }}
),

quantiles as (
    select * from {{ ref('student_t_975') }}
),

-- One stratum per clinician, or the whole practice where the groups are compared as they are.
placed as (
    select
        *,
        case
            when metric_id = 'preference_alliance_difference' then 'practice' else clinician_key
        end as stratum,
        coalesce(instrument, '') as instrument_or_none
    from units
),

cells as (
    select
        metric_id,
        instrument_or_none,
        stratum,
        is_first_group,
        count(*) as n,
        {{ safe_ratio(exact_sum('value'), 'count(*)') }} as mean
    from placed
    where not is_excluded
    group by metric_id, instrument_or_none, stratum, is_first_group
),

-- A clinician without a client in one of the groups says nothing of the difference.
strata as (
    select
        first_cells.metric_id,
        first_cells.instrument_or_none,
        first_cells.stratum,
        first_cells.n as n_first,
        other_cells.n as n_other,
        first_cells.mean as mean_first,
        other_cells.mean as mean_other,
        {{ safe_ratio(
            'first_cells.n * other_cells.n', 'first_cells.n + other_cells.n'
        ) }} as weight
    from cells as first_cells
    inner join cells as other_cells
        on
            first_cells.metric_id = other_cells.metric_id
            and first_cells.instrument_or_none = other_cells.instrument_or_none
            and first_cells.stratum = other_cells.stratum
    where first_cells.is_first_group and not other_cells.is_first_group
),

deviations as (
    select
        placed.metric_id,
        placed.instrument_or_none,
        placed.client_key,
        placed.clinician_key,
        placed.is_first_group,
        placed.value
        - case when placed.is_first_group then strata.mean_first else strata.mean_other end
            as deviation
    from placed
    inner join strata
        on
            placed.metric_id = strata.metric_id
            and placed.instrument_or_none = strata.instrument_or_none
            and placed.stratum = strata.stratum
    where not placed.is_excluded
),

spreads as (
    select
        metric_id,
        instrument_or_none,
        count(distinct clinician_key) as clinicians_n,
        count(distinct case when is_first_group then client_key end) as clients_first,
        count(distinct case when not is_first_group then client_key end) as clients_other,
        {{ exact_sum('case when is_first_group then deviation * deviation else 0 end') }}
            as squares_first,
        {{ exact_sum('case when not is_first_group then deviation * deviation else 0 end') }}
            as squares_other
    from deviations
    group by metric_id, instrument_or_none
),

differences as (
    select
        metric_id,
        instrument_or_none,
        count(*) as strata_n,
        sum(n_first) as n_first,
        sum(n_other) as n_other,
        {{ exact_sum('weight') }} as weights,
        {{ safe_ratio(
            exact_sum('weight * (mean_first - mean_other)'), exact_sum('weight')
        ) }} as difference
    from strata
    group by metric_id, instrument_or_none
),

populations as (
    select
        metric_id,
        instrument_or_none,
        max(instrument) as instrument,
        count(*) as population_n
    from placed
    group by metric_id, instrument_or_none
),

joined as (
    select
        populations.*,
        differences.difference,
        coalesce(differences.n_first, 0) as n_first,
        coalesce(differences.n_other, 0) as n_other,
        coalesce(differences.strata_n, 0) as strata_n,
        differences.weights,
        coalesce(spreads.clinicians_n, 0) as clinicians_n,
        coalesce(spreads.clients_first, 0) as clients_first,
        coalesce(spreads.clients_other, 0) as clients_other,
        spreads.squares_first,
        spreads.squares_other,
        populations.metric_id = 'preference_alliance_difference' as is_welch
    from populations
    left join differences
        on
            populations.metric_id = differences.metric_id
            and populations.instrument_or_none = differences.instrument_or_none
    left join spreads
        on
            populations.metric_id = spreads.metric_id
            and populations.instrument_or_none = spreads.instrument_or_none
),

-- Squared standard errors of the two means, and of the difference.
errors as (
    select
        *,
        cast(n_first + n_other as bigint) as n,
        {{ safe_ratio('squares_first', 'n_first * (n_first - 1)') }} as variance_first,
        {{ safe_ratio('squares_other', 'n_other * (n_other - 1)') }} as variance_other,
        case
            when is_welch
                then least(clients_first, clients_other) >= {{ param('display_group_cell_n') }}
            else least(clients_first, clients_other) >= {{ param('contrast_min_clients') }}
        end as is_large_enough
    from joined
),

judged as (
    select
        *,
        case
            when is_welch then variance_first + variance_other
            else
                {{ safe_ratio('squares_first + squares_other', 'n - 2 * strata_n') }}
                / nullif(weights, 0)
        end as variance,
        case
            when is_welch
                then
                    cast(floor({{ compare_ready(safe_ratio(
                        'power(variance_first + variance_other, 2)',
                        'power(variance_first, 2) / nullif(n_first - 1, 0)'
                        ~ ' + power(variance_other, 2) / nullif(n_other - 1, 0)'
                    )) }}) as bigint)
            else cast(n - 2 * strata_n as bigint)
        end as degrees_of_freedom
    from errors
),

limited as (
    select
        judged.*,
        {{ student_t_975('judged.degrees_of_freedom', 'quantiles.quantile') }}
        * sqrt(judged.variance) as margin
    from judged
    left join quantiles on judged.degrees_of_freedom = quantiles.degrees_of_freedom
),

int_statistic__contrasts as (
    select
        'practice' as scope_kind,
        'practice' as scope_value,
        metric_id,
        instrument,
        'all' as period,
        'all' as period_kind,
        cast(null as date) as period_starts_on,
        population_n,
        population_n - n as excluded_n,
        n as denominator_n,
        cast(n_first as bigint) as numerator,
        clinicians_n,
        case when is_large_enough then round(difference, 12) end as raw_estimate,
        case when is_large_enough then round(difference - margin, 12) end as lo,
        case when is_large_enough then round(difference + margin, 12) end as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        case
            when is_welch then 'difference of means; Welch t 95 %'
            else 'difference within clinicians; pooled t 95 %'
        end as method
    from limited
)

select * from int_statistic__contrasts
