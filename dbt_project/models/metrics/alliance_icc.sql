with variance_shares as (
    select * from {{ ref('int_metric__variance_share') }}
    where metric_id = 'early_alliance'
),

-- reliability B = n ICC / (n ICC + 1 - ICC), solved for n; what is only rounding is no episode
alliance_icc as (
    select
        {{ row_key(["'alliance_icc'", 'instrument', 'period']) }} as alliance_icc_key,
        instrument,
        period,
        k as clinicians_n,
        is_estimated,
        icc,
        msb,
        msw,
        n0,
        tau2,
        {% for percent in [50, 60, 70, 80] -%}
            cast(ceil({{ compare_ready(
                safe_ratio(percent ~ ' * (1 - icc)', (100 - percent) ~ ' * icc')
            ) }}) as bigint) as episodes_for_{{ percent }},
        {% endfor -%}
        cast({{ param('params_version') }} as integer) as params_version
    from variance_shares
)

select * from alliance_icc
