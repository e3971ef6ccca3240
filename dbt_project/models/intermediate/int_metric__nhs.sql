{#- Units of the rates of NHS Talking Therapies (metrics.md 5.6 O2): finished courses measured with
    a depression and an anxiety questionnaire together. -#}
{{ config(materialized='view') }}

{%- set depression, anxiety = 'phq9', 'gad7' %}

with outcomes as (
    select * from {{ ref('episode_outcome') }}
),

endings as (
    select * from {{ ref('episode_ending') }}
    where is_population and attended_sessions >= {{ param('nhs_min_sessions') }}
),

instruments_in_use as (
    select * from {{ ref('int_outcome__instruments_in_use') }}
),

clinicians as (
    select clinician_key
    from instruments_in_use
    where instrument in ('{{ depression }}', '{{ anxiety }}')
    group by clinician_key
    having count(distinct instrument) = 2
),

-- Case at start by one of the two, known even where the other was not asked.
finished as (
    select
        endings.episode_key as unit_key,
        endings.clinician_key,
        endings.last_attended_on as occurred_on,
        coalesce(depression.n_scores >= 2 and anxiety.n_scores >= 2, false) as is_paired,
        coalesce(depression.is_case_first or anxiety.is_case_first, false) as is_case_first,
        coalesce(depression.is_case_last or anxiety.is_case_last, false) as is_case_last,
        coalesce(depression.is_reliably_improved or anxiety.is_reliably_improved, false)
            as has_improvement,
        coalesce(depression.is_reliably_deteriorated or anxiety.is_reliably_deteriorated, false)
            as has_deterioration
    from endings
    inner join clinicians on endings.clinician_key = clinicians.clinician_key
    left join outcomes as depression
        on
            endings.episode_key = depression.episode_key
            and depression.instrument = '{{ depression }}'
    left join outcomes as anxiety
        on
            endings.episode_key = anxiety.episode_key
            and anxiety.instrument = '{{ anxiety }}'
),

judged as (
    select
        *,
        not is_case_last as is_recovery,
        has_improvement and not has_deterioration as is_improvement,
        has_deterioration and not has_improvement as is_deterioration
    from finished
),

counted as (
    select
        'nhs_recovery' as metric_id,
        clinician_key,
        unit_key,
        occurred_on,
        not is_paired as is_excluded,
        is_paired and is_recovery as is_numerator
    from judged
    where is_case_first
    union all
    select
        'nhs_reliable_recovery' as metric_id,
        clinician_key,
        unit_key,
        occurred_on,
        not is_paired as is_excluded,
        is_paired and is_recovery and is_improvement as is_numerator
    from judged
    where is_case_first
    union all
    select
        'nhs_reliable_improvement' as metric_id,
        clinician_key,
        unit_key,
        occurred_on,
        not is_paired as is_excluded,
        is_paired and is_improvement as is_numerator
    from judged
    union all
    select
        'nhs_deterioration' as metric_id,
        clinician_key,
        unit_key,
        occurred_on,
        not is_paired as is_excluded,
        is_paired and is_deterioration as is_numerator
    from judged
),

int_metric__nhs as (
    select
        metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        unit_key,
        occurred_on,
        is_excluded,
        is_numerator,
        cast(null as double) as value
    from counted
)

select * from int_metric__nhs
