with onsets as (
    select * from {{ ref('int_rupture__onsets') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

reports as (
    select * from {{ ref('int_rupture__reports') }}
),

rules as (
    select * from {{ ref('int_rupture__rules') }}
    where tier = 'probable'
),

probable as (
    select
        episode_key,
        instrument,
        method_id,
        onset_session_index
    from onsets
    where tier = 'probable'
),

-- A possible rupture is displayed only, and only where no probable one starts at the same session.
kept as (
    select onsets.*
    from onsets
    left join probable
        on
            onsets.episode_key = probable.episode_key
            and onsets.instrument = probable.instrument
            and onsets.method_id = probable.method_id
            and onsets.onset_session_index = probable.onset_session_index
    where onsets.tier = 'probable' or probable.episode_key is null
),

-- End of data (metrics.md 4.3): what is still open is unrepaired in an ended episode, else pending.
settled as (
    select
        kept.*,
        episodes.client_key,
        episodes.clinician_key,
        kept.status = 'open' and episodes.status != 'open' as ended_open,
        case
            when kept.status != 'open' then kept.status
            when episodes.status != 'open' then 'unrepaired'
            else 'pending'
        end as final_status,
        case when kept.status = 'open' then episodes.ended_on end as ended_open_on
    from kept
    inner join episodes on kept.episode_key = episodes.episode_key
),

dated as (
    select
        settled.*,
        onset_sessions.started_on as onset_on,
        coalesce(closing_sessions.started_on, settled.ended_open_on) as closed_on,
        reports.rupture_type,
        reports.intensity
    from settled
    inner join rules on settled.method_id = rules.method_id
    inner join sessions as onset_sessions
        on
            settled.episode_key = onset_sessions.episode_key
            and settled.onset_session_index = onset_sessions.session_index
    left join sessions as closing_sessions
        on
            settled.episode_key = closing_sessions.episode_key
            and settled.closed_session_index = closing_sessions.session_index
    -- what the rater's own form says of the rupture it reports; scores say nothing of its kind
    left join reports
        on
            settled.episode_key = reports.episode_key
            and case when rules.reference = 'report' then rules.respondent end = reports.respondent
            and settled.onset_session_index = reports.session_index
),

rupture as (
    select
        {{ row_key([
            "'rupture'", 'episode_key', 'instrument', 'method_id', 'onset_session_index'
        ]) }} as rupture_key,
        episode_key,
        client_key,
        clinician_key,
        instrument,
        method_id,
        tier,
        onset_session_index,
        onset_on,
        baseline,
        spread,
        threshold,
        cast(onset_score as decimal(9, 4)) as onset_score,
        nadir,
        depth,
        depth_sd,
        final_status as status,
        ended_open,
        closed_session_index,
        closed_on,
        cast(
            case when final_status = 'repaired' then closed_session_index - onset_session_index end
            as bigint
        ) as sessions_to_repair,
        cast(
            case when final_status = 'repaired' then {{ days_between('onset_on', 'closed_on') }} end
            as bigint
        ) as days_to_repair,
        case has_low_confidence when true then 'low' when false then 'normal' end as confidence,
        rupture_type,
        intensity,
        cast({{ param('params_version') }} as integer) as params_version
    from dated
)

select * from rupture
