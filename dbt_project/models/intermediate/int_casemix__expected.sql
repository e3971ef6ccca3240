with episodes as (
    select * from {{ ref('int_casemix__episode') }}
),

coefficients as (
    select * from {{ ref('int_casemix__coefficients') }}
),

-- One fold that could not be fitted, and nobody is held against a model.
troubles as (
    select count(problem) as problems_n
    from coefficients
    where term not in ('calibration_intercept', 'calibration_slope')
),

log_odds as (
    select
        episodes.episode_key,
        episodes.clinician_key,
        episodes.is_dropout,
        {{ exact_sum(
            'coefficients.estimate * ' ~ casemix_value('coefficients.term', 'episodes')
        ) }} as expected_log_odds
    from episodes
    inner join coefficients on episodes.fold = coefficients.fold
    cross join troubles
    where troubles.problems_n = 0
    group by episodes.episode_key, episodes.clinician_key, episodes.is_dropout
),

int_casemix__expected as (
    select
        episode_key,
        clinician_key,
        is_dropout,
        round(1 / (1 + exp(-expected_log_odds)), 12) as expected_share
    from log_odds
)

select * from int_casemix__expected
