{#- Reasons of the agenda that lie in the review log: what the supervisee or the supervisor asked
    for, a day agreed in the last review, and a case that nobody has reviewed for long. The last
    one only in a practice that records reviews, counted from its first, so that a new
    installation is not flooded. -#}
with reviews as (
    select * from {{ ref('case_review') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status = 'open' and attended_sessions >= 1
),

supervisors as (
    select * from {{ ref('int_case__supervisor') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

log_begins as (
    select min(occurred_on) as first_review_on
    from {{ ref('review_entry') }}
    where kind = 'reviewed'
),

counted as (
    select
        reviews.*,
        context.as_of,
        coalesce(
            reviews.last_reviewed_on, greatest(log_begins.first_review_on, episodes.opened_on)
        ) as counted_from
    from reviews
    cross join context
    cross join log_begins
    inner join episodes on reviews.episode_key = episodes.episode_key
    inner join supervisors on reviews.episode_key = supervisors.episode_key
    where log_begins.first_review_on is not null
),

found as (
    select
        reviews.episode_key,
        'brought' as reason_id,
        reviews.brought_on as waiting_since,
        reviews.brought_at as waiting_at,
        reviews.brought_on as said_on,
        cast(null as bigint) as days
    from reviews
    inner join episodes on reviews.episode_key = episodes.episode_key
    where reviews.is_brought
    union all
    select
        reviews.episode_key,
        'added' as reason_id,
        reviews.added_on as waiting_since,
        reviews.added_at as waiting_at,
        reviews.added_on as said_on,
        cast(null as bigint) as days
    from reviews
    inner join episodes on reviews.episode_key = episodes.episode_key
    where reviews.is_added
    union all
    select
        reviews.episode_key,
        'review_again' as reason_id,
        reviews.review_again_on as waiting_since,
        cast(null as timestamp) as waiting_at,
        reviews.review_again_on as said_on,
        cast(null as bigint) as days
    from reviews
    cross join context
    inner join episodes on reviews.episode_key = episodes.episode_key
    where reviews.review_again_on <= context.as_of and reviews.deferred_until is null
    union all
    select
        episode_key,
        'not_reviewed' as reason_id,
        {{ add_days('counted_from', param('agenda_review_weeks') ~ ' * 7') }} as waiting_since,
        cast(null as timestamp) as waiting_at,
        counted_from as said_on,
        {{ days_between('counted_from', 'as_of') }} as days
    from counted
    where
        {{ days_between('counted_from', 'as_of') }} >= {{ param('agenda_review_weeks') }} * 7
        and deferred_until is null
),

int_agenda__review as (
    select
        episode_key,
        reason_id,
        waiting_since,
        waiting_at,
        {{ as_day('said_on') }} as on_words,
        cast(days as {{ text_type() }}) as days_words
    from found
)

select * from int_agenda__review
