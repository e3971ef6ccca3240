with entries as (
    select * from {{ ref('review_entry') }}
    where kind in ('signal_confirmed', 'signal_dismissed')
),

signals as (
    select * from {{ ref('signal') }}
),

reasons as (
    select * from {{ ref('int_agenda__reasons') }}
),

judgeable as (
    select
        rule_id,
        name,
        cast(false as boolean) as is_reason
    from {{ ref('signal_rules') }}
    union all
    select
        reason_id as rule_id,
        name,
        cast(true as boolean) as is_reason
    from {{ ref('agenda_reasons') }}
    where is_rule
),

-- Of one signal the latest word holds.
ranked as (
    select
        *,
        row_number() over (
            partition by episode_key, code, session_index
            order by recorded_at desc, entry_key asc
        ) as recency
    from entries
),

judged as (
    select
        code,
        count(case when kind = 'signal_confirmed' then 1 end) as confirmed_n,
        count(case when kind = 'signal_dismissed' then 1 end) as dismissed_n
    from ranked
    where recency = 1
    group by code
),

fired as (
    select
        rule_id,
        count(*) as fired_n
    from signals
    group by rule_id
    union all
    select
        reason_id as rule_id,
        count(distinct episode_key) as fired_n
    from reasons
    group by reason_id
),

counted as (
    select
        judgeable.*,
        coalesce(fired.fired_n, 0) as fired_n,
        coalesce(judged.confirmed_n, 0) as confirmed_n,
        coalesce(judged.dismissed_n, 0) as dismissed_n,
        coalesce(judged.confirmed_n, 0) + coalesce(judged.dismissed_n, 0) as judged_n
    from judgeable
    left join fired on judgeable.rule_id = fired.rule_id
    left join judged on lower(judgeable.rule_id) = judged.code
),

signal_verdict as (
    select
        rule_id,
        name,
        is_reason,
        fired_n,
        judged_n,
        confirmed_n,
        dismissed_n,
        {{ safe_ratio('dismissed_n', 'judged_n') }} as dismissed_share,
        round({{ wilson_lo('dismissed_n', 'judged_n') }}, 12) as lo,
        round({{ wilson_hi('dismissed_n', 'judged_n') }}, 12) as hi,
        case
            when judged_n < {{ param('verdict_min_n') }} then 'too_few'
            when
                {{ compare_ready(safe_ratio('dismissed_n', 'judged_n')) }}
                > {{ compare_ready(param('verdict_dismissed_share')) }}
                then 'proposed_for_change'
            else 'kept'
        end as status,
        cast({{ param('params_version') }} as integer) as params_version
    from counted
)

select * from signal_verdict
