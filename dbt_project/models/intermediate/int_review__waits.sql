{#- How long what calls for supervision waits for a review of its case. What calls: a probable
    rupture, a positive answer to a safety item, and the signals that a reason of tier 1 to 3
    rests on (agenda_reasons.rule_id); being off course takes more than its signal (OU1), so it is
    read as such. What repeats before the next review is one: the first. Only from the practice's
    first review on, because before nothing could be recorded. -#}
with reviews as (
    select
        entries.episode_key,
        entries.occurred_on as reviewed_on
    from {{ ref('review_entry') }} as entries
    cross join {{ ref('stg_context') }} as context
    where entries.kind = 'reviewed' and entries.occurred_on <= context.as_of
),

log_begins as (
    select min(reviewed_on) as first_review_on
    from reviews
),

ruptures as (
    select * from {{ ref('rupture') }}
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
),

reasons as (
    select * from {{ ref('agenda_reasons') }}
    where tier_rank <= 3 and is_rule and reason_id != 'off_course'
),

signals as (
    select * from {{ ref('signal') }}
),

answers as (
    select * from {{ ref('int_safety__answers') }}
    where is_positive
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

raised as (
    select
        episode_key,
        'open_rupture' as reason_id,
        onset_on as raised_on
    from ruptures
    union all
    select
        signals.episode_key,
        reasons.reason_id,
        signals.raised_on
    from signals
    inner join reasons on signals.rule_id = reasons.rule_id
    union all
    select
        episode_key,
        'off_course' as reason_id,
        session_on as raised_on
    from {{ ref('int_outcome__off_course') }}
    union all
    select
        episode_key,
        'safety_item' as reason_id,
        completed_on as raised_on
    from answers
),

-- A review on the day itself comes after what was raised on it.
followed as (
    select
        raised.episode_key,
        raised.reason_id,
        raised.raised_on,
        min(reviews.reviewed_on) as reviewed_on
    from raised
    cross join context
    cross join log_begins
    left join reviews
        on
            raised.episode_key = reviews.episode_key
            and raised.raised_on <= reviews.reviewed_on
    where raised.raised_on between log_begins.first_review_on and context.as_of
    group by raised.episode_key, raised.reason_id, raised.raised_on
),

waits as (
    select
        episode_key,
        reason_id,
        reviewed_on,
        min(raised_on) as raised_on
    from followed
    group by episode_key, reason_id, reviewed_on
),

int_review__waits as (
    select
        {{ row_key([
            "'wait'", 'waits.episode_key', 'waits.reason_id', 'waits.raised_on'
        ]) }} as wait_key,
        waits.episode_key,
        episodes.clinician_key,
        waits.reason_id,
        waits.raised_on,
        waits.reviewed_on,
        waits.reviewed_on is null and episodes.ended_on is not null as is_ended,
        cast(greatest({{ days_between(
            'waits.raised_on',
            'coalesce(waits.reviewed_on, episodes.ended_on, context.as_of)'
        ) }}, 0) as integer) as days_waited
    from waits
    cross join context
    inner join episodes on waits.episode_key = episodes.episode_key
)

select * from int_review__waits
