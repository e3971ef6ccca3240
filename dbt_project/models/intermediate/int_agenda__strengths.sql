{#- One strength per open episode that has any, and the one case per clinician that is put forward
    as the positive one: an episode with nothing pressing (no reason of tier 1 to 3, settled or
    not) whose strength no review or deferral has settled. -#}
with reasons as (
    select * from {{ ref('int_agenda__memory') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status = 'open' and attended_sessions >= 1
),

pressing as (
    select distinct episode_key from reasons
    where not is_strength and tier_rank <= 3
),

ranked as (
    select
        reasons.*,
        row_number() over (
            partition by reasons.episode_key
            order by reasons.reason_rank asc, reasons.waiting_since desc, reasons.sentence asc
        ) as preference
    from reasons
    where reasons.is_strength
),

best as (
    select
        ranked.episode_key,
        episodes.clinician_key,
        ranked.reason_id,
        ranked.reason_rank,
        ranked.sentence as strength,
        ranked.waiting_since as shown_on,
        pressing.episode_key is not null or ranked.settled_by is not null as is_passed_over
    from ranked
    inner join episodes on ranked.episode_key = episodes.episode_key
    left join pressing on ranked.episode_key = pressing.episode_key
    where ranked.preference = 1
),

int_agenda__strengths as (
    select
        episode_key,
        reason_id,
        strength,
        shown_on,
        not is_passed_over
        and row_number() over (
            partition by clinician_key, is_passed_over
            order by reason_rank asc, shown_on desc, episode_key asc
        ) = 1 as is_positive_case
    from best
)

select * from int_agenda__strengths
