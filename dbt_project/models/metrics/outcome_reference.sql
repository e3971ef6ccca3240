with outcomes as (
    select * from {{ ref('episode_outcome') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

norms as (
    select * from {{ ref('int_outcome__norms') }}
),

severities as (
    select * from {{ ref('int_outcome__severity_reference') }}
),

bands as (
    select * from {{ ref('int_outcome__course_bands') }}
),

in_use as (
    select
        instrument,
        count(*) as episodes_n,
        max(reliable_change) as reliable_change,
        max(reliable_change_origin) as reliable_change_origin
    from outcomes
    group by instrument
),

courses as (
    select
        instrument,
        max(case when is_fitted then 1 else 0 end) as has_course
    from bands
    group by instrument
),

outcome_reference as (
    select
        in_use.instrument,
        in_use.episodes_n,
        cast(instruments.cutoff as double) as adult_cutoff,
        in_use.reliable_change,
        in_use.reliable_change_origin,
        norms.reliability,
        norms.reliability_kind,
        norms.sem,
        norms.s_diff,
        norms.reliable_change as jt_reliable_change,
        norms.cutoff_a,
        norms.cutoff_b,
        norms.cutoff_c,
        coalesce(severities.pairs_n, 0) as ended_pairs_n,
        coalesce(severities.status, 'not_applicable') as severity_status,
        severities.intercept as severity_intercept,
        severities.slope as severity_slope,
        severities.sd_first as severity_sd,
        severities.mean_effect as severity_mean_effect,
        case when coalesce(courses.has_course, 0) = 1 then 'ok' else 'not_applicable' end
            as course_status,
        cast({{ param('params_version') }} as integer) as params_version
    from in_use
    inner join instruments on in_use.instrument = instruments.instrument
    left join norms on in_use.instrument = norms.instrument
    left join severities on in_use.instrument = severities.instrument
    left join courses on in_use.instrument = courses.instrument
)

select * from outcome_reference
