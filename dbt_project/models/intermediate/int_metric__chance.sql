{#- Rates that chance alone would give, of the metrics that are read beside it (metrics.md 4.3): the
    canonical rule over series in which nothing happens. -#}
{{ config(materialized='view') }}

with chances as (
    select * from {{ ref('rupture_chance') }}
    where method_id = 'casesens_shrunk_sd' and tier = 'probable'
),

int_metric__chance as (
    select
        'rupture_onset_rate' as metric_id,
        instrument,
        {{ safe_ratio('onsets', 'at_risk_sessions') }} as rate
    from chances
    union all
    select
        'repair_rate' as metric_id,
        instrument,
        {{ safe_ratio('repaired', 'resolved') }} as rate
    from chances
)

select * from int_metric__chance
