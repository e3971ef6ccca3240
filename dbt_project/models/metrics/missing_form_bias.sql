with traits as (
    select
        *,
        trait in ('age_band', 'dropout_d1') as is_share
    from {{ ref('int_missing_form__traits') }}
),

quantiles as (
    select * from {{ ref('student_t_975') }}
),

means as (
    select
        trait,
        level,
        is_share,
        is_scored,
        count(*) as n,
        {{ safe_ratio(exact_sum('value'), 'count(*)') }} as mean
    from traits
    group by trait, level, is_share, is_scored
),

spreads as (
    select
        means.trait,
        means.level,
        means.is_share,
        means.is_scored,
        means.n,
        means.mean,
        {{ centred_sum('traits.value', 'means.mean') }} as squares
    from means
    inner join traits
        on
            means.trait = traits.trait
            and coalesce(means.level, '') = coalesce(traits.level, '')
            and means.is_scored = traits.is_scored
    group by
        means.trait, means.level, means.is_share, means.is_scored, means.n, means.mean
),

limited as (
    select
        spreads.*,
        spreads.squares / spreads.n as variance,
        case
            when spreads.is_share then {{ wilson_lo('spreads.n * spreads.mean', 'spreads.n') }}
            else
                spreads.mean - {{ student_t_975('spreads.n - 1', 'quantiles.quantile') }}
                * sqrt(spreads.squares / nullif(spreads.n - 1, 0) / spreads.n)
        end as lo,
        case
            when spreads.is_share then {{ wilson_hi('spreads.n * spreads.mean', 'spreads.n') }}
            else
                spreads.mean + {{ student_t_975('spreads.n - 1', 'quantiles.quantile') }}
                * sqrt(spreads.squares / nullif(spreads.n - 1, 0) / spreads.n)
        end as hi
    from spreads
    left join quantiles on spreads.n - 1 = quantiles.degrees_of_freedom
),

side_by_side as (
    select
        trait,
        level,
        is_share,
        {% for side, condition in [('scored', 'is_scored'), ('unscored', 'not is_scored')] -%}
            coalesce(max(case when {{ condition }} then n end), 0) as {{ side }}_n,
            max(case when {{ condition }} then mean end) as {{ side }}_mean,
            max(case when {{ condition }} then lo end) as {{ side }}_lo,
            max(case when {{ condition }} then hi end) as {{ side }}_hi,
            max(case when {{ condition }} then variance end) as {{ side }}_variance,
        {% endfor -%}
        count(*) as sides
    from limited
    group by trait, level, is_share
),

judged as (
    select
        *,
        least(scored_n, unscored_n) >= {{ param('display_group_cell_n') }} as is_enough
    from side_by_side
),

missing_form_bias as (
    select
        {{ row_key(["'missing_form_bias'", 'trait', 'level']) }} as missing_form_bias_key,
        trait,
        level,
        case when is_share then 'share' else 'mean' end as measure_kind,
        {% for side in ['scored', 'unscored'] -%}
            {{ side }}_n,
            case when is_enough then round({{ side }}_mean, 12) end as {{ side }}_estimate,
            case when is_enough then round({{ side }}_lo, 12) end as {{ side }}_lo,
            case when is_enough then round({{ side }}_hi, 12) end as {{ side }}_hi,
        {% endfor -%}
        case when is_enough then round(unscored_mean - scored_mean, 12) end as difference,
        case
            when is_enough
                then
                    round(
                        (unscored_mean - scored_mean)
                        / nullif(sqrt((scored_variance + unscored_variance) / 2), 0),
                        12
                    )
        end as standardised_difference,
        case when is_enough then 'ok' else 'insufficient_n' end as status,
        cast({{ param('params_version') }} as integer) as params_version
    from judged
)

select * from missing_form_bias
