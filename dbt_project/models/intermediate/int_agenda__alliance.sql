{#- Reasons of the agenda that lie in the alliance series of an open episode: low and falling,
    sinking slowly, low from the start, and the strength of a grown alliance. One row per reason
    that holds, with the words its sentence needs. The sentences themselves are in
    seeds/agenda_reasons.csv. -#}
with scores as (
    select
        *,
        row_number() over (
            partition by episode_key, instrument order by session_index desc
        ) as recency
    from {{ ref('int_alliance__scores') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status = 'open'
),

alliances as (
    select * from {{ ref('episode_alliance') }}
),

erosions as (
    select * from {{ ref('signal') }}
    where rule_id = 'AL6'
),

open_scores as (
    select
        scores.*,
        {{ instrument_word('scores.instrument', 'scores.instrument_name') }} as measure,
        erosions.signal_key is not null as is_eroded,
        erosions.value as recent_mean,
        erosions.threshold as erosion_line
    from scores
    inner join episodes on scores.episode_key = episodes.episode_key
    left join erosions
        on
            scores.episode_key = erosions.episode_key
            and scores.instrument = erosions.instrument
            and scores.session_index = erosions.session_index
),

-- How far back each condition reaches without a break, counted from the latest score
latest as (
    select
        episode_key,
        instrument,
        max(measure) as measure,
        max(cutoff) as cutoff,
        max(alert_drop) as alert_drop,
        max(reliable_change) as reliable_change,
        max(case when recency = 1 then score end) as last_score,
        max(case when recency = 2 then score end) as score_before,
        max(case when recency = 1 then session_index end) as last_session,
        max(case when recency = 1 then recent_mean end) as recent_mean,
        max(case when recency = 1 then erosion_line end) as erosion_line,
        coalesce(min(case when score >= cutoff then recency end) - 1, count(*)) as low_run,
        coalesce(min(case when not is_eroded then recency end) - 1, count(*)) as eroded_run,
        count(
            case when session_index <= {{ param('agenda_early_sessions') }} then 1 end
        ) as early_n,
        sum(
            case when session_index <= {{ param('agenda_early_sessions') }} then score end
        ) as early_sum,
        max(
            case when session_index <= {{ param('agenda_early_sessions') }} then session_on end
        ) as early_on
    from open_scores
    group by episode_key, instrument
),

run_starts as (
    select
        latest.episode_key,
        latest.instrument,
        max(case when open_scores.recency = latest.low_run then open_scores.session_on end)
            as low_since,
        max(case when open_scores.recency = latest.eroded_run then open_scores.session_on end)
            as eroded_since
    from latest
    inner join open_scores
        on
            latest.episode_key = open_scores.episode_key
            and latest.instrument = open_scores.instrument
    group by latest.episode_key, latest.instrument
),

judged as (
    select
        latest.*,
        run_starts.low_since,
        run_starts.eroded_since,
        {{ safe_ratio('latest.early_sum', 'latest.early_n') }} as early_mean,
        alliances.first_score,
        alliances.current_level,
        alliances.first_scored_session,
        alliances.last_scored_on
    from latest
    inner join run_starts
        on
            latest.episode_key = run_starts.episode_key
            and latest.instrument = run_starts.instrument
    inner join alliances
        on
            latest.episode_key = alliances.episode_key
            and latest.instrument = alliances.instrument
),

low_and_falling as (
    select
        episode_key,
        'alliance_low_falling' as reason_id,
        low_since as waiting_since,
        measure,
        {{ as_figure('score_before') }} as from_words,
        {{ as_figure('last_score') }} as to_words,
        {{ as_figure('cutoff') }} as threshold_words,
        cast(last_session as {{ text_type() }}) as session_words,
        cast(low_run as {{ text_type() }}) as sessions_words,
        cast(null as {{ text_type() }}) as scores_words
    from judged
    where
        low_run >= {{ param('agenda_low_sessions') }}
        and last_score - score_before <= -alert_drop
),

sinking as (
    select
        episode_key,
        'alliance_erosion' as reason_id,
        eroded_since as waiting_since,
        measure,
        {{ as_figure('round(erosion_line + reliable_change, 1)') }} as from_words,
        {{ as_figure('round(recent_mean, 1)') }} as to_words,
        cast(null as {{ text_type() }}) as threshold_words,
        cast(last_session as {{ text_type() }}) as session_words,
        cast(null as {{ text_type() }}) as sessions_words,
        cast(null as {{ text_type() }}) as scores_words
    from judged
    where eroded_run >= 1
),

low_from_the_start as (
    select
        episode_key,
        'early_alliance_low' as reason_id,
        early_on as waiting_since,
        measure,
        cast(null as {{ text_type() }}) as from_words,
        {{ as_figure('early_mean') }} as to_words,
        {{ as_figure('cutoff') }} as threshold_words,
        cast(last_session as {{ text_type() }}) as session_words,
        cast(
            cast({{ param('agenda_early_sessions') }} as integer) as {{ text_type() }}
        ) as sessions_words,
        cast(early_n as {{ text_type() }}) as scores_words
    from judged
    where
        early_n >= {{ param('early_min_scores') }}
        and last_session <= {{ param('agenda_early_sessions') }}
        and {{ compare_ready('early_mean') }} < {{ compare_ready('cutoff') }}
),

grown as (
    select
        episode_key,
        'strength_alliance_grew' as reason_id,
        last_scored_on as waiting_since,
        measure,
        {{ as_figure('first_score') }} as from_words,
        {{ as_figure('round(current_level, 1)') }} as to_words,
        {{ as_figure('cutoff') }} as threshold_words,
        cast(last_session as {{ text_type() }}) as session_words,
        cast(null as {{ text_type() }}) as sessions_words,
        cast(null as {{ text_type() }}) as scores_words
    from judged
    where
        first_score < cutoff
        and {{ compare_ready('current_level') }} >= {{ compare_ready('cutoff') }}
        and last_session - first_scored_session >= {{ param('current_level_scores') }}
),

int_agenda__alliance as (
    select * from low_and_falling
    union all
    select * from sinking
    union all
    select * from low_from_the_start
    union all
    select * from grown
)

select * from int_agenda__alliance
