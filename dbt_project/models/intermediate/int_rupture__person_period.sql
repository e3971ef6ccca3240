{#- The person-period table (metrics.md 4.7): every attended session of an episode whose ruptures
    could be seen, with the state of its latest rupture at that session and whether the client
    dropped out after it. A rupture counts as open until the session that repaired it, so nobody is
    counted as repaired before they stayed long enough to be. For the same reason an episode enters
    at its second rating, which makes it one whose ruptures could be seen: whoever has two ratings
    cannot have left before the second. Here: states and events. Not here: any risk. -#}
with scores as (
    select
        episode_key,
        instrument,
        session_index,
        row_number() over (partition by episode_key, instrument order by session_index) as place
    from {{ ref('int_alliance__scores') }}
    where sigma_w is not null and sigma_floor is not null and min_drop is not null
),

watched as (
    select
        episode_key,
        instrument,
        session_index as from_session_index
    from scores
    where place = 2
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

endings as (
    select * from {{ ref('episode_ending') }}
),

bands as (
    select * from {{ ref('session_bands') }}
),

ruptures as (
    select
        *,
        -- the last one lasts: no episode has so many sessions
        lead(onset_session_index, 1, 1000000) over (
            partition by episode_key, instrument order by onset_session_index
        ) as until_session_index
    from {{ ref('rupture') }}
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
),

int_rupture__person_period as (
    select
        watched.instrument,
        watched.episode_key,
        sessions.session_index,
        bands.band,
        case
            when ruptures.episode_key is null then 'none'
            when
                ruptures.status = 'repaired'
                and ruptures.closed_session_index <= sessions.session_index
                then 'repaired'
            else 'open'
        end as state,
        endings.is_dropout_d1 and endings.event_session_index = sessions.session_index as is_dropout
    from watched
    inner join sessions
        on
            watched.episode_key = sessions.episode_key
            and watched.from_session_index <= sessions.session_index
    inner join endings on watched.episode_key = endings.episode_key
    inner join bands
        on
            sessions.session_index >= bands.from_session_index
            and (
                bands.to_session_index is null
                or sessions.session_index <= bands.to_session_index
            )
    left join ruptures
        on
            watched.episode_key = ruptures.episode_key
            and watched.instrument = ruptures.instrument
            and sessions.session_index >= ruptures.onset_session_index
            and sessions.session_index < ruptures.until_session_index
)

select * from int_rupture__person_period
