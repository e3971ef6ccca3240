with episodes as (
    select * from {{ ref('fct_episode') }}
    where attended_sessions >= 1
),

clients as (
    select * from {{ ref('dim_client') }}
),

clinicians as (
    select * from {{ ref('dim_clinician') }}
),

endings as (
    select * from {{ ref('episode_ending') }}
),

supervisors as (
    select * from {{ ref('int_case__supervisor') }}
),

counts as (
    select * from {{ ref('int_case__counts') }}
),

alliances as (
    select * from {{ ref('int_case__alliance') }}
),

outcomes as (
    select * from {{ ref('int_case__outcome_scores') }}
    where recency = 1
),

dips as (
    select * from {{ ref('int_case__dip') }}
),

strengths as (
    select * from {{ ref('int_agenda__strengths') }}
),

sentences as (
    select * from {{ ref('int_case__sentences') }}
),

previous as (
    select
        next_episode_key as episode_key,
        max(episode_key) as previous_episode_key
    from {{ ref('fct_episode') }}
    where next_episode_key is not null
    group by next_episode_key
),

case_summary as (
    select
        episodes.episode_key,
        episodes.client_key,
        clients.client_label,
        episodes.clinician_key,
        clinicians.clinician_label,
        clinicians.site_id,
        supervisors.supervisor_key,
        supervising.clinician_label as supervisor_label,
        episodes.status,
        endings.ending,
        episodes.opened_on,
        episodes.ended_on,
        episodes.attended_sessions,
        episodes.first_attended_on,
        episodes.last_attended_on as last_seen_on,
        episodes.next_booked_on,
        counts.appointments_n as appointments_8_weeks,
        counts.missed_n as missed_8_weeks,
        alliances.instrument as alliance_instrument,
        alliances.name as alliance_name,
        alliances.cutoff as alliance_cutoff,
        alliances.scale_minimum as alliance_minimum,
        alliances.scale_maximum as alliance_maximum,
        coalesce(alliances.n_scores, 0) as alliance_scored_sessions,
        alliances.first_score as alliance_first,
        alliances.first_scored_session as alliance_first_session,
        alliances.lowest_score as alliance_lowest,
        alliances.lowest_session as alliance_lowest_session,
        alliances.last_score as alliance_latest,
        alliances.last_scored_session as alliance_latest_session,
        alliances.current_level as alliance_level,
        alliances.slope as alliance_slope,
        coalesce(alliances.instruments_n, 0) as alliance_instruments_n,
        coalesce(alliances.is_uninformative_ceiling, false) as is_uninformative_ceiling,
        outcomes.instrument as outcome_instrument,
        outcomes.name as outcome_name,
        outcomes.direction as outcome_direction,
        cast(outcomes.cutoff as double) as outcome_cutoff,
        cast(outcomes.reliable_change as double) as outcome_reliable_change,
        cast(outcomes.minimum as double) as outcome_minimum,
        cast(outcomes.maximum as double) as outcome_maximum,
        coalesce(outcomes.place, 0) as outcome_scored_sessions,
        cast(outcomes.first_score as double) as outcome_first,
        outcomes.first_session_index as outcome_first_session,
        cast(outcomes.score as double) as outcome_latest,
        outcomes.session_index as outcome_latest_session,
        cast(case when outcomes.place >= 2 then outcomes.improvement end as double)
            as outcome_improvement,
        outcomes.change_class as outcome_change,
        outcomes.is_healthy as is_outcome_healthy,
        counts.rupture_n,
        counts.repaired_n,
        counts.open_rupture_session is not null as has_open_rupture,
        counts.open_rupture_session,
        counts.open_rupture_sentence,
        dips.dip_session,
        dips.scale as dip_scale,
        dips.scale_name as dip_scale_name,
        dips.dip_from as dip_scale_from,
        dips.dip_to as dip_scale_to,
        strengths.strength,
        sentences.how_sure,
        sentences.summary,
        previous.previous_episode_key,
        episodes.next_episode_key,
        cast({{ param('params_version') }} as integer) as params_version
    from episodes
    inner join clients on episodes.client_key = clients.client_key
    inner join clinicians on episodes.clinician_key = clinicians.clinician_key
    inner join endings on episodes.episode_key = endings.episode_key
    inner join counts on episodes.episode_key = counts.episode_key
    inner join sentences on episodes.episode_key = sentences.episode_key
    left join supervisors on episodes.episode_key = supervisors.episode_key
    left join clinicians as supervising
        on supervisors.supervisor_key = supervising.clinician_key
    left join alliances on episodes.episode_key = alliances.episode_key
    left join outcomes on episodes.episode_key = outcomes.episode_key
    left join dips on episodes.episode_key = dips.episode_key
    left join strengths on episodes.episode_key = strengths.episode_key
    left join previous on episodes.episode_key = previous.episode_key
)

select * from case_summary
