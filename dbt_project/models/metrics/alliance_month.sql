with scores as (
    select * from {{ ref('int_alliance__scores') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

dated as (
    select
        scores.instrument,
        scores.score,
        scores.cutoff,
        episodes.client_key,
        {{ period_start('month', 'scores.session_on') }} as month_starts_on
    from scores
    inner join episodes on scores.episode_key = episodes.episode_key
    cross join context
    where scores.session_on <= context.as_of
),

monthly as (
    select
        instrument,
        month_starts_on,
        count(*) as n_scores,
        count(distinct client_key) as n_clients,
        {{ safe_ratio('sum(score)', 'count(*)') }} as mean,
        cast(min(score) as double) as minimum,
        {{ quantile_of('score', '0.25') }} as q1,
        {{ median_of('score') }} as median,
        {{ quantile_of('score', '0.75') }} as q3,
        cast(max(score) as double) as maximum,
        case
            when max(cutoff) is not null then count(case when score < cutoff then 1 end)
        end as alert_sessions
    from dated
    group by instrument, month_starts_on
),

alliance_month as (
    select
        {{ row_key(["'alliance_month'", 'monthly.instrument', 'monthly.month_starts_on']) }}
            as alliance_month_key,
        monthly.instrument,
        {{ period_name("'month'", 'monthly.month_starts_on') }} as period,
        monthly.month_starts_on,
        monthly.n_scores,
        monthly.n_clients,
        monthly.mean,
        monthly.minimum,
        monthly.q1,
        monthly.median,
        monthly.q3,
        monthly.maximum,
        monthly.alert_sessions,
        {{ safe_ratio('monthly.alert_sessions', 'monthly.n_scores') }} as alert_share,
        {{ period_start('month', add_days('context.as_of', '1')) }} > monthly.month_starts_on
            as is_full_month
    from monthly
    cross join context
)

select * from alliance_month
