with

feedback as (
    select * from {{ ref('int_feedback__resolved') }}
    where orphan_rule is null and not is_skipped
),

ambiguities as (
    select * from {{ ref('instrument_ambiguities') }}
),

-- One form has one client, session and time. Should its rows disagree, the smallest value is taken,
-- so that the result does not depend on their order.
int_administrations as (
    select
        feedback.response_key,
        feedback.instrument_code,
        feedback.respondent,
        min(feedback.instrument) as instrument,
        min(feedback.instrument_version) as instrument_version,
        min(feedback.source_system) as source_system,
        min(feedback.client_key) as client_key,
        min(feedback.clinician_key) as clinician_key,
        min(feedback.supplied_session_key) as supplied_session_key,
        min(feedback.supplied_episode_key) as supplied_episode_key,
        min(feedback.completed_at) as completed_at,
        min(feedback.completed_on) as completed_on,
        min(feedback.timing) as timing,
        min(feedback.collection_mode) as collection_mode,
        count(ambiguities.instrument) > 0 as is_ambiguous,
        case
            when count(ambiguities.instrument) > 0 then 'ambiguous_version'
            else min(feedback.unscored_rule)
        end as unscored_rule
    from feedback
    left join ambiguities
        on
            feedback.instrument = ambiguities.instrument
            and feedback.scale like 'item%'
            and feedback.value between ambiguities.response_from and ambiguities.response_to
    group by feedback.response_key, feedback.instrument_code, feedback.respondent
)

select * from int_administrations
