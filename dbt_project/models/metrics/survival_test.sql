{#- Log-rank test between two groups of episodes over session indexes (metrics.md 9 T4). -#}
with counts as (
    select * from {{ ref('int_survival__counts') }}
),

-- What is compared with what: a row per comparison, also where a group has no episode.
comparisons as (
    select
        'trainee_staff' as comparison,
        'role' as scope_kind,
        'trainee' as scope_value,
        'staff' as reference_value
),

group_rows as (
    select
        comparisons.comparison,
        counts.session_index,
        counts.scope_value = comparisons.scope_value as is_compared,
        counts.entered,
        counts.at_risk,
        counts.events
    from comparisons
    inner join counts
        on
            comparisons.scope_kind = counts.scope_kind
            and counts.scope_value in (comparisons.scope_value, comparisons.reference_value)
),

sessions as (
    select
        comparison,
        session_index,
        sum(entered) as both_entered,
        sum(case when is_compared then entered else 0 end) as entered,
        sum(at_risk) as both_at_risk,
        sum(case when is_compared then at_risk else 0 end) as at_risk,
        sum(events) as both_events,
        sum(case when is_compared then events else 0 end) as events
    from group_rows
    group by comparison, session_index
),

-- Of the endings after a session, each group expects its share of those at risk. With one episode
-- at risk there is nothing to compare: no variance.
expectations as (
    select
        *,
        {{ safe_ratio('both_events * at_risk', 'both_at_risk') }} as expected,
        coalesce({{ safe_ratio(
            'cast(at_risk as double) * (both_at_risk - at_risk)'
            ~ ' * both_events * (both_at_risk - both_events)',
            'cast(both_at_risk as double) * both_at_risk * (both_at_risk - 1)'
        ) }}, 0) as variance
    from sessions
    where both_at_risk > 0
),

summed as (
    select
        comparison,
        sum(entered) as episodes_n,
        sum(both_entered) - sum(entered) as reference_n,
        sum(events) as observed,
        sum(both_events) - sum(events) as reference_observed,
        {{ exact_sum('expected') }} as expected,
        {{ exact_sum('variance') }} as variance
    from expectations
    group by comparison
),

judged as (
    select
        comparisons.*,
        coalesce(summed.episodes_n, 0) as episodes_n,
        coalesce(summed.observed, 0) as observed,
        summed.expected,
        coalesce(summed.reference_n, 0) as reference_n,
        coalesce(summed.reference_observed, 0) as reference_observed,
        summed.observed + summed.reference_observed - summed.expected as reference_expected,
        {{ safe_ratio(
            '(summed.observed - summed.expected) * (summed.observed - summed.expected)',
            'summed.variance'
        ) }} as chi_square,
        coalesce(
            least(summed.episodes_n, summed.reference_n) >= {{ param('display_group_n') }}
            and summed.variance > 0,
            false
        ) as is_enough
    from comparisons
    left join summed on comparisons.comparison = summed.comparison
),

survival_test as (
    select
        comparison,
        scope_kind,
        scope_value,
        reference_value,
        cast(episodes_n as bigint) as episodes_n,
        cast(observed as bigint) as observed,
        round(expected, 12) as expected,
        cast(reference_n as bigint) as reference_n,
        cast(reference_observed as bigint) as reference_observed,
        round(reference_expected, 12) as reference_expected,
        case when is_enough then round(chi_square, 12) end as chi_square,
        case
            when is_enough then round(2 * {{ normal_upper_tail('sqrt(chi_square)') }}, 12)
        end as p_value,
        case when is_enough then 'ok' else 'insufficient_n' end as status,
        'log-rank, 1 degree of freedom' as method,
        cast({{ param('params_version') }} as integer) as params_version
    from judged
)

select * from survival_test
