{#- Did the practice's figure change because clinicians' own figures did, or because the caseload
    moved between them (metrics.md 8: the practice's mean can rise while every clinician's falls)? A
    quarter against the one before, by Kitagawa's symmetric weights: within is the sum over the
    clinicians of both quarters of (mean share of the caseload) x (change of the own figure); mix is
    the rest, exactly: shifted shares, clinicians who joined or left. -#}
with figures as (
    select
        *,
        {{ quarter_number('period_starts_on') }} as quarter_number
    from {{ ref('int_metric__estimated') }}
    where metric_id in ('early_alliance', 'dropout_d1') and period_kind = 'quarter'
),

practices as (
    select * from figures
    where scope_kind = 'practice'
),

clinicians as (
    select * from figures
    where scope_kind = 'clinician' and denominator_n > 0
),

-- Variance of one unit within clinicians, pooled over the quarter.
unit_variances as (
    select
        practices.metric_id,
        practices.instrument,
        practices.quarter_number,
        case
            when max(practices.measure_kind) = 'share'
                then max(practices.raw_estimate * (1 - practices.raw_estimate))
            else {{ safe_ratio(
                exact_sum('clinicians.sum_of_squares'), 'sum(clinicians.denominator_n) - count(*)'
            ) }}
        end as unit_variance
    from practices
    inner join clinicians
        on
            practices.metric_id = clinicians.metric_id
            and coalesce(practices.instrument, '') = coalesce(clinicians.instrument, '')
            and practices.quarter_number = clinicians.quarter_number
    group by practices.metric_id, practices.instrument, practices.quarter_number
),

weighed as (
    select
        clinicians.metric_id,
        clinicians.instrument,
        clinicians.quarter_number,
        clinicians.scope_value as clinician_key,
        clinicians.raw_estimate as figure,
        {{ safe_ratio('clinicians.denominator_n', 'practices.denominator_n') }} as weight,
        unit_variances.unit_variance / clinicians.denominator_n as figure_variance
    from clinicians
    inner join practices
        on
            clinicians.metric_id = practices.metric_id
            and coalesce(clinicians.instrument, '') = coalesce(practices.instrument, '')
            and clinicians.quarter_number = practices.quarter_number
    inner join unit_variances
        on
            clinicians.metric_id = unit_variances.metric_id
            and coalesce(clinicians.instrument, '') = coalesce(unit_variances.instrument, '')
            and clinicians.quarter_number = unit_variances.quarter_number
),

-- Each quarter stands on the right of one comparison and on the left of the next.
sides as (
    select
        *,
        quarter_number as compared_in,
        true as is_now
    from weighed
    union all
    select
        *,
        quarter_number + 1 as compared_in,
        false as is_now
    from weighed
),

paired as (
    select
        metric_id,
        instrument,
        compared_in as quarter_number,
        clinician_key,
        max(case when is_now then weight end) as weight_now,
        max(case when not is_now then weight end) as weight_before,
        max(case when is_now then figure end) as figure_now,
        max(case when not is_now then figure end) as figure_before,
        sum(figure_variance) as variance_of_both
    from sides
    group by metric_id, instrument, compared_in, clinician_key
),

moved as (
    select
        *,
        weight_now is not null and weight_before is not null as is_in_both,
        (weight_now + weight_before) / 2 as mean_weight
    from paired
),

summed as (
    select
        metric_id,
        instrument,
        quarter_number,
        count(case when is_in_both then 1 end) as clinicians_both_n,
        count(case when weight_before is null then 1 end) as clinicians_joined_n,
        count(case when weight_now is null then 1 end) as clinicians_left_n,
        {{ exact_sum('mean_weight * (figure_now - figure_before)') }} as within_change,
        sqrt({{ exact_sum('mean_weight * mean_weight * variance_of_both') }}) as within_se
    from moved
    group by metric_id, instrument, quarter_number
),

compared as (
    select
        practices.metric_id,
        practices.instrument,
        practices.period,
        practices.period_starts_on,
        practices.denominator_n,
        practices.raw_estimate,
        earlier.raw_estimate as compared_raw,
        coalesce(earlier.denominator_n, 0) as compared_n,
        {{ period_name(
            "'quarter'", "cast(practices.period_starts_on - interval '3' month as date)"
        ) }} as compared_period,
        summed.clinicians_both_n,
        summed.clinicians_joined_n,
        summed.clinicians_left_n,
        summed.within_change,
        summed.within_se,
        case
            when 'pending' in (practices.status, earlier.status) then 'pending'
            when practices.status != 'ok' or coalesce(earlier.status, '') != 'ok'
                then 'insufficient_n'
            when summed.clinicians_both_n = 0 then 'not_applicable'
            else 'ok'
        end as status
    from practices
    inner join summed
        on
            practices.metric_id = summed.metric_id
            and coalesce(practices.instrument, '') = coalesce(summed.instrument, '')
            and practices.quarter_number = summed.quarter_number
    left join practices as earlier
        on
            practices.metric_id = earlier.metric_id
            and coalesce(practices.instrument, '') = coalesce(earlier.instrument, '')
            and practices.quarter_number = earlier.quarter_number + 1
),

told as (
    select
        *,
        case when status = 'ok' then raw_estimate - compared_raw end as change,
        case when status = 'ok' then within_change end as within_told,
        case when status = 'ok' then {{ normal_975() }} * within_se end as within_margin
    from compared
),

change_decomposition as (
    select
        {{ row_key(["'change_decomposition'", 'metric_id', 'instrument', 'period']) }}
            as change_decomposition_key,
        metric_id,
        instrument,
        period,
        period_starts_on,
        compared_period,
        denominator_n,
        compared_n,
        clinicians_both_n,
        clinicians_joined_n,
        clinicians_left_n,
        case when status = 'ok' then raw_estimate end as estimate,
        case when status = 'ok' then compared_raw end as compared_estimate,
        round(change, 12) as change,
        round(within_told, 12) as within_change,
        round(within_told - within_margin, 12) as within_lo,
        round(within_told + within_margin, 12) as within_hi,
        round(change - within_told, 12) as mix_change,
        status,
        cast({{ param('params_version') }} as integer) as params_version
    from told
)

select * from change_decomposition
