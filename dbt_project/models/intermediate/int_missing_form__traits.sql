{#- What is known of an episode whether or not its client was heard: age, severity at intake, length
    and ending (metrics.md 6.4). Here: which episodes and which traits. Not here: the comparison. -#}
with eligible_sessions as (
    select
        episode_key,
        min(started_on) as first_on,
        max(case when has_form then 1 else 0 end) = 1 as is_scored
    from {{ ref('int_metric__eligible_sessions') }}
    group by episode_key
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

clients as (
    select * from {{ ref('dim_client') }}
),

age_bands as (
    select * from {{ ref('age_bands') }}
),

endings as (
    select * from {{ ref('episode_ending') }}
    where is_population and not is_excluded
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

-- The first score of the questionnaire of the smallest priority, more is worse.
severities as (
    select
        outcomes.episode_key,
        {{ safe_ratio(
            '100 * case'
            ~ " when instruments.direction = 'higher_is_better'"
            ~ ' then instruments.maximum - outcomes.first_score'
            ~ ' else outcomes.first_score - instruments.minimum end',
            'instruments.maximum - instruments.minimum'
        ) }} as severity,
        row_number() over (
            partition by outcomes.episode_key
            order by instruments.outcome_priority, outcomes.instrument
        ) as preference
    from {{ ref('episode_outcome') }} as outcomes
    inner join instruments on outcomes.instrument = instruments.instrument
    where instruments.outcome_priority is not null
),

described as (
    select
        eligible_sessions.episode_key,
        eligible_sessions.is_scored,
        episodes.attended_sessions,
        severities.severity,
        endings.is_dropout_d1,
        coalesce(age_bands.age_band, case
            when clients.birth_year is null then clients.age_band
        end) as age_band
    from eligible_sessions
    inner join episodes on eligible_sessions.episode_key = episodes.episode_key
    left join clients on episodes.client_key = clients.client_key
    left join age_bands
        on
            year(eligible_sessions.first_on) - clients.birth_year
            between age_bands.minimum_age and age_bands.maximum_age
    left join severities
        on eligible_sessions.episode_key = severities.episode_key and severities.preference = 1
    left join endings on eligible_sessions.episode_key = endings.episode_key
),

known_bands as (
    select distinct age_band from described
    where age_band is not null
),

int_missing_form__traits as (
    select
        'age_band' as trait,
        known_bands.age_band as level,
        described.episode_key,
        described.is_scored,
        case when described.age_band = known_bands.age_band then 1.0 else 0.0 end as value
    from described
    cross join known_bands
    where described.age_band is not null
    union all
    select
        'intake_severity' as trait,
        cast(null as {{ text_type() }}) as level,
        episode_key,
        is_scored,
        severity as value
    from described
    where severity is not null
    union all
    select
        'attended_sessions' as trait,
        cast(null as {{ text_type() }}) as level,
        episode_key,
        is_scored,
        attended_sessions as value
    from described
    union all
    select
        'dropout_d1' as trait,
        cast(null as {{ text_type() }}) as level,
        episode_key,
        is_scored,
        case when is_dropout_d1 then 1.0 else 0.0 end as value
    from described
    where is_dropout_d1 is not null
)

select * from int_missing_form__traits
