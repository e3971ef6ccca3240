{#- The trend of the alliance of a caseload: the mean of the episodes' slopes, each weighted by how
    much its sessions spread (metrics.md 2.3), with a normal interval from the slopes' own standard
    errors. -#}
with lines as (
    select * from {{ ref('int_alliance__slopes') }}
),

alliances as (
    select * from {{ ref('episode_alliance') }}
),

-- An episode whose line is hidden, because it started at the ceiling, is counted and left out.
slopes as (
    select
        alliances.clinician_key,
        alliances.instrument,
        alliances.slope is null as is_excluded,
        alliances.slope,
        alliances.slope_se,
        lines.slope_weight
    from lines
    inner join alliances
        on
            lines.episode_key = alliances.episode_key
            and lines.instrument = alliances.instrument
),

scoped as (
    select
        *,
        'clinician' as scope_kind,
        clinician_key as scope_value
    from slopes
    union all
    select
        *,
        'practice' as scope_kind,
        'practice' as scope_value
    from slopes
),

summed as (
    select
        scope_kind,
        scope_value,
        instrument,
        count(*) as population_n,
        count(case when is_excluded then 1 end) as excluded_n,
        count(distinct case when not is_excluded then clinician_key end) as clinicians_n,
        {{ exact_sum('case when not is_excluded then slope_weight end') }} as weights,
        {{ exact_sum('slope_weight * slope') }} as weighted_slopes,
        sqrt({{ exact_sum('slope_weight * slope_weight * slope_se * slope_se') }}) as weighted_se
    from scoped
    group by scope_kind, scope_value, instrument
),

estimated as (
    select
        *,
        {{ safe_ratio('weighted_slopes', 'weights') }} as estimate,
        {{ normal_975() }} * {{ safe_ratio('weighted_se', 'weights') }} as margin
    from summed
),

int_statistic__alliance_slope as (
    select
        scope_kind,
        scope_value,
        'alliance_slope' as metric_id,
        instrument,
        'all' as period,
        'all' as period_kind,
        cast(null as date) as period_starts_on,
        population_n,
        excluded_n,
        population_n - excluded_n as denominator_n,
        cast(null as bigint) as numerator,
        clinicians_n,
        round(estimate, 12) as raw_estimate,
        round(estimate - margin, 12) as lo,
        round(estimate + margin, 12) as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        'mean of slopes weighted by the spread of sessions; normal 95 %' as method
    from estimated
)

select * from int_statistic__alliance_slope
