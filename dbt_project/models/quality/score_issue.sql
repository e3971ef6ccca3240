with

administrations as (
    select * from {{ ref('int_administrations') }}
),

responses as (
    select * from {{ ref('int_responses__checked') }}
),

computed as (
    select * from {{ ref('int_scores__computed') }}
),

scores as (
    select * from {{ ref('fct_score') }}
),

issues as (
    select
        response_key,
        instrument_code,
        respondent,
        cast(null as {{ text_type() }}) as scale,
        unscored_rule as rule,
        false as is_scored
    from administrations
    where unscored_rule is not null
    union all
    select
        response_key,
        instrument_code,
        respondent,
        scale,
        'unknown_scale' as rule,
        false as is_scored
    from responses
    where not is_item and not is_scale
    union all
    select
        response_key,
        instrument_code,
        respondent,
        scale,
        'out_of_range' as rule,
        false as is_scored
    from responses
    where is_item and not is_in_range
    union all
    select
        response_key,
        instrument_code,
        respondent,
        scale,
        unscored_rule as rule,
        false as is_scored
    from computed
    where unscored_rule is not null
    union all
    select
        response_key,
        instrument_code,
        respondent,
        scale,
        'total_mismatch' as rule,
        true as is_scored
    from computed
    where is_total_mismatch
    union all
    select
        scores.response_key,
        administrations.instrument_code,
        scores.respondent,
        scores.scale,
        'duplicate_administration' as rule,
        true as is_scored
    from scores
    inner join administrations
        on
            scores.response_key = administrations.response_key
            and scores.instrument = administrations.instrument
            and scores.respondent = administrations.respondent
    where scores.session_key is not null and not scores.is_primary
),

score_issue as (
    select
        {{ row_key([
            'issues.response_key', 'issues.instrument_code', 'issues.respondent',
            'issues.scale', 'issues.rule'
        ]) }} as score_issue_key,
        issues.response_key,
        administrations.client_key,
        administrations.clinician_key,
        administrations.source_system,
        issues.instrument_code as instrument,
        issues.scale,
        issues.respondent,
        administrations.completed_on,
        issues.rule,
        issues.is_scored
    from issues
    inner join administrations
        on
            issues.response_key = administrations.response_key
            and issues.instrument_code = administrations.instrument_code
            and issues.respondent = administrations.respondent
)

select * from score_issue
