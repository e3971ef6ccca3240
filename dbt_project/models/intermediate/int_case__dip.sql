{#- Which subscale fell most at the latest probable rupture of an episode, against its mean over the
    scored sessions before it, in share of the subscale's range (screens.md 7, point 5). -#}
with ruptures as (
    select
        *,
        row_number() over (
            partition by episode_key order by onset_session_index desc, instrument asc
        ) as recency
    from {{ ref('rupture') }}
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
),

scores as (
    select * from {{ ref('fct_score') }}
    where
        scale != 'total'
        and respondent = 'client'
        and is_primary
        and series = 'individual'
        and session_index is not null
),

scales as (
    select * from {{ ref('stg_instrument_scales') }}
    where scale != 'total'
),

latest as (
    select * from ruptures
    where recency = 1
),

subscales as (
    select
        latest.episode_key,
        scores.scale,
        scales.name as scale_name,
        scales.maximum - scales.minimum as scale_range,
        scores.score,
        scores.session_index = latest.onset_session_index as is_at_dip,
        row_number() over (
            partition by
                latest.episode_key,
                scores.scale,
                scores.session_index = latest.onset_session_index
            order by scores.session_index desc
        ) as recency
    from latest
    inner join scores
        on
            latest.episode_key = scores.episode_key
            and latest.instrument = scores.instrument
            and latest.onset_session_index >= scores.session_index
    inner join scales
        on
            scores.instrument = scales.instrument
            and scores.scale = scales.scale
),

falls as (
    select
        episode_key,
        scale,
        scale_name,
        scale_range,
        {{ safe_ratio(
            'sum(case when not is_at_dip then score end)',
            'count(case when not is_at_dip then 1 end)'
        ) }} as dip_from,
        cast(max(case when is_at_dip then score end) as double) as dip_to
    from subscales
    where is_at_dip or recency <= {{ param('dip_reference_scores') }}
    group by episode_key, scale, scale_name, scale_range
),

ranked as (
    select
        *,
        row_number() over (
            partition by episode_key
            order by {{ compare_ready('(dip_from - dip_to) / scale_range') }} desc, scale
        ) as preference
    from falls
    where dip_from is not null and dip_to is not null and scale_range > 0
),

int_case__dip as (
    select
        latest.episode_key,
        latest.onset_session_index as dip_session,
        latest.confidence,
        ranked.scale,
        ranked.scale_name,
        ranked.dip_from,
        ranked.dip_to
    from latest
    left join ranked
        on
            latest.episode_key = ranked.episode_key
            and ranked.preference = 1
            and ranked.dip_from > ranked.dip_to
)

select * from int_case__dip
