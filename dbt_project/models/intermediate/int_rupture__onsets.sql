{#- Every rule run over every series it fits. The rules are in macros/rupture*.sql. -#}
with series as (
    select * from {{ ref('int_rupture__series') }}
),

rules as (
    select * from {{ ref('int_rupture__rules') }}
),

report_series as (
    select * from {{ ref('int_rupture__report_series') }}
),

scored as (
    {{ rupture_onsets('series', 'rules') }}
),

reported as (
    {{ rupture_reported_onsets('report_series') }}
),

int_rupture__onsets as (
    select * from scored
    union all
    select * from reported
)

select * from int_rupture__onsets
