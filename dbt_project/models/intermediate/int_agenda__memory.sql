{#- What the agenda remembers: which reasons and strengths a review, a deferral or a dismissal has
    settled. A settled reason is off the agenda until it holds anew, that is since a later day. -#}
with reasons as (
    select * from {{ ref('int_agenda__reasons') }}
),

entries as (
    select * from {{ ref('review_entry') }}
    where is_case_known
),

deferrals as (
    select * from {{ ref('case_review') }}
    where deferred_until is not null
),

exports as (
    select
        source,
        generated_at
    from {{ ref('stg_delivery_order') }}
    where feed = 'feedback' and generated_at is not null
),

sessions as (
    select
        episode_key,
        session_index,
        started_on
    from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

-- A review knows of a form what the newest export before it told: a form answered after that
-- export was not known, whenever the next one brings it. Asked of reasons whose source is known,
-- because of a safety item nothing may be missed.
reviews as (
    select
        reasons.episode_key,
        reasons.reason_id,
        reasons.sentence,
        reasons.waiting_since,
        entries.entry_key
    from reasons
    inner join entries
        on
            reasons.episode_key = entries.episode_key
            and entries.kind = 'reviewed'
            and reasons.waiting_since <= entries.occurred_on
    left join exports
        on
            reasons.told_by = exports.source
            and entries.recorded_at >= exports.generated_at
    group by
        reasons.episode_key,
        reasons.reason_id,
        reasons.sentence,
        reasons.waiting_since,
        reasons.waiting_at,
        entries.entry_key,
        entries.recorded_at
    having
        reasons.waiting_at is null
        or reasons.waiting_at <= coalesce(max(exports.generated_at), entries.recorded_at)
),

reviewed as (
    select distinct
        episode_key,
        reason_id,
        sentence,
        waiting_since
    from reviews
),

-- A dismissal speaks of a session: what began before the next one is settled.
dismissed as (
    select distinct
        reasons.episode_key,
        reasons.reason_id,
        reasons.sentence,
        reasons.waiting_since
    from reasons
    inner join entries
        on
            reasons.episode_key = entries.episode_key
            and entries.kind = 'signal_dismissed'
            and entries.code in (reasons.reason_id, lower(reasons.rule_id))
            and reasons.waiting_since <= entries.occurred_on
    left join sessions as next_sessions
        on
            entries.episode_key = next_sessions.episode_key
            and entries.session_index + 1 = next_sessions.session_index
    where
        reasons.waiting_since < next_sessions.started_on
        or next_sessions.started_on is null
),

int_agenda__memory as (
    select
        reasons.*,
        case
            when reviewed.episode_key is not null then 'reviewed'
            -- a safety item is looked at, never dismissed or put off
            when reasons.tier_rank = 1 then null
            when dismissed.episode_key is not null then 'dismissed'
            when
                reasons.waiting_since <= deferrals.deferred_on
                and coalesce(reasons.waiting_at <= deferrals.deferred_at, true)
                then 'deferred'
        end as settled_by
    from reasons
    left join deferrals on reasons.episode_key = deferrals.episode_key
    left join reviewed
        on
            reasons.episode_key = reviewed.episode_key
            and reasons.reason_id = reviewed.reason_id
            and reasons.sentence = reviewed.sentence
            and reasons.waiting_since = reviewed.waiting_since
    left join dismissed
        on
            reasons.episode_key = dismissed.episode_key
            and reasons.reason_id = dismissed.reason_id
            and reasons.sentence = dismissed.sentence
            and reasons.waiting_since = dismissed.waiting_since
)

select * from int_agenda__memory
