with episodes as (
    select * from {{ ref('int_casemix__episode') }}
),

expected as (
    select * from {{ ref('int_casemix__expected') }}
),

clinicians as (
    select * from {{ ref('dim_clinician') }}
),

described as (
    select
        episodes.*,
        expected.expected_share,
        {{ dropout_stratum('clinicians.role') }} as stratum
    from episodes
    left join expected on episodes.episode_key = expected.episode_key
    left join clinicians on episodes.clinician_key = clinicians.clinician_key
),

summed as (
    select
        stratum,
        count(distinct clinician_key) as clinicians_n,
        count(*) as n,
        count(case when is_dropout then 1 end) as o,
        {{ exact_sum('expected_share') }} as e
    from described
    group by stratum
),

judged as (
    select
        *,
        n >= {{ param('display_group_n') }} as is_shown
    from summed
),

dropout_stratum as (
    select
        stratum,
        clinicians_n,
        n,
        o,
        round(e, 12) as e,
        case when is_shown then {{ safe_ratio('o', 'n') }} end as rate,
        case when is_shown then round({{ wilson_lo('o', 'n') }}, 12) end as lo,
        case when is_shown then round({{ wilson_hi('o', 'n') }}, 12) end as hi,
        case when is_shown then round({{ safe_ratio('o', 'e') }}, 12) end as sdr,
        case when is_shown then round({{ byar_lo('o', 'e') }}, 12) end as byar_lo,
        case when is_shown then round({{ byar_hi('o', 'e') }}, 12) end as byar_hi,
        case when is_shown then 'ok' else 'insufficient_n' end as status,
        cast({{ param('params_version') }} as integer) as params_version
    from judged
)

select * from dropout_stratum
