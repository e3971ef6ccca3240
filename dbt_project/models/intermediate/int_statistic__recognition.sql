{#- Agreement of client and clinician on whether a session held a rupture: Cohen's kappa with the
    large-sample standard error of Fleiss, Cohen and Everitt 1969 (metrics.md 4.4 R8). Only where both
    answered: an onset in the scores is nobody's answer. -#}
with answers as (
    select * from {{ ref('int_rupture__recognition') }}
    where has_client_report
),

context as (
    select as_of from {{ ref('stg_context') }}
),

known as (
    select answers.*
    from answers
    cross join context
    where answers.started_on <= context.as_of
),

scoped as (
    {{ in_scopes_and_periods('known', 'started_on') }}
),

counts as (
    select
        scope_kind,
        scope_value,
        count(*) as sessions_n,
        count(distinct clinician_key) as clinicians_n,
        count(case when is_client_reported and is_clinician_reported then 1 end) as both_yes,
        count(case when is_client_reported and not is_clinician_reported then 1 end) as client_only,
        count(case when is_clinician_reported and not is_client_reported then 1 end)
            as clinician_only,
        count(case when not is_client_reported and not is_clinician_reported then 1 end) as both_no
    from scoped
    where period_kind = 'all'
    group by scope_kind, scope_value
),

shares as (
    select
        *,
        {{ safe_ratio('both_yes', 'sessions_n') }} as yes_yes,
        {{ safe_ratio('client_only', 'sessions_n') }} as yes_no,
        {{ safe_ratio('clinician_only', 'sessions_n') }} as no_yes,
        {{ safe_ratio('both_no', 'sessions_n') }} as no_no,
        {{ safe_ratio('both_yes + client_only', 'sessions_n') }} as client_yes,
        {{ safe_ratio('both_yes + clinician_only', 'sessions_n') }} as clinician_yes
    from counts
),

agreements as (
    select
        *,
        yes_yes + no_no as observed,
        client_yes * clinician_yes + (1 - client_yes) * (1 - clinician_yes) as by_chance
    from shares
),

-- Where both give one answer only, agreement by chance is complete and kappa says nothing.
kappas as (
    select
        *,
        case
            when {{ compare_ready('by_chance') }} < 1 then (observed - by_chance) / (1 - by_chance)
        end as kappa
    from agreements
),

spreads as (
    select
        *,
        sqrt(greatest(
            yes_yes * power(1 - (client_yes + clinician_yes) * (1 - kappa), 2)
            + no_no * power(1 - (2 - client_yes - clinician_yes) * (1 - kappa), 2)
            + power(1 - kappa, 2) * (
                yes_no * power(clinician_yes + 1 - client_yes, 2)
                + no_yes * power(client_yes + 1 - clinician_yes, 2)
            )
            - power(kappa - by_chance * (1 - kappa), 2),
            0.0
        ) / sessions_n) / nullif(1 - by_chance, 0) as kappa_se
    from kappas
),

int_statistic__recognition as (
    select
        scope_kind,
        scope_value,
        'rupture_kappa' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        'all' as period,
        'all' as period_kind,
        cast(null as date) as period_starts_on,
        sessions_n as population_n,
        cast(0 as bigint) as excluded_n,
        sessions_n as denominator_n,
        cast(null as bigint) as numerator,
        clinicians_n,
        round(kappa, 12) as raw_estimate,
        case
            when kappa is not null
                then round(greatest(kappa - {{ normal_975() }} * kappa_se, -1.0), 12)
        end as lo,
        case
            when kappa is not null
                then round(least(kappa + {{ normal_975() }} * kappa_se, 1.0), 12)
        end as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        'Cohen kappa, large-sample normal 95 %' as method
    from spreads
)

select * from int_statistic__recognition
