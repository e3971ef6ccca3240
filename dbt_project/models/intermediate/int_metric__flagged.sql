{#- What is worth discussing, and what of it survives the number of comparisons (metrics.md 5.5, 8).
    A comparison is a clinician's figure of a metric that may be flagged, shown, and large enough.
    The comparisons of one metric, instrument and period are a family: among them
    Benjamini-Hochberg marks those that stand out although so many were looked at. -#}
with estimates as (
    select * from {{ ref('int_metric__estimated') }}
    where scope_kind = 'clinician' and status = 'ok'
),

tails as (
    select * from {{ ref('int_metric__binomial') }}
),

catalogue as (
    select * from {{ ref('metric_definitions') }}
    where flag_side != 'none'
),

compared as (
    select
        estimates.scope_value as clinician_key,
        estimates.metric_id,
        estimates.instrument,
        estimates.period,
        estimates.period_kind,
        estimates.period_starts_on,
        catalogue.flag_side,
        coalesce(tails.mid_p, estimates.mid_p) as mid_p,
        coalesce(
            tails.tail, case when estimates.mid_p < 0.5 then 'high' else 'low' end
        ) as tail
    from estimates
    inner join catalogue on estimates.metric_id = catalogue.metric_id
    left join tails
        on
            estimates.scope_value = tails.clinician_key
            and estimates.metric_id = tails.metric_id
            and coalesce(estimates.instrument, '') = coalesce(tails.instrument, '')
            and estimates.period = tails.period
    where
        estimates.denominator_n >= {{ param('flag_min_n') }}
        and estimates.denominator_n >= {{ param('display_comparative_n') }}
        and coalesce(tails.mid_p, estimates.mid_p) is not null
),

tailed as (
    select
        *,
        flag_side in (tail, 'both') as is_on_the_flagged_side,
        {{ compare_ready('least(mid_p, 1 - mid_p)') }} as tail_p,
        {{ compare_ready('least(1, 2 * least(mid_p, 1 - mid_p))') }} as two_sided_p
    from compared
),

-- Equal p values share the highest of their ranks.
ranked as (
    select
        *,
        count(*) over (partition by metric_id, instrument, period) as family_n,
        count(*) over (partition by metric_id, instrument, period order by two_sided_p) as rank_n
    from tailed
),

bounded as (
    select
        *,
        max(
            case
                when two_sided_p <= {{ compare_ready(param('bh_q') ~ ' * rank_n / family_n') }}
                    then two_sided_p
            end
        ) over (partition by metric_id, instrument, period) as largest_discovery_p
    from ranked
),

int_metric__flagged as (
    select
        clinician_key,
        metric_id,
        instrument,
        period,
        period_kind,
        period_starts_on,
        tail,
        family_n,
        case
            when not is_on_the_flagged_side then null
            when tail_p < {{ param('flag_review_tail') }} then 'review'
            when tail_p < {{ param('flag_conversation_tail') }} then 'conversation'
        end as flag,
        is_on_the_flagged_side
        and coalesce(two_sided_p <= largest_discovery_p, false) as is_discovery
    from bounded
)

select * from int_metric__flagged
