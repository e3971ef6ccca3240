with estimates as (
    select * from {{ ref('int_metric__estimated') }}
),

shrunken as (
    select * from {{ ref('int_metric__shrunken') }}
),

tails as (
    select * from {{ ref('int_metric__binomial') }}
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
        coalesce(instrument, '') as instrument_or_none
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
        shrunken.reliability,
        shrunken.prior_words,
        shrunken.icc,
        coalesce(shrunken.expected, clinicians.expected) as expected_n,
        coalesce(tails.mid_p, clinicians.mid_p) as shown_mid_p,
        coalesce(
            tails.tail, case when clinicians.mid_p < 0.5 then 'high' else 'low' end
        ) as known_tail,
        catalogue.flag_side,
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
    left join tails
        on
            clinicians.clinician_key = tails.clinician_key
            and clinicians.metric_id = tails.metric_id
            and clinicians.instrument_or_none = coalesce(tails.instrument, '')
            and clinicians.settled_period = tails.period
    left join completions
        on
            clinicians.clinician_key = completions.clinician_key
            and clinicians.period = completions.period
),

tailed as (
    select
        *,
        case when shown_mid_p is not null then known_tail end as shown_tail,
        {{ compare_ready('least(shown_mid_p, 1 - shown_mid_p)') }} as tail_p,
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
        reliability,
        practice_estimate,
        expected_n as expected,
        shown_mid_p as mid_p,
        shown_tail as tail,
        feedback_completion,
        is_comparable,
        status,
        case
            when not is_comparable or denominator_n < {{ param('flag_min_n') }} then null
            when flag_side not in (shown_tail, 'both') then null
            when tail_p < {{ param('flag_review_tail') }} then 'review'
            when tail_p < {{ param('flag_conversation_tail') }} then 'conversation'
        end as flag,
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
