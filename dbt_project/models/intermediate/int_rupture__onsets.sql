{#- The rupture rule run over every series. The rule itself is in macros/rupture.sql. -#}
with series as (
    select * from {{ ref('int_rupture__series') }}
),

folded as (
    select
        series.episode_key,
        series.instrument,
        series.tier,
        {{ rupture_fold('series.visits') }} as memory
    from series
),

ruptures as (
    select
        folded.episode_key,
        folded.instrument,
        folded.tier,
        {{ unnest_list('folded.memory.closed') }} as rupture
    from folded
    union all
    select
        folded.episode_key,
        folded.instrument,
        folded.tier,
        folded.memory.current as rupture
    from folded
    where folded.memory.current is not null
),

-- Rounded once, at the end: the content of a release does not hang on a last bit.
int_rupture__onsets as (
    select
        ruptures.episode_key,
        ruptures.instrument,
        ruptures.tier,
        ruptures.rupture.onset_session_index,
        ruptures.rupture.onset_score,
        round(ruptures.rupture.baseline, 12) as baseline,
        round(ruptures.rupture.spread, 12) as spread,
        round(ruptures.rupture.threshold, 12) as threshold,
        ruptures.rupture.nadir,
        round(ruptures.rupture.baseline - ruptures.rupture.nadir, 12) as depth,
        round(
            {{ safe_ratio(
                'ruptures.rupture.baseline - ruptures.rupture.nadir', 'ruptures.rupture.spread'
            ) }},
            12
        ) as depth_sd,
        ruptures.rupture.has_low_confidence,
        ruptures.rupture.status,
        ruptures.rupture.closed_session_index
    from ruptures
)

select * from int_rupture__onsets
