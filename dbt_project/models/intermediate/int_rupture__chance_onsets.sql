{#- Every rule for scores run over the series in which nothing happens: the same macros as for real
    series (int_rupture__onsets). -#}
with series as (
    select * from {{ ref('int_rupture__chance_series') }}
),

rules as (
    select * from {{ ref('int_rupture__rules') }}
),

int_rupture__chance_onsets as (
    {{ rupture_onsets('series', 'rules') }}
)

select * from int_rupture__chance_onsets
