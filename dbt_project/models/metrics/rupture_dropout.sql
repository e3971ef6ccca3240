{#- The risk of an unplanned ending after a session with a rupture against one without, compared
    within bands of sessions: Mantel-Haenszel risk ratio with the standard error of Greenland and
    Robins 1985 (metrics.md 4.7). -#}
with cells as (
    select * from {{ ref('rupture_hazard') }}
    where band != 'all'
),

unexposed as (
    select * from cells
    where state = 'none'
),

-- a of n1 exposed sessions, b of n0 unexposed ones; a band that lacks either adds nothing.
strata as (
    select
        exposed.instrument,
        exposed.state as comparison,
        cast(exposed.dropouts as double) as a,
        cast(exposed.sessions as double) as n1,
        cast(unexposed.dropouts as double) as b,
        cast(unexposed.sessions as double) as n0,
        cast(exposed.sessions + unexposed.sessions as double) as n
    from cells as exposed
    inner join unexposed
        on
            exposed.instrument = unexposed.instrument
            and exposed.band = unexposed.band
    where exposed.state != 'none'
),

summed as (
    select
        instrument,
        comparison,
        cast(sum(n1) as bigint) as exposed_sessions,
        cast(sum(a) as bigint) as exposed_dropouts,
        cast(sum(n0) as bigint) as reference_sessions,
        cast(sum(b) as bigint) as reference_dropouts,
        {{ exact_sum(safe_ratio('a * n0', 'n')) }} as r,
        {{ exact_sum(safe_ratio('b * n1', 'n')) }} as s,
        {{ exact_sum(safe_ratio('n1 * n0 * (a + b) - a * b * n', 'n * n')) }} as p
    from strata
    group by instrument, comparison
),

compared as (
    select
        *,
        {{ safe_ratio('r', 's') }} as rr,
        case when r > 0 then sqrt({{ safe_ratio('p', 'r * s') }}) end as se
    from summed
),

rupture_dropout as (
    select
        {{ row_key(["'rupture_dropout'", 'instrument', 'comparison']) }} as rupture_dropout_key,
        instrument,
        comparison,
        exposed_sessions,
        exposed_dropouts,
        reference_sessions,
        reference_dropouts,
        round(rr, 12) as rr_mh,
        round(se, 12) as se_ln,
        round(rr * exp(-{{ normal_975() }} * se), 12) as lo,
        round(rr * exp({{ normal_975() }} * se), 12) as hi,
        round(
            {{ safe_ratio(
                safe_ratio('exposed_dropouts', 'exposed_sessions'),
                safe_ratio('reference_dropouts', 'reference_sessions')
            ) }},
            12
        ) as crude,
        cast({{ param('params_version') }} as integer) as params_version
    from compared
)

select * from rupture_dropout
