{#- Clinicians' figures drawn toward the practice's by as much as the caseload is small: empirical
    Bayes for means (metrics.md 2.5), a beta prior for shares (metrics.md 5.4). -#}
with estimates as (
    select * from {{ ref('int_metric__estimated') }}
),

variance_shares as (
    select * from {{ ref('int_metric__variance_share') }}
),

clinicians as (
    select * from estimates
    where scope_kind = 'clinician' and denominator_n > 0
),

practices as (
    select * from estimates
    where scope_kind = 'practice'
),

-- B_j, and the weight 1 / (tau2 + sig2 / n_j) in units of the total variance, so that a practice
-- without any spread still has weights
weighed as (
    select
        clinicians.scope_value,
        clinicians.metric_id,
        clinicians.instrument,
        clinicians.period,
        clinicians.denominator_n,
        clinicians.raw_estimate,
        variance_shares.k,
        variance_shares.sig2,
        variance_shares.tau2,
        variance_shares.icc,
        variance_shares.is_estimated,
        {{ safe_ratio(
            'clinicians.denominator_n * variance_shares.icc',
            'clinicians.denominator_n * variance_shares.icc + 1 - variance_shares.icc'
        ) }} as reliability,
        {{ safe_ratio(
            'clinicians.denominator_n',
            'clinicians.denominator_n * variance_shares.icc + 1 - variance_shares.icc'
        ) }} as weight
    from clinicians
    inner join variance_shares
        on
            clinicians.metric_id = variance_shares.metric_id
            and coalesce(clinicians.instrument, '') = coalesce(variance_shares.instrument, '')
            and clinicians.period = variance_shares.period
),

centres as (
    select
        metric_id,
        instrument,
        period,
        {{ exact_sum('weight') }} as sum_of_weights,
        {{ safe_ratio(exact_sum('weight * raw_estimate'), exact_sum('weight')) }} as mu
    from weighed
    group by metric_id, instrument, period
),

-- below ten clinicians the centre itself is uncertain: (1 - B)^2 Var(mu) is added
means as (
    select
        weighed.*,
        centres.mu,
        centres.sum_of_weights,
        centres.mu + weighed.reliability * (weighed.raw_estimate - centres.mu)
            as shrunken_estimate,
        sqrt(
            weighed.reliability * weighed.sig2 / weighed.denominator_n
            + case
                when weighed.k < {{ param('centre_uncertain_below') }}
                    then
                        (1 - weighed.reliability) * (1 - weighed.reliability)
                        * (weighed.tau2 + weighed.sig2) / centres.sum_of_weights
                else 0
            end
        ) as shrunken_se
    from weighed
    inner join centres
        on
            weighed.metric_id = centres.metric_id
            and coalesce(weighed.instrument, '') = coalesce(centres.instrument, '')
            and weighed.period = centres.period
),

-- An estimated share between clinicians is itself uncertain. Without that the limits hold the truth
-- too rarely, and close on a point where the estimate is 0 (docs/validity.md). Morris 1983: what a
-- figure loses, 1 - B, is known no better than k - 3 degrees of freedom allow.
widened as (
    select
        *,
        raw_estimate - mu as distance,
        {{ safe_ratio('weight', 'sum_of_weights') }} as weight_share,
        {{ safe_ratio('k - 3', 'k - 1') }} * (1 - reliability) as lost
    from means
),

limited as (
    select
        *,
        case
            when not is_estimated or k <= 3 then shrunken_se
            else
                sqrt(
                    sig2 / denominator_n * (1 - (1 - weight_share) * lost)
                    + 2.0 / (k - 3) * lost * lost * distance * distance
                )
        end as limit_se
    from widened
),

priors as (
    select
        clinicians.scope_value,
        clinicians.metric_id,
        clinicians.instrument,
        clinicians.period,
        clinicians.denominator_n,
        clinicians.numerator,
        practices.raw_estimate as prior_mean,
        (1 - {{ param('dropout_icc_default') }}) / {{ param('dropout_icc_default') }} as prior_n
    from clinicians
    inner join practices
        on
            clinicians.metric_id = practices.metric_id
            and coalesce(clinicians.instrument, '') = coalesce(practices.instrument, '')
            and clinicians.period = practices.period
    where clinicians.measure_kind = 'share'
),

shares as (
    select
        *,
        {{ safe_ratio('numerator + prior_n * prior_mean', 'denominator_n + prior_n') }}
            as shrunken_estimate,
        numerator + prior_n * prior_mean as posterior_a,
        denominator_n - numerator + prior_n * (1 - prior_mean) as posterior_b
    from priors
),

int_metric__shrunken as (
    select
        scope_value as clinician_key,
        metric_id,
        instrument,
        period,
        round(shrunken_estimate, 12) as shrunken_estimate,
        round(shrunken_se, 12) as shrunken_se,
        round(limit_se, 12) as limit_se,
        round(reliability, 12) as reliability,
        round(mu, 12) as expected,
        case
            when is_estimated then 'between-clinician share estimated by moments'
            else 'between-clinician share assumed'
        end as prior_words,
        icc,
        cast(null as double) as posterior_a,
        cast(null as double) as posterior_b
    from limited
    union all
    -- the posterior is a beta distribution of these two shapes; its standard deviation
    select
        scope_value as clinician_key,
        metric_id,
        instrument,
        period,
        round(shrunken_estimate, 12) as shrunken_estimate,
        round(
            sqrt(shrunken_estimate * (1 - shrunken_estimate) / (denominator_n + prior_n + 1)), 12
        ) as shrunken_se,
        cast(null as double) as limit_se,
        round({{ safe_ratio('denominator_n', 'denominator_n + prior_n') }}, 12) as reliability,
        round(prior_mean * denominator_n, 12) as expected,
        'between-clinician share assumed' as prior_words,
        {{ param('dropout_icc_default') }} as icc,
        posterior_a,
        posterior_b
    from shares
)

select * from int_metric__shrunken
