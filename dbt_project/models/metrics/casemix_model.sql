with design as (
    select * from {{ ref('int_casemix__design') }}
),

terms as (
    select * from {{ ref('int_casemix__term') }}
),

seed as (
    select * from {{ ref('casemix_terms') }}
),

coefficients as (
    select * from {{ ref('int_casemix__coefficients') }}
),

expected as (
    select * from {{ ref('int_casemix__expected') }}
),

used_names as (
    select {{ ordered_text('seed.name', "', '", 'seed.sort_order') }} as variables
    from seed
    inner join terms on seed.term = terms.term
    where terms.is_used
),

left_out_names as (
    select {{ ordered_text('seed.name', "', '", 'seed.sort_order') }} as not_adjusted_for
    from seed
    inner join terms on seed.term = terms.term
    -- that something is not recorded for some is not a characteristic of theirs
    where not terms.is_used and seed.term not in ('severity_unknown', 'age_unknown')
),

troubles as (
    select min(problem) as problem
    from coefficients
    where term not in ('calibration_intercept', 'calibration_slope')
),

checks as (
    select
        max(case when term = 'calibration_intercept' then estimate end) as calibration_intercept,
        max(case when term = 'calibration_slope' then estimate end) as calibration_slope,
        max(case when term = 'calibration_slope' then standard_error end) as slope_error,
        {{ casemix_slope_lo() }} as calibration_slope_lo
    from coefficients
    where fold = 0
),

totals as (
    select
        {{ safe_ratio(
            'count(case when is_dropout then 1 end)', exact_sum('expected_share')
        ) }} as observed_over_expected
    from expected
),

-- Of an episode that ended unplanned and one that did not, how often the first had the higher
-- expected share; equal shares count half.
ranked as (
    select
        is_dropout,
        rank() over (order by expected_share)
        + (count(*) over (partition by expected_share) - 1) / 2.0 as mean_rank,
        count(*) over () as episodes_n,
        count(case when is_dropout then 1 end) over () as events
    from expected
),

discrimination as (
    select
        {{ safe_ratio(
            'sum(mean_rank) - max(events) * (max(events) + 1) / 2.0',
            'cast(max(events) as double) * (max(episodes_n) - max(events))'
        ) }} as c_statistic
    from ranked
    where is_dropout
),

judged as (
    select
        design.*,
        coalesce(design.reason, troubles.problem) as refusal
    from design
    cross join troubles
),

casemix_model as (
    select
        'dropout_d1' as casemix_model,
        case when judged.refusal is null then 'ok' else 'refused' end as status,
        judged.refusal as reason,
        judged.episodes_n,
        judged.events,
        judged.clinicians_n,
        judged.terms_n as coefficients_n,
        judged.needed_n,
        used_names.variables,
        left_out_names.not_adjusted_for,
        case when judged.refusal is null then judged.folds_n end as folds_n,
        round(totals.observed_over_expected, 12) as observed_over_expected,
        checks.calibration_intercept,
        checks.calibration_slope,
        checks.calibration_slope_lo,
        round(checks.calibration_slope + {{ normal_975() }} * checks.slope_error, 10)
            as calibration_slope_hi,
        round(discrimination.c_statistic, 12) as c_statistic,
        judged.refusal is null and coalesce(checks.calibration_slope_lo > 0, false) as has_skill,
        cast({{ param('params_version') }} as integer) as params_version
    from judged
    cross join used_names
    cross join left_out_names
    cross join checks
    cross join totals
    cross join discrimination
)

select * from casemix_model
