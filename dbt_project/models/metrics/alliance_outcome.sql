with pairs as (
    select * from {{ ref('int_alliance_outcome__pairs') }}
),

states as (
    select * from {{ ref('int_alliance_outcome__states') }}
),

levels as (
    select * from {{ ref('int_alliance_outcome__levels') }}
),

points as (
    select
        'early' as kind,
        instrument,
        outcome_instrument,
        episode_key,
        alliance as x,
        improvement as y
    from pairs
    union all
    select
        'lagged' as kind,
        instrument,
        outcome_instrument,
        episode_key,
        alliance_state as x,
        next_outcome_state as y
    from states
),

means as (
    select
        kind,
        instrument,
        outcome_instrument,
        count(*) as n,
        count(distinct episode_key) as n_episodes,
        {{ safe_ratio(exact_sum('x'), 'count(*)') }} as mean_x,
        {{ safe_ratio(exact_sum('y'), 'count(*)') }} as mean_y
    from points
    group by kind, instrument, outcome_instrument
),

squares as (
    select
        means.kind,
        means.instrument,
        means.outcome_instrument,
        means.n,
        means.n_episodes,
        {{ centred_sum('points.x', 'means.mean_x') }} as s_xx,
        {{ centred_sum('points.y', 'means.mean_y') }} as s_yy,
        {{ centred_sum('points.x', 'means.mean_x', 'points.y', 'means.mean_y') }} as s_xy
    from means
    inner join points
        on
            means.kind = points.kind
            and means.instrument = points.instrument
            and means.outcome_instrument = points.outcome_instrument
    group by
        means.kind, means.instrument, means.outcome_instrument, means.n, means.n_episodes
),

-- Each episode's own mean was taken out of the states, which costs one of them per episode.
correlated as (
    select
        *,
        case when kind = 'lagged' then n - n_episodes else n end as effective_n,
        {{ correlation('s_xx', 's_yy', 's_xy') }} as r
    from squares
),

limited as (
    select
        *,
        effective_n >= {{ param('correlation_min_pairs') }} and r is not null as is_enough,
        case
            when effective_n > 3 and abs(r) < 1
                then {{ normal_975() }} / sqrt(effective_n - 3)
        end as margin
    from correlated
),

shown as (
    select
        kind,
        instrument,
        outcome_instrument,
        n,
        n_episodes,
        case when is_enough then round(r, 12) end as r,
        case when is_enough then round({{ from_fisher_z(fisher_z('r') ~ ' - margin') }}, 12) end
            as lo,
        case when is_enough then round({{ from_fisher_z(fisher_z('r') ~ ' + margin') }}, 12) end
            as hi,
        case when is_enough then 'ok' else 'insufficient_n' end as status
    from limited
),

alliance_outcome as (
    select
        {{ row_key([
            "'alliance_outcome'", 'early.instrument', 'early.outcome_instrument'
        ]) }} as alliance_outcome_key,
        early.instrument,
        early.outcome_instrument,
        early.n as n_episodes,
        early.r as correlation,
        early.lo as correlation_lo,
        early.hi as correlation_hi,
        early.status,
        coalesce(lagged.n, 0) as lagged_pairs_n,
        coalesce(lagged.n_episodes, 0) as lagged_episodes_n,
        lagged.r as lagged_correlation,
        lagged.lo as lagged_lo,
        lagged.hi as lagged_hi,
        coalesce(lagged.status, 'insufficient_n') as lagged_status,
        levels.level_clinicians_n,
        levels.level_clients_n,
        levels.b_between,
        levels.b_between_se,
        levels.b_within,
        levels.b_within_se,
        case when levels.b_between is null then 'not_applicable' else 'ok' end as levels_status,
        cast({{ param('params_version') }} as integer) as params_version
    from shown as early
    inner join levels
        on
            early.instrument = levels.instrument
            and early.outcome_instrument = levels.outcome_instrument
    left join shown as lagged
        on
            early.instrument = lagged.instrument
            and early.outcome_instrument = lagged.outcome_instrument
            and lagged.kind = 'lagged'
    where early.kind = 'early'
)

select * from alliance_outcome
