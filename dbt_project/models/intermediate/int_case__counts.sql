{#- Counts of the facts box: recent attendance, and ruptures by what became of them. -#}
with episodes as (
    select * from {{ ref('fct_episode') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

ruptures as (
    select * from {{ ref('rupture') }}
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
),

open_ruptures as (
    select
        *,
        row_number() over (
            partition by episode_key order by onset_session_index desc, instrument asc
        ) as recency
    from {{ ref('int_agenda__rupture') }}
    where reason_id in ('open_rupture', 'open_rupture_unknown')
),

context as (
    select as_of from {{ ref('stg_context') }}
),

recent as (
    select
        sessions.episode_key,
        count(case when sessions.is_attended or sessions.is_missed then 1 end) as appointments_n,
        count(case when sessions.is_missed then 1 end) as missed_n
    from sessions
    cross join context
    where
        sessions.started_on <= context.as_of
        and {{ days_between('sessions.started_on', 'context.as_of') }}
        < {{ param('recent_attendance_weeks') }} * 7
    group by sessions.episode_key
),

rupture_counts as (
    select
        episode_key,
        count(*) as rupture_n,
        count(case when status = 'repaired' then 1 end) as repaired_n
    from ruptures
    group by episode_key
),

sentences as (
    select
        episode_key,
        reason_id,
        {{ ordered_text('sentence', "' '", 'sentence') }} as sentence
    from {{ ref('int_agenda__reasons') }}
    where reason_id in ('open_rupture', 'open_rupture_unknown')
    group by episode_key, reason_id
),

int_case__counts as (
    select
        episodes.episode_key,
        coalesce(recent.appointments_n, 0) as appointments_n,
        coalesce(recent.missed_n, 0) as missed_n,
        coalesce(rupture_counts.rupture_n, 0) as rupture_n,
        coalesce(rupture_counts.repaired_n, 0) as repaired_n,
        open_ruptures.onset_session_index as open_rupture_session,
        sentences.sentence as open_rupture_sentence
    from episodes
    left join recent on episodes.episode_key = recent.episode_key
    left join rupture_counts on episodes.episode_key = rupture_counts.episode_key
    left join open_ruptures
        on episodes.episode_key = open_ruptures.episode_key and open_ruptures.recency = 1
    left join sentences
        on
            open_ruptures.episode_key = sentences.episode_key
            and open_ruptures.reason_id = sentences.reason_id
)

select * from int_case__counts
