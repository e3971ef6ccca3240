{#- What the rupture fold runs over: per episode, instrument and tier the attended sessions in
    order, with a null where the form is missing, and the parameters of metrics.md 4.3. -#}
with scores as (
    select * from {{ ref('int_alliance__scores') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

-- The first score of an episode can never be a rupture, so one score needs no fold.
scored_episodes as (
    select
        episode_key,
        instrument,
        max(sigma_w) as sigma_w,
        max(sigma_floor) as sigma_floor,
        max(min_drop) as min_drop
    from scores
    where sigma_w is not null and sigma_floor is not null and min_drop is not null
    group by episode_key, instrument
    having count(*) >= 2
),

visits as (
    select
        scored_episodes.episode_key,
        scored_episodes.instrument,
        scored_episodes.sigma_w,
        scored_episodes.sigma_floor,
        scored_episodes.min_drop,
        sessions.session_index,
        cast(scores.score as double) as score
    from scored_episodes
    inner join sessions on scored_episodes.episode_key = sessions.episode_key
    left join scores
        on
            scored_episodes.episode_key = scores.episode_key
            and scored_episodes.instrument = scores.instrument
            and sessions.session_index = scores.session_index
    where sessions.series = 'individual' and sessions.session_index is not null
),

series as (
    select
        episode_key,
        instrument,
        max(sigma_w) as sigma_w,
        max(sigma_floor) as sigma_floor,
        max(min_drop) as min_drop,
        {{ ordered_list(
            struct_of(
                {'session_index': 'session_index', 'score': 'score'},
                {'session_index': 'integer', 'score': 'double'}
            ),
            'session_index'
        ) }} as visits
    from visits
    group by episode_key, instrument
),

-- The rule runs once per k; parameters become columns because a lambda holds no subquery.
tiers as (
    select
        tier,
        k_sigma,
        cast({{ param('nu0') }} as double) as nu0,
        cast({{ param('ref_window') }} as integer) as ref_window,
        cast({{ param('repair_sessions') }} as integer) as repair_sessions,
        cast({{ param('repair_tolerance') }} as double) as repair_tolerance,
        cast({{ param('repair_fraction') }} as double) as repair_fraction,
        cast({{ param('low_confidence_scores') }} as integer) as low_confidence_scores
    from (
        select 'probable' as tier, cast({{ param('k_sigma') }} as double) as k_sigma
        union all
        select 'possible' as tier, cast({{ param('k_sigma_possible') }} as double) as k_sigma
    )
),

int_rupture__series as (
    select
        series.episode_key,
        series.instrument,
        tiers.tier,
        series.sigma_w,
        series.sigma_floor,
        series.min_drop,
        tiers.k_sigma,
        tiers.nu0,
        tiers.ref_window,
        tiers.repair_sessions,
        tiers.repair_tolerance,
        tiers.repair_fraction,
        tiers.low_confidence_scores,
        series.visits
    from series
    cross join tiers
)

select * from int_rupture__series
