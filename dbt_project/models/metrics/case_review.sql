with entries as (
    select * from {{ ref('review_entry') }}
    where is_case_known
),

steps as (
    select * from {{ ref('plan_step') }}
),

waits as (
    select * from {{ ref('int_review__waits') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

reviews as (
    select
        *,
        row_number() over (
            partition by episode_key order by occurred_on desc, recorded_at desc, entry_key asc
        ) as recency
    from entries
    where kind = 'reviewed'
),

last_reviews as (
    select
        reviews.episode_key,
        count(*) as reviews_n,
        max(reviews.occurred_on) as last_reviewed_on,
        max(case when reviews.recency = 1 then reviews.until_on end) as review_again_on
    from reviews
    group by reviews.episode_key
),

-- A wish stands until the case is reviewed on a later day, or later on that day.
wishes as (
    select
        entries.episode_key,
        max(case when entries.kind = 'brought' then entries.recorded_at end) as brought_at,
        max(case when entries.kind = 'brought' then entries.occurred_on end) as brought_on,
        max(case when entries.kind = 'added' then entries.recorded_at end) as added_at,
        max(case when entries.kind = 'added' then entries.occurred_on end) as added_on
    from entries
    left join reviews
        on
            entries.episode_key = reviews.episode_key
            and entries.occurred_on <= reviews.occurred_on
            and entries.recorded_at < reviews.recorded_at
    where entries.kind in ('brought', 'added') and reviews.entry_key is null
    group by entries.episode_key
),

deferrals as (
    select
        *,
        row_number() over (
            partition by episode_key order by recorded_at desc, entry_key asc
        ) as recency
    from entries
    where kind = 'deferred'
),

last_actions as (
    select
        *,
        row_number() over (
            partition by episode_key order by recorded_at desc, entry_key asc
        ) as recency
    from entries
),

step_counts as (
    select
        episode_key,
        count(case when status != 'closed' then 1 end) as open_steps_n,
        count(case when status = 'overdue' then 1 end) as overdue_steps_n
    from steps
    group by episode_key
),

waited as (
    select
        episode_key,
        {{ median_of('days_waited') }} as median_days_to_review
    from waits
    where reviewed_on is not null
    group by episode_key
),

case_review as (
    select
        episodes.episode_key,
        episodes.client_key,
        episodes.clinician_key,
        cast(coalesce(last_reviews.reviews_n, 0) as integer) as reviews_n,
        last_reviews.last_reviewed_on,
        cast(case
            when last_reviews.last_reviewed_on is not null
                then
                    greatest(
                        {{ days_between('last_reviews.last_reviewed_on', 'context.as_of') }}, 0
                    )
        end as integer) as days_since_review,
        last_reviews.review_again_on,
        case when deferrals.until_on > context.as_of then deferrals.until_on end as deferred_until,
        case when deferrals.until_on > context.as_of then deferrals.occurred_on end as deferred_on,
        case when deferrals.until_on > context.as_of then deferrals.recorded_at end as deferred_at,
        case when deferrals.until_on > context.as_of then deferrals.code_words end
            as defer_reason_words,
        wishes.brought_on is not null as is_brought,
        wishes.brought_on,
        wishes.brought_at,
        wishes.added_on is not null as is_added,
        wishes.added_on,
        wishes.added_at,
        cast(coalesce(step_counts.open_steps_n, 0) as integer) as open_steps_n,
        cast(coalesce(step_counts.overdue_steps_n, 0) as integer) as overdue_steps_n,
        last_actions.kind_words || coalesce(': ' || last_actions.code_words, '') as last_action,
        last_actions.occurred_on as last_action_on,
        waited.median_days_to_review
    from episodes
    cross join context
    left join last_reviews on episodes.episode_key = last_reviews.episode_key
    left join wishes on episodes.episode_key = wishes.episode_key
    left join deferrals
        on episodes.episode_key = deferrals.episode_key and deferrals.recency = 1
    left join last_actions
        on episodes.episode_key = last_actions.episode_key and last_actions.recency = 1
    left join step_counts on episodes.episode_key = step_counts.episode_key
    left join waited on episodes.episode_key = waited.episode_key
)

select * from case_review
