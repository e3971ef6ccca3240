with endings as (
    select * from {{ ref('episode_ending') }}
    where is_population and not is_excluded
),

all_endings as (
    select * from {{ ref('episode_ending') }}
),

clients as (
    select * from {{ ref('dim_client') }}
),

clinicians as (
    select * from {{ ref('dim_clinician') }}
),

age_bands as (
    select * from {{ ref('age_bands') }}
),

first_sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index = 1
),

context as (
    select as_of from {{ ref('stg_context') }}
),

-- Unplanned endings of each client, to be looked for before an episode opened.
dropouts as (
    select
        client_key,
        min(last_attended_on) as first_dropout_on
    from all_endings
    where is_dropout_d1
    group by client_key
),

described as (
    select
        endings.episode_key,
        endings.clinician_key,
        endings.is_dropout_d1 as is_dropout,
        clients.source_system,
        clients.intake_severity,
        coalesce(
            extract(year from endings.opened_on) - clients.birth_year, age_bands.maximum_age
        ) as age_at_most,
        coalesce(
            extract(year from endings.opened_on) - clients.birth_year, age_bands.minimum_age
        ) as age_at_least,
        coalesce(clinicians.role = 'trainee', false) as is_trainee,
        coalesce(first_sessions.modality in ('video', 'phone', 'text'), false) as is_remote,
        coalesce(dropouts.first_dropout_on < endings.opened_on, false) as has_dropped_out_before
    from endings
    cross join context
    left join clients on endings.client_key = clients.client_key
    left join age_bands on clients.age_band = age_bands.age_band
    left join clinicians on endings.clinician_key = clinicians.clinician_key
    left join first_sessions on endings.episode_key = first_sessions.episode_key
    left join dropouts on endings.client_key = dropouts.client_key
    where endings.last_attended_on <= context.as_of
),

-- Whole clinicians form a fold: one each, or several where there are many.
folds as (
    select
        clinician_key,
        cast(
            (row_number() over (order by clinician_key) - 1)
            % cast({{ param('casemix_max_folds') }} as integer) + 1 as integer
        ) as fold
    from (select distinct described.clinician_key from described) as distinct_clinicians
),

-- Severity has the scale of its source, so it is compared within the source only.
scales as (
    select
        source_system,
        avg(intake_severity) as mean_severity,
        nullif(stddev_samp(intake_severity), 0) as sd_severity
    from described
    group by source_system
),

int_casemix__episode as (
    select
        described.episode_key,
        described.clinician_key,
        folds.fold,
        described.is_dropout,
        coalesce(round(
            (described.intake_severity - scales.mean_severity) / scales.sd_severity, 9
        ), 0) as severity,
        case when described.intake_severity is null then 1 else 0 end as severity_unknown,
        case when described.age_at_most < {{ param('casemix_young_below') }} then 1 else 0 end
            as age_young,
        case when described.age_at_least >= {{ param('casemix_older_from') }} then 1 else 0 end
            as age_older,
        case when described.age_at_least is null then 1 else 0 end as age_unknown,
        case when described.is_trainee then 1 else 0 end as trainee,
        case when described.is_remote then 1 else 0 end as remote,
        case when described.has_dropped_out_before then 1 else 0 end as prior_dropout
    from described
    inner join folds on described.clinician_key = folds.clinician_key
    left join scales on described.source_system = scales.source_system
)

select * from int_casemix__episode
