{#- The events of an episode that come from attendance, supervision, the review log and the
    episode itself, in the shape of metrics.case_timeline. Scores, ruptures and signals are in
    int_case__measured_events. -#}
{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('fct_episode') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

statuses as (
    select * from {{ ref('session_statuses') }}
),

supervision as (
    select * from {{ ref('supervision') }}
    where kind != 'assignment'
),

reviews as (
    select * from {{ ref('review_entry') }}
    where kind = 'reviewed' and is_case_known
),

ending_names as (
    select
        episode_ending.episode_key,
        episode_ending.ending,
        endings.name
    from {{ ref('episode_ending') }} as episode_ending
    inner join {{ ref('endings') }} as endings on episode_ending.ending = endings.ending
),

sentences as (
    select * from {{ ref('case_sentences') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

session_events as (
    select
        sessions.session_key as source_key,
        sessions.episode_key,
        sessions.started_on as occurred_on,
        case when sessions.is_booked_ahead then 9 else 2 end as kind_order,
        sessions.started_at as occurred_at,
        case when sessions.is_booked_ahead then 'booking' else 'session' end as event_kind,
        sessions.session_index,
        sessions.status,
        -- a group counts its sessions by itself: its index stands on no axis of this case
        case when sessions.series != 'individual' then sessions.series end as scope,
        {{ fill_words('sentences.template', {
            'session': 'cast(sessions.session_index as ' ~ text_type() ~ ')',
            'meaning': 'statuses.meaning',
        }) }} as note
    from sessions
    cross join context
    inner join statuses on sessions.status = statuses.status
    inner join sentences
        on
            sentences.sentence_id = case
                when sessions.is_booked_ahead then 'booking'
                when sessions.session_index is not null and sessions.series = 'individual'
                    then 'session'
                else 'appointment'
            end
    where sessions.started_on <= context.as_of or sessions.is_booked_ahead
),

opened as (
    select
        episodes.episode_key as source_key,
        episodes.episode_key,
        episodes.opened_on as occurred_on,
        1 as kind_order,
        cast(null as timestamp) as occurred_at,
        'episode_opened' as event_kind,
        cast(null as integer) as session_index,
        'open' as status,
        case max(sentences.sentence_id)
            when 'episode_opened_same' then 'same_clinician'
            when 'episode_opened_other' then 'other_clinician'
        end as scope,
        max(sentences.template) as note
    from episodes
    left join episodes as earlier on episodes.episode_key = earlier.next_episode_key
    inner join sentences
        on
            sentences.sentence_id = case
                when earlier.episode_key is null then 'episode_opened'
                when episodes.clinician_key = earlier.clinician_key then 'episode_opened_same'
                else 'episode_opened_other'
            end
    group by episodes.episode_key, episodes.opened_on
),

closed as (
    select
        episodes.episode_key as source_key,
        episodes.episode_key,
        episodes.ended_on as occurred_on,
        10 as kind_order,
        cast(null as timestamp) as occurred_at,
        'episode_closed' as event_kind,
        cast(null as integer) as session_index,
        ending_names.ending as status,
        cast(null as {{ text_type() }}) as scope,
        {{ fill_words('sentences.template', {'ending': 'ending_names.name'}) }} as note
    from episodes
    inner join ending_names on episodes.episode_key = ending_names.episode_key
    inner join sentences
        on
            sentences.sentence_id
            = case when episodes.status = 'lapsed' then 'episode_lapsed' else 'episode_closed' end
    where episodes.status != 'open'
),

-- A mark lies in the time of the episode; one that names another client is none of this case.
supervision_events as (
    select
        supervision.supervision_key as source_key,
        episodes.episode_key,
        supervision.started_on as occurred_on,
        8 as kind_order,
        cast(null as timestamp) as occurred_at,
        'supervision' as event_kind,
        cast(null as integer) as session_index,
        supervision.kind as status,
        case when supervision.client_key is null then 'clinician' else 'this_case' end as scope,
        {{ fill_words('sentences.template', {'kind': 'supervision.kind'}) }} as note
    from episodes
    cross join context
    inner join supervision
        on
            episodes.clinician_key = supervision.supervisee_key
            and supervision.started_on between episodes.opened_on
            and coalesce(episodes.ended_on, context.as_of)
            and (
                supervision.client_key is null
                or episodes.client_key = supervision.client_key
            )
    inner join sentences
        on
            sentences.sentence_id = case
                when supervision.client_key is null then 'supervision_clinician'
                else 'supervision_case'
            end
),

review_events as (
    select
        reviews.entry_key as source_key,
        reviews.episode_key,
        reviews.occurred_on,
        8 as kind_order,
        reviews.recorded_at as occurred_at,
        'review' as event_kind,
        cast(null as integer) as session_index,
        'reviewed' as status,
        'this_case' as scope,
        sentences.template as note
    from reviews
    inner join sentences on sentences.sentence_id = 'review'
),

int_case__events as (
    select * from session_events
    union all
    select * from opened
    union all
    select * from closed
    union all
    select * from supervision_events
    union all
    select * from review_events
)

select * from int_case__events
