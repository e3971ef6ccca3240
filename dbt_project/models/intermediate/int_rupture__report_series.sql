{#- What the rules for reports run over: per episode and rater who reported a rupture at least once,
    the attended sessions in order with what the rater's form says. -#}
with reports as (
    select * from {{ ref('int_rupture__reports') }}
),

rules as (
    select * from {{ ref('int_rupture__rules') }}
    where reference = 'report'
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

reported as (
    select
        episode_key,
        respondent
    from reports
    group by episode_key, respondent
    having bool_or(is_reported)
),

visits as (
    select
        reported.episode_key,
        reported.respondent,
        sessions.session_index,
        reports.episode_key is not null as has_form,
        coalesce(reports.is_reported, false) as is_reported,
        coalesce(reports.is_denied, false) as is_denied,
        coalesce(reports.is_resolved, false) as is_resolved
    from reported
    inner join sessions on reported.episode_key = sessions.episode_key
    left join reports
        on
            reported.episode_key = reports.episode_key
            and reported.respondent = reports.respondent
            and sessions.session_index = reports.session_index
),

listed as (
    select
        episode_key,
        respondent,
        {{ ordered_list(
            struct_of(
                {
                    'session_index': 'session_index',
                    'score': 'null',
                    'has_form': 'has_form',
                    'is_reported': 'is_reported',
                    'is_denied': 'is_denied',
                    'is_resolved': 'is_resolved',
                },
                {
                    'session_index': 'integer',
                    'score': 'double',
                    'has_form': 'boolean',
                    'is_reported': 'boolean',
                    'is_denied': 'boolean',
                    'is_resolved': 'boolean',
                }
            ),
            'session_index'
        ) }} as visits
    from visits
    group by episode_key, respondent
),

int_rupture__report_series as (
    select
        listed.episode_key,
        'psq' as instrument,
        rules.method_id,
        rules.tier,
        rules.repair_sessions,
        listed.visits
    from listed
    inner join rules on listed.respondent = rules.respondent
)

select * from int_rupture__report_series
