{#- Agreement of client and clinician over all sessions of a clinician and of the practice: Lin's
    concordance correlation with limits by Fisher's z (metrics.md 2.6). -#}
with pairs as (
    select * from {{ ref('int_attunement__pairs') }}
),

scoped as (
    select
        *,
        'clinician' as scope_kind,
        clinician_key as scope_value
    from pairs
    union all
    select
        *,
        'practice' as scope_kind,
        'practice' as scope_value
    from pairs
),

means as (
    select
        scope_kind,
        scope_value,
        instrument,
        count(*) as n,
        count(distinct clinician_key) as clinicians_n,
        {{ safe_ratio(exact_sum('client_pomp'), 'count(*)') }} as client_mean,
        {{ safe_ratio(exact_sum('clinician_pomp'), 'count(*)') }} as clinician_mean
    from scoped
    group by scope_kind, scope_value, instrument
),

squares as (
    select
        means.scope_kind,
        means.scope_value,
        means.instrument,
        means.n,
        means.clinicians_n,
        means.client_mean - means.clinician_mean as difference,
        {{ centred_sum('scoped.client_pomp', 'means.client_mean') }} as s_xx,
        {{ centred_sum('scoped.clinician_pomp', 'means.clinician_mean') }} as s_yy,
        {{ centred_sum(
            'scoped.client_pomp', 'means.client_mean',
            'scoped.clinician_pomp', 'means.clinician_mean'
        ) }} as s_xy
    from means
    inner join scoped
        on
            means.scope_kind = scoped.scope_kind
            and means.scope_value = scoped.scope_value
            and means.instrument = scoped.instrument
    group by
        means.scope_kind, means.scope_value, means.instrument, means.n, means.clinicians_n,
        means.client_mean, means.clinician_mean
),

agreed as (
    select
        *,
        {{ concordance('n', 's_xx', 's_yy', 's_xy', 'difference') }} as ccc,
        {{ correlation('s_xx', 's_yy', 's_xy') }} as r
    from squares
),

-- Without any covariance, or with perfect agreement, Fisher's z has no standard error.
limited as (
    select
        *,
        case
            when n > 2 and abs(ccc) > 0 and abs(r) < 1
                then
                    {{ normal_975() }}
                    * {{ concordance_z_se('n', 'ccc', 'r', 's_xx', 's_yy', 'difference') }}
        end as margin
    from agreed
),

int_statistic__attunement as (
    select
        scope_kind,
        scope_value,
        'attunement_ccc' as metric_id,
        instrument,
        'all' as period,
        'all' as period_kind,
        cast(null as date) as period_starts_on,
        n as population_n,
        cast(0 as bigint) as excluded_n,
        n as denominator_n,
        cast(null as bigint) as numerator,
        clinicians_n,
        round(ccc, 12) as raw_estimate,
        round({{ from_fisher_z(fisher_z('ccc') ~ ' - margin') }}, 12) as lo,
        round({{ from_fisher_z(fisher_z('ccc') ~ ' + margin') }}, 12) as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        'concordance correlation; Fisher z 95 %' as method
    from limited
)

select * from int_statistic__attunement
