{#- The ways of telling a rupture that this version computes, with their figures: the registry
    (seed rupture_methods) and its parameters. The canonical method runs once per tier. -#}
with methods as (
    select * from {{ ref('rupture_methods') }}
    where is_computed
),

depths as (
    select * from {{ ref('parameters') }}
    where coalesce(instrument, '') = ''
),

tiers as (
    select
        *,
        'probable' as tier,
        k_parameter as tier_parameter
    from methods
    union all
    select
        *,
        'possible' as tier,
        possible_k_parameter as tier_parameter
    from methods
    where coalesce(possible_k_parameter, '') != ''
),

-- Parameters become columns because a lambda holds no subquery. An empty cell is null in the seed,
-- '' in a unit test.
int_rupture__rules as (
    select
        tiers.method_id,
        tiers.tier,
        tiers.is_canonical,
        tiers.reference,
        nullif(tiers.spread, '') as spread,
        tiers.is_ended_only,
        tiers.respondent,
        depths.value as k_sigma,
        cast(
            case when tiers.reference = 'cumulated' then {{ param('cusum_allowance') }} end
            as double
        ) as allowance,
        cast(
            case
                when tiers.reference in ('level', 'fall') then {{ param('method_min_scores') }}
            end as integer
        ) as min_scores,
        cast({{ param('nu0') }} as double) as nu0,
        cast(
            case
                when tiers.reference = 'cumulated' then {{ param('cusum_ref_window') }}
                else {{ param('ref_window') }}
            end as integer
        ) as ref_window,
        cast({{ param('repair_sessions') }} as integer) as repair_sessions,
        cast({{ param('repair_tolerance') }} as double) as repair_tolerance,
        cast({{ param('repair_fraction') }} as double) as repair_fraction,
        cast({{ param('low_confidence_scores') }} as integer) as low_confidence_scores
    from tiers
    left join depths on tiers.tier_parameter = depths.parameter_id
)

select * from int_rupture__rules
