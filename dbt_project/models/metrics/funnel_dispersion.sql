with funnels as (
    select * from {{ ref('int_funnel__dispersion') }}
),

tested as (
    select * from {{ ref('int_funnel__tested') }}
),

catalogue as (
    select * from {{ ref('metric_definitions') }}
),

figures as (
    select * from {{ ref('clinician_metric') }}
    where is_comparable
),

-- How many comparisons there are, and what chance alone would raise among them.
compared as (
    select
        metric_id,
        instrument,
        period,
        count(case when denominator_n >= {{ param('flag_min_n') }} then 1 end) as flaggable_n,
        count(flag) as flagged_n
    from figures
    group by metric_id, instrument, period
),

funnel_dispersion as (
    select
        {{ row_key([
            "'funnel_dispersion'", 'funnels.metric_id', 'funnels.instrument', 'funnels.period'
        ]) }} as funnel_dispersion_key,
        funnels.metric_id,
        funnels.instrument,
        funnels.period,
        funnels.period_kind,
        funnels.period_starts_on,
        funnels.target,
        funnels.clinicians_n,
        funnels.phi,
        tested.p_value,
        funnels.tau2,
        coalesce(
            {{ compare_ready('tested.p_value') }}
            < {{ compare_ready(param('funnel_dispersion_p')) }}
            and funnels.phi > 1 and funnels.tau2 > 0,
            false
        ) as is_applied,
        case when funnels.phi is null then 'insufficient_n' else 'ok' end as status,
        coalesce(compared.flaggable_n, 0) as flaggable_n,
        coalesce(compared.flagged_n, 0) as flagged_n,
        case
            when catalogue.flag_side != 'none'
                then round(
                    coalesce(compared.flaggable_n, 0) * {{ param('flag_conversation_tail') }}
                    * case catalogue.flag_side when 'both' then 2 else 1 end, 12
                )
        end as flags_by_chance,
        round(tested.z_95, 12) as z_95,
        round(tested.z_998, 12) as z_998,
        cast({{ param('params_version') }} as integer) as params_version
    from funnels
    inner join catalogue on funnels.metric_id = catalogue.metric_id
    inner join tested
        on
            funnels.metric_id = tested.metric_id
            and coalesce(funnels.instrument, '') = coalesce(tested.instrument, '')
            and funnels.period = tested.period
    left join compared
        on
            funnels.metric_id = compared.metric_id
            and coalesce(funnels.instrument, '') = coalesce(compared.instrument, '')
            and funnels.period = compared.period
)

select * from funnel_dispersion
