{#- Jacobson and Truax's figures of each outcome instrument with published moments (metrics.md 5.6
    O1): standard error of measurement, standard error of a difference, the change beyond which it
    is reliable, and the cut-offs a, b and c. -#}
{{ config(materialized='view') }}

with norms as (
    select * from {{ ref('instrument_norms') }}
),

errors as (
    select
        *,
        intake_sd * sqrt(1 - reliability) as sem,
        case when functional_mean > dysfunctional_mean then 1 else -1 end as healthy_sign
    from norms
),

int_outcome__norms as (
    select
        instrument,
        reliability,
        reliability_kind,
        round(sem, 12) as sem,
        round(sqrt(2) * sem, 12) as s_diff,
        round({{ param('reliable_change_z') }} * sqrt(2) * sem, 12) as reliable_change,
        round(
            dysfunctional_mean + {{ param('cutoff_sds') }} * healthy_sign * dysfunctional_sd, 12
        ) as cutoff_a,
        round(
            functional_mean - {{ param('cutoff_sds') }} * healthy_sign * functional_sd, 12
        ) as cutoff_b,
        round({{ safe_ratio(
            'functional_sd * dysfunctional_mean + dysfunctional_sd * functional_mean',
            'functional_sd + dysfunctional_sd'
        ) }}, 12) as cutoff_c
    from errors
)

select * from int_outcome__norms
