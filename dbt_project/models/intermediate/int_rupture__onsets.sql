{#- The rupture rule run over every series. The rule itself is in macros/rupture.sql. -#}
with series as (
    select * from {{ ref('int_rupture__series') }}
),

folded as (
    select
        episode_key,
        instrument,
        tier,
        {{ rupture_fold('visits') }} as memory
    from series
),

ruptures as (
    select
        episode_key,
        instrument,
        tier,
        {{ unnest_list('memory.closed') }} as rupture
    from folded
    union all
    select
        episode_key,
        instrument,
        tier,
        memory.current as rupture
    from folded
    where memory.current is not null
),

-- Rounded once, at the end: the content of a release does not hang on a last bit.
int_rupture__onsets as (
    select
        episode_key,
        instrument,
        tier,
        rupture.onset_session_index,
        rupture.onset_score,
        round(rupture.baseline, 12) as baseline,
        round(rupture.spread, 12) as spread,
        round(rupture.threshold, 12) as threshold,
        rupture.nadir,
        round(rupture.baseline - rupture.nadir, 12) as depth,
        round((rupture.baseline - rupture.nadir) / rupture.spread, 12) as depth_sd,
        rupture.has_low_confidence,
        rupture.status,
        rupture.closed_session_index
    from ruptures
)

select * from int_rupture__onsets
