{#- Counts of the completeness checks: is there what should be there? -#}
with

sightings as (
    select * from {{ ref('stg_delivery') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

eligible_sessions as (
    select * from {{ ref('int_metric__eligible_sessions') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

endings as (
    select * from {{ ref('episode_ending') }}
),

clients as (
    select * from {{ ref('dim_client') }}
),

supervisors as (
    select * from {{ ref('int_case__supervisor') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

reviews as (
    select * from {{ ref('review_entry') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

records as (
    select
        cast(coalesce(sum(rows_quarantined), 0) as bigint) as violated_rows,
        cast(coalesce(sum(rows_read), 0) as bigint) as denominator
    from sightings
    where status in ('accepted', 'accepted_with_warnings')
),

-- The ledger has a line per feed
deliveries as (
    select
        sighting_id,
        min(source) as source,
        min(feed) as feed,
        min(status) as status,
        min(generated_at) as generated_at
    from sightings
    group by sighting_id
),

feedback_rows as (
    select orphan_rule is not null as is_orphan
    from {{ ref('int_feedback__resolved') }}
),

client_forms as (
    select scores.link_method = 'none' as is_loose
    from {{ ref('fct_score') }} as scores
    inner join instruments on scores.instrument = instruments.instrument
    where
        instruments.family in ('alliance', 'outcome')
        and scores.respondent = 'client'
        and scores.scale = 'total'
),

past_sessions as (
    select sessions.status in ('scheduled', 'unknown', 'not_attended_unknown') as is_unsaid
    from sessions
    cross join context
    where sessions.started_on <= context.as_of
),

closed_episodes as (
    select coalesce(closure_reason, 'unknown') = 'unknown' as is_unsaid
    from episodes
    where status = 'closed' and attended_sessions >= 1
),

open_clinicians as (
    select
        episodes.clinician_key,
        count(supervisors.supervisor_key) = 0 as is_alone
    from episodes
    left join supervisors on episodes.episode_key = supervisors.episode_key
    where episodes.status = 'open'
    group by episodes.clinician_key
),

ended_episodes as (
    select outcome_instrument is null as is_unpaired
    from endings
    where is_population
),

-- An export that does not say when it was made can be neither late nor on time. Nor can the review
-- log: it is read at every build, and is silent where nobody recorded anything.
sources as (
    select
        deliveries.source,
        {{ days_between(
            'max(deliveries.generated_at)', 'max(context.as_of)'
        ) }} > {{ param('source_late_days') }} as is_late
    from deliveries
    cross join context
    where
        deliveries.generated_at is not null
        and deliveries.status != 'rejected'
        and deliveries.feed is distinct from 'reviews'
    group by deliveries.source
),

int_check__completeness as (
    select
        'rows_not_quarantined' as check_id,
        violated_rows,
        denominator
    from records
    union all
    {{ check_count('deliveries_not_rejected', "status = 'rejected'", 'deliveries') }}
    union all
    {{ check_count('feedback_has_parents', 'is_orphan', 'feedback_rows') }}
    union all
    {{ check_count('forms_linked', 'is_loose', 'client_forms') }}
    union all
    {{ check_count('sessions_with_form', 'not is_on_time', 'eligible_sessions') }}
    union all
    {{ check_count('session_status_known', 'is_unsaid', 'past_sessions') }}
    union all
    {{ check_count('closure_reason_given', 'is_unsaid', 'closed_episodes') }}
    union all
    {{ check_count('clinicians_supervised', 'is_alone', 'open_clinicians') }}
    union all
    {{ check_count('outcome_paired', 'is_unpaired', 'ended_episodes') }}
    union all
    {{ check_count('age_known', 'birth_year is null', 'clients') }}
    union all
    {{ check_count('sources_on_time', 'is_late', 'sources') }}
    union all
    {{ check_count('reviews_have_a_case', 'not is_case_known', 'reviews') }}
)

select * from int_check__completeness
