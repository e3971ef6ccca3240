with reasons as (
    select * from {{ ref('int_agenda__memory') }}
    where not is_strength and settled_by is null
),

strengths as (
    select * from {{ ref('int_agenda__strengths') }}
),

templates as (
    select * from {{ ref('agenda_reasons') }}
),

-- Only open episodes with at least one attended session can be discussed as cases.
episodes as (
    select * from {{ ref('fct_episode') }}
    where status = 'open' and attended_sessions >= 1
),

supervisors as (
    select * from {{ ref('int_case__supervisor') }}
),

reviews as (
    select * from {{ ref('case_review') }}
),

clients as (
    select * from {{ ref('dim_client') }}
),

clinicians as (
    select * from {{ ref('dim_clinician') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

tiers as (
    select
        episode_key,
        min(tier_rank) as tier_rank
    from reasons
    group by episode_key
),

grouped as (
    select
        reasons.episode_key,
        min(reasons.tier_rank) as tier_rank,
        {{ ordered_text(
            'reasons.sentence', 'chr(10)', 'reasons.reason_rank, reasons.sentence'
        ) }} as reasons,
        {{ ordered_text(
            'reasons.reason_id', "','", 'reasons.reason_rank, reasons.sentence'
        ) }} as reason_ids,
        count(*) as n_reasons,
        count(case when reasons.is_rule and reasons.tier_rank <= 3 then 1 end) as n_pressing,
        min(case when reasons.tier_rank = tiers.tier_rank then reasons.waiting_since end)
            as waiting_since
    from reasons
    inner join tiers on reasons.episode_key = tiers.episode_key
    group by reasons.episode_key
),

-- A case that is here only as the positive one has its strength for a reason.
worth_discussing as (
    select
        episodes.*,
        coalesce(grouped.tier_rank, templates.tier_rank) as tier_rank,
        coalesce(grouped.reasons, strengths.strength) as reasons,
        coalesce(grouped.reason_ids, templates.reason_id) as reason_ids,
        coalesce(grouped.n_reasons, 1) as n_reasons,
        coalesce(grouped.n_pressing, 0) as n_pressing,
        coalesce(grouped.waiting_since, strengths.shown_on) as waiting_since,
        strengths.strength,
        coalesce(strengths.is_positive_case, false) as is_positive_case
    from episodes
    left join grouped on episodes.episode_key = grouped.episode_key
    left join strengths on episodes.episode_key = strengths.episode_key
    left join templates on templates.reason_id = 'positive_case'
    where grouped.episode_key is not null or strengths.is_positive_case
),

supervision_agenda as (
    select
        worth_discussing.episode_key,
        supervisors.supervisor_key,
        supervising.clinician_label as supervisor_label,
        worth_discussing.clinician_key,
        clinicians.clinician_label,
        worth_discussing.client_key,
        clients.client_label,
        clinicians.site_id,
        concat('T', cast(worth_discussing.tier_rank as {{ text_type() }})) as tier,
        cast(worth_discussing.tier_rank as integer) as tier_rank,
        cast(row_number() over (
            partition by worth_discussing.clinician_key
            order by
                worth_discussing.tier_rank,
                worth_discussing.waiting_since,
                worth_discussing.episode_key
        ) as integer) as agenda_order,
        worth_discussing.reasons,
        worth_discussing.reason_ids,
        cast(worth_discussing.n_reasons as integer) as n_reasons,
        worth_discussing.strength,
        worth_discussing.waiting_since,
        cast(
            {{ days_between('worth_discussing.waiting_since', 'context.as_of') }} as integer
        ) as waiting_days,
        cast(worth_discussing.attended_sessions as integer) as session_index,
        worth_discussing.last_attended_on as last_seen_on,
        worth_discussing.next_booked_on,
        worth_discussing.is_positive_case,
        worth_discussing.n_pressing > 0 as is_pressing,
        reviews.last_reviewed_on,
        reviews.last_action,
        reviews.last_action_on,
        reviews.is_brought,
        reviews.is_added,
        reviews.open_steps_n,
        cast({{ param('params_version') }} as integer) as params_version
    from worth_discussing
    cross join context
    inner join reviews on worth_discussing.episode_key = reviews.episode_key
    inner join clients on worth_discussing.client_key = clients.client_key
    inner join clinicians on worth_discussing.clinician_key = clinicians.clinician_key
    left join supervisors on worth_discussing.episode_key = supervisors.episode_key
    left join clinicians as supervising
        on supervisors.supervisor_key = supervising.clinician_key
)

select * from supervision_agenda
