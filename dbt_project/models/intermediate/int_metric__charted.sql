{#- Individuals chart of the practice's months: whether a month is common cause or a signal against
    the months before it (screens.md 4; arithmetic as in metrics.md 4.2 and 9 T1, T2). -#}
with months as (
    select
        metric_id,
        instrument,
        period,
        period_starts_on,
        cast(estimate as decimal(18, 12)) as estimate
    from {{ ref('int_metric__estimated') }}
    where scope_kind = 'practice' and period_kind = 'month' and estimate is not null
),

moved as (
    select
        *,
        row_number() over (partition by metric_id, instrument order by period_starts_on) as place,
        abs(estimate - lag(estimate) over (
            partition by metric_id, instrument order by period_starts_on
        )) as moving_range
    from months
),

-- The month that is judged is no part of its own reference.
references_before as (
    select
        moved.metric_id,
        moved.instrument,
        moved.period,
        moved.estimate,
        count(*) as xmr_points,
        avg(before.estimate) as xmr_mean,
        -- the range into the first reference month starts outside the reference
        avg(
            case
                when before.place > moved.place - {{ param('xmr_months') }} then before.moving_range
            end
        ) as mean_range
    from moved
    inner join moved as before
        on
            moved.metric_id = before.metric_id
            and coalesce(moved.instrument, '') = coalesce(before.instrument, '')
            and before.place between moved.place - {{ param('xmr_months') }} and moved.place - 1
    group by moved.metric_id, moved.instrument, moved.period, moved.estimate
),

limited as (
    select
        *,
        xmr_mean - 3 * mean_range / {{ param('xmr_d2') }} as xmr_lower,
        xmr_mean + 3 * mean_range / {{ param('xmr_d2') }} as xmr_upper,
        xmr_points >= {{ param('xmr_min_months') }} as is_enough
    from references_before
),

int_metric__charted as (
    select
        metric_id,
        instrument,
        period,
        xmr_points,
        case when is_enough then round(xmr_mean, 12) end as xmr_mean,
        case when is_enough then round(xmr_lower, 12) end as xmr_lower,
        case when is_enough then round(xmr_upper, 12) end as xmr_upper,
        case
            when not is_enough then null
            when
                {{ compare_ready('estimate') }} < {{ compare_ready('xmr_lower') }}
                or {{ compare_ready('estimate') }} > {{ compare_ready('xmr_upper') }}
                then 'signal'
            else 'common cause'
        end as xmr_reading
    from limited
)

select * from int_metric__charted
