with estimates as (
    select * from {{ ref('int_metric__estimated') }}
),

shrunken as (
    select * from {{ ref('int_metric__shrunken') }}
),

posteriors as (
    select * from {{ ref('int_metric__posterior') }}
),

tails as (
    select * from {{ ref('int_metric__binomial') }}
),

flagged as (
    select * from {{ ref('int_metric__flagged') }}
),

persistent as (
    select distinct
        clinician_key,
        metric_id,
        instrument,
        last_quarter_number
    from {{ ref('int_metric__persistent') }}
),

catalogue as (
    select * from {{ ref('metric_definitions') }}
),

clinicians as (
    select
        *,
        scope_value as clinician_key,
        -- nothing is drawn from a figure that waits or stands on too few forms, nor judged by it
        case when status not in ('pending', 'insufficient_coverage') then period end
            as settled_period,
        coalesce(instrument, '') as instrument_or_none,
        case when period_kind = 'quarter' then {{ quarter_number('period_starts_on') }} end
            as quarter_number
    from estimates
    where scope_kind = 'clinician'
),

practices as (
    select
        *,
        coalesce(instrument, '') as instrument_or_none
    from estimates
    where scope_kind = 'practice'
),

completions as (
    select
        clinician_key,
        period,
        raw_estimate as feedback_completion
    from clinicians
    where metric_id = 'feedback_completion'
),

joined as (
    select
        clinicians.*,
        practices.estimate as practice_estimate,
        shrunken.shrunken_estimate,
        shrunken.shrunken_se,
        -- a mean has a normal posterior, a share a beta one; the mean's limits also know that the
        -- share between clinicians was estimated, where it was
        coalesce(
            posteriors.shrunken_lo,
            round(
                shrunken.shrunken_estimate
                - {{ normal_975() }} * coalesce(shrunken.limit_se, shrunken.shrunken_se),
                12
            )
        ) as shrunken_lo,
        coalesce(
            posteriors.shrunken_hi,
            round(
                shrunken.shrunken_estimate
                + {{ normal_975() }} * coalesce(shrunken.limit_se, shrunken.shrunken_se),
                12
            )
        ) as shrunken_hi,
        shrunken.reliability,
        shrunken.prior_words,
        shrunken.icc,
        coalesce(clinicians.expected, shrunken.expected) as expected_n,
        coalesce(tails.mid_p, clinicians.mid_p) as shown_mid_p,
        coalesce(
            tails.tail, case when clinicians.mid_p < 0.5 then 'high' else 'low' end
        ) as known_tail,
        flagged.flag,
        flagged.is_discovery,
        case
            when catalogue.flag_side != 'none' and clinicians.period_kind = 'quarter'
                then persistent.clinician_key is not null
        end as is_persistent,
        completions.feedback_completion,
        clinicians.status = 'ok'
        and clinicians.denominator_n >= {{ param('display_comparative_n') }} as is_comparable
    from clinicians
    inner join catalogue on clinicians.metric_id = catalogue.metric_id
    left join practices
        on
            clinicians.metric_id = practices.metric_id
            and clinicians.instrument_or_none = practices.instrument_or_none
            and clinicians.period = practices.period
    left join shrunken
        on
            clinicians.clinician_key = shrunken.clinician_key
            and clinicians.metric_id = shrunken.metric_id
            and clinicians.instrument_or_none = coalesce(shrunken.instrument, '')
            and clinicians.settled_period = shrunken.period
    left join posteriors
        on
            clinicians.clinician_key = posteriors.clinician_key
            and clinicians.metric_id = posteriors.metric_id
            and clinicians.instrument_or_none = coalesce(posteriors.instrument, '')
            and clinicians.settled_period = posteriors.period
    left join tails
        on
            clinicians.clinician_key = tails.clinician_key
            and clinicians.metric_id = tails.metric_id
            and clinicians.instrument_or_none = coalesce(tails.instrument, '')
            and clinicians.settled_period = tails.period
    left join flagged
        on
            clinicians.clinician_key = flagged.clinician_key
            and clinicians.metric_id = flagged.metric_id
            and clinicians.instrument_or_none = coalesce(flagged.instrument, '')
            and clinicians.period = flagged.period
    left join persistent
        on
            clinicians.clinician_key = persistent.clinician_key
            and clinicians.metric_id = persistent.metric_id
            and clinicians.instrument_or_none = coalesce(persistent.instrument, '')
            and clinicians.quarter_number = persistent.last_quarter_number
    left join completions
        on
            clinicians.clinician_key = completions.clinician_key
            and clinicians.period = completions.period
),

tailed as (
    select
        *,
        case when shown_mid_p is not null then known_tail end as shown_tail,
        coalesce(
            prior_words || ' ' || cast(cast(icc as decimal(9, 3)) as {{ text_type() }}),
            'nothing to draw from'
        ) as prior_method
    from joined
),

clinician_metric as (
    select
        {{ row_key([
            "'clinician_metric'", 'clinician_key', 'metric_id', 'instrument', 'period'
        ]) }} as clinician_metric_key,
        clinician_key,
        metric_id,
        instrument,
        period,
        period_kind,
        period_starts_on,
        population_n,
        excluded_n,
        denominator_n,
        numerator,
        estimate,
        lo,
        hi,
        bound_lo,
        bound_hi,
        shrunken_estimate,
        shrunken_se,
        shrunken_lo,
        shrunken_hi,
        reliability,
        practice_estimate,
        expected_n as expected,
        shown_mid_p as mid_p,
        shown_tail as tail,
        feedback_completion,
        is_comparable,
        status,
        coalesce(
            status = 'ok'
            and {{ compare_ready('reliability') }}
            >= {{ compare_ready(param('statement_reliability')) }},
            false
        ) as can_state,
        flag,
        is_discovery,
        is_persistent,
        method
        || case measure_kind
            when 'mean' then '; empirical Bayes, ' || prior_method
            when 'share' then '; beta prior, ' || prior_method
            else ''
        end as method,
        cast({{ param('params_version') }} as integer) as params_version
    from tailed
)

select * from clinician_metric
