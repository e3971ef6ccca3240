{#- Reasons of the agenda that lie in the latest probable rupture of an open episode: not returned,
    without a later form, and the strength of a recent repair. -#}
with scores as (
    select * from {{ ref('int_alliance__scores') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status = 'open'
),

context as (
    select as_of from {{ ref('stg_context') }}
),

ruptures as (
    select
        *,
        row_number() over (
            partition by episode_key, instrument order by onset_session_index desc
        ) as recency
    from {{ ref('rupture') }}
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
),

names as (
    select
        instrument,
        name
    from {{ ref('dim_instrument') }}
),

latest as (
    select
        ruptures.*,
        names.name as instrument_name,
        episodes.attended_sessions - ruptures.onset_session_index as sessions_since
    from ruptures
    inner join episodes on ruptures.episode_key = episodes.episode_key
    inner join names on ruptures.instrument = names.instrument
    where ruptures.recency = 1
),

-- The rule stops watching after K sessions; a later score may still have come back.
later_scores as (
    select
        latest.rupture_key,
        count(*) as later_n,
        max(scores.score) as best_later
    from latest
    inner join scores
        on
            latest.episode_key = scores.episode_key
            and latest.instrument = scores.instrument
            and latest.onset_session_index < scores.session_index
    group by latest.rupture_key
),

followed as (
    select
        latest.*,
        coalesce(later_scores.later_n, 0) as later_n,
        coalesce(
            {{ compare_ready('later_scores.best_later') }} >= {{ compare_ready(
                'latest.baseline - ' ~ param('repair_tolerance') ~ ' * latest.spread'
            ) }},
            false
        ) as has_returned
    from latest
    left join later_scores on latest.rupture_key = later_scores.rupture_key
),

still_open as (
    select
        episode_key,
        case when later_n > 0 then 'open_rupture' else 'open_rupture_unknown' end as reason_id,
        onset_on as waiting_since,
        instrument,
        instrument_name,
        baseline,
        onset_score,
        onset_session_index,
        sessions_since as sessions
    from followed
    where
        status != 'repaired'
        and not has_returned
        and sessions_since >= {{ param('agenda_open_rupture_sessions') }}
),

repaired as (
    select
        followed.episode_key,
        'strength_repaired' as reason_id,
        followed.closed_on as waiting_since,
        followed.instrument,
        followed.instrument_name,
        followed.baseline,
        followed.onset_score,
        followed.onset_session_index,
        followed.sessions_to_repair as sessions
    from followed
    cross join context
    where
        followed.status = 'repaired'
        and {{ days_between('followed.closed_on', 'context.as_of') }}
        <= {{ param('agenda_strength_weeks') }} * 7
),

reasons as (
    select * from still_open
    union all
    select * from repaired
),

int_agenda__rupture as (
    select
        episode_key,
        reason_id,
        waiting_since,
        instrument,
        onset_session_index,
        {{ instrument_word('instrument', 'instrument_name') }} as measure,
        {{ as_figure('round(baseline, 1)') }} as from_words,
        {{ as_figure('onset_score') }} as to_words,
        {{ as_figure(param('k_sigma')) }} as k_words,
        cast(onset_session_index as {{ text_type() }}) as session_words,
        cast(sessions as {{ text_type() }})
        || case when sessions = 1 then ' session' else ' sessions' end as sessions_words
    from reasons
)

select * from int_agenda__rupture
