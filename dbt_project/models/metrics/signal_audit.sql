{#- What each rule is worth: how often it fires, how often something follows, beside how often it
    follows after any rated session, and what supervisors said of it. -#}
with signals as (
    select * from {{ ref('signal') }}
),

rules as (
    select * from {{ ref('signal_rules') }}
),

rated as (
    select * from {{ ref('int_signal__followed') }}
),

-- Of one signal the latest word holds; a word without a session belongs to no signal.
verdicts as (
    select
        *,
        row_number() over (
            partition by episode_key, code, session_index
            order by recorded_at desc, entry_key asc
        ) as recency
    from {{ ref('review_entry') }}
    where kind in ('signal_confirmed', 'signal_dismissed') and session_index is not null
),

bases as (
    select
        instrument,
        count(*) as rated_sessions,
        count(case when is_watched then 1 end) as base_watched,
        count(case when is_watched and is_followed then 1 end) as base_followed
    from rated
    group by instrument
),

fired as (
    select
        signals.rule_id,
        signals.instrument,
        count(*) as fired,
        count(distinct signals.episode_key) as episodes,
        count(case when rated.is_watched then 1 end) as watched,
        count(case when rated.is_watched and rated.is_followed then 1 end) as followed,
        count(case when verdicts.kind = 'signal_confirmed' then 1 end) as confirmed,
        count(case when verdicts.kind = 'signal_dismissed' then 1 end) as dismissed
    from signals
    left join rated
        on
            signals.episode_key = rated.episode_key
            and signals.instrument = rated.instrument
            and signals.session_index = rated.session_index
    left join verdicts
        on
            signals.episode_key = verdicts.episode_key
            and lower(signals.rule_id) = verdicts.code
            and signals.session_index = verdicts.session_index
            and verdicts.recency = 1
    group by signals.rule_id, signals.instrument
),

signal_audit as (
    select
        {{ row_key(["'signal_audit'", 'rules.rule_id', 'fired.instrument']) }} as signal_audit_key,
        rules.rule_id,
        rules.name,
        rules.is_enabled,
        fired.instrument,
        coalesce(fired.fired, 0) as fired,
        coalesce(fired.episodes, 0) as episodes,
        coalesce(bases.rated_sessions, 0) as rated_sessions,
        100 * {{ safe_ratio('fired.fired', 'bases.rated_sessions') }} as per_100_sessions,
        coalesce(fired.watched, 0) as watched,
        coalesce(fired.followed, 0) as followed,
        {{ safe_ratio('fired.followed', 'fired.watched') }} as followed_share,
        round({{ wilson_lo('fired.followed', 'fired.watched') }}, 12) as lo,
        round({{ wilson_hi('fired.followed', 'fired.watched') }}, 12) as hi,
        coalesce(bases.base_watched, 0) as base_watched,
        coalesce(bases.base_followed, 0) as base_followed,
        {{ safe_ratio('bases.base_followed', 'bases.base_watched') }} as base_share,
        coalesce(fired.confirmed, 0) as confirmed,
        coalesce(fired.dismissed, 0) as dismissed,
        {{ safe_ratio('fired.dismissed', 'fired.confirmed + fired.dismissed') }} as dismissed_share,
        cast({{ param('params_version') }} as integer) as params_version
    from rules
    left join fired on rules.rule_id = fired.rule_id
    left join bases on fired.instrument = bases.instrument
)

select * from signal_audit
