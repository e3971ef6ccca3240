{#- What asks for a response, and the first response to it (metrics.md 4.4 R10, 6 F3). An alert is a
    probable rupture of the canonical method or a tension the client reports (AL5), raised on the day
    of its session. A response is a documented discussion on that day or later: a supervision record
    that names the client, of the episode's clinician, or a review or a planned step of the episode
    in the review log. Or it is a rater's word that it was addressed, in that session or the next
    one. A practice in which nothing of the kind was ever recorded has no alerts here: "0 of n
    addressed" would be said of what nobody collects. Here: dates and whether they were in time. Not
    here: any rate. -#}
with ruptures as (
    select * from {{ ref('rupture') }}
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
),

signals as (
    select * from {{ ref('signal') }}
    where rule_id = 'AL5'
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

scores as (
    select * from {{ ref('fct_score') }}
),

-- An assignment says who supervises, not that a case was talked about.
records as (
    select * from {{ ref('supervision') }}
    where client_key is not null and kind != 'assignment'
),

entries as (
    select * from {{ ref('review_entry') }}
    where kind in ('reviewed', 'planned') and is_case_known
),

context as (
    select as_of from {{ ref('stg_context') }}
),

ratings as (
    select
        episode_key,
        session_key,
        session_index,
        score
    from scores
    where instrument = 'psq' and scale = 'rupture_addressed' and is_primary
),

recorded as (
    select records.started_on as recorded_on
    from records
    union all
    select entries.occurred_on as recorded_on
    from entries
    union all
    select sessions.started_on as recorded_on
    from ratings
    inner join sessions on ratings.session_key = sessions.session_key
),

collected as (
    select count(*) >= 1 as is_collected
    from recorded
    cross join context
    where recorded.recorded_on <= context.as_of
),

raised as (
    select
        rupture_key as alert_key,
        'rupture' as alert_kind,
        episode_key,
        client_key,
        clinician_key,
        instrument,
        onset_session_index as session_index
    from ruptures
    union all
    select
        signal_key as alert_key,
        'report' as alert_kind,
        episode_key,
        client_key,
        clinician_key,
        instrument,
        session_index
    from signals
),

alerts as (
    select
        raised.*,
        own_sessions.started_on as raised_on,
        next_sessions.started_on as next_session_on,
        context.as_of,
        {{ add_days('own_sessions.started_on', param('response_days')) }} as days_are_over_on
    from raised
    cross join context
    cross join collected
    inner join sessions as own_sessions
        on
            raised.episode_key = own_sessions.episode_key
            and raised.session_index = own_sessions.session_index
    left join sessions as next_sessions
        on
            raised.episode_key = next_sessions.episode_key
            and raised.session_index + 1 = next_sessions.session_index
    where collected.is_collected and own_sessions.started_on <= context.as_of
),

addressed as (
    select
        alerts.alert_key,
        min(sessions.started_on) as addressed_on
    from alerts
    inner join ratings
        on
            alerts.episode_key = ratings.episode_key
            and ratings.session_index between alerts.session_index and alerts.session_index + 1
    inner join sessions on ratings.session_key = sessions.session_key
    where ratings.score >= {{ param('addressed_from') }}
    group by alerts.alert_key
),

discussions as (
    select
        alerts.alert_key,
        records.started_on as discussed_on
    from alerts
    inner join records
        on
            alerts.client_key = records.client_key
            and alerts.clinician_key = records.supervisee_key
            and alerts.raised_on <= records.started_on
            and alerts.as_of >= records.started_on
    union all
    select
        alerts.alert_key,
        entries.occurred_on as discussed_on
    from alerts
    inner join entries
        on
            alerts.episode_key = entries.episode_key
            and alerts.raised_on <= entries.occurred_on
            and alerts.as_of >= entries.occurred_on
),

discussed as (
    select
        alert_key,
        min(discussed_on) as discussed_on
    from discussions
    group by alert_key
),

answered as (
    select
        alerts.*,
        addressed.addressed_on,
        discussed.discussed_on,
        coalesce(
            least(addressed.addressed_on, discussed.discussed_on),
            addressed.addressed_on,
            discussed.discussed_on
        ) as responded_on,
        coalesce(alerts.next_session_on, alerts.days_are_over_on) as next_until,
        greatest(
            alerts.days_are_over_on, coalesce(alerts.next_session_on, alerts.days_are_over_on)
        ) as target_until
    from alerts
    left join addressed on alerts.alert_key = addressed.alert_key
    left join discussed on alerts.alert_key = discussed.alert_key
),

int_rupture__alerts as (
    select
        alert_key,
        alert_kind,
        episode_key,
        clinician_key,
        instrument,
        session_index,
        raised_on,
        next_session_on,
        addressed_on,
        discussed_on,
        responded_on,
        addressed_on is not null or coalesce(discussed_on <= next_until, false)
            as is_addressed_by_next_session,
        next_until > as_of as is_next_session_awaited,
        coalesce(responded_on <= target_until, false) as is_in_time,
        target_until > as_of as is_time_left,
        cast({{ days_between('raised_on', 'coalesce(responded_on, as_of)') }} as integer)
            as days_waited
    from answered
)

select * from int_rupture__alerts
