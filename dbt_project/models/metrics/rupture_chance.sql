with series as (
    select * from {{ ref('int_rupture__chance_series') }}
),

onsets as (
    select * from {{ ref('int_rupture__chance_onsets') }}
),

rules as (
    select * from {{ ref('int_rupture__rules') }}
    where reference != 'report'
),

simulated as (
    select
        series.instrument,
        rules.method_id,
        rules.tier,
        max(series.sigma_w) as sigma_w,
        max(series.mean_level) as mean_level,
        count(*) as dyads_n,
        cast(sum(series.scores_n) as bigint) as sessions_n,
        cast(sum(series.scores_n - {{ rupture_unjudged_sessions('rules.reference') }}) as bigint)
            as at_risk_sessions
    from series
    cross join rules
    group by series.instrument, rules.method_id, rules.tier
),

-- Every simulated episode has ended: what is open at its last session is not repaired.
found as (
    select
        instrument,
        method_id,
        tier,
        count(*) as onsets,
        count(distinct episode_key) as episodes_n,
        count(case when status = 'repaired' then 1 end) as repaired,
        count(case when status != 'indeterminate' then 1 end) as resolved
    from onsets
    group by instrument, method_id, tier
),

counted as (
    select
        simulated.*,
        coalesce(found.onsets, 0) as onsets,
        coalesce(found.episodes_n, 0) as episodes_n,
        coalesce(found.repaired, 0) as repaired,
        coalesce(found.resolved, 0) as resolved
    from simulated
    left join found
        on
            simulated.instrument = found.instrument
            and simulated.method_id = found.method_id
            and simulated.tier = found.tier
),

rupture_chance as (
    select
        {{ row_key(["'rupture_chance'", 'instrument', 'method_id', 'tier']) }}
            as rupture_chance_key,
        instrument,
        method_id,
        tier,
        sigma_w,
        mean_level,
        dyads_n,
        sessions_n,
        at_risk_sessions,
        onsets,
        round({{ safe_ratio('onsets', 'at_risk_sessions') }}, 12) as onset_rate,
        episodes_n,
        round({{ safe_ratio('episodes_n', 'dyads_n') }}, 12) as episodes_share,
        repaired,
        resolved,
        round({{ safe_ratio('repaired', 'resolved') }}, 12) as repair_rate,
        cast({{ param('params_version') }} as integer) as params_version
    from counted
)

select * from rupture_chance
