{#- The alert rules that read the alliance: AL1, AL2, AL4 and AL6 the totals of the client's series,
    AL3 its single scales, AL5 the client's own report (metrics.md 3). Here: when a rule fires and
    the figures its sentence needs. Not here: whether the rule is switched on and its words
    (metrics.signal, seed signal_rules), and the rules of the outcome (int_signal__outcome). -#}
{{ config(materialized='view') }}

with scores as (
    select * from {{ ref('int_alliance__scores') }}
),

single_scales as (
    select * from {{ ref('fct_score') }}
    where
        respondent = 'client'
        and is_primary
        and series = 'individual'
        and session_index is not null
        and episode_key is not null
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

-- The spread in force, as in the rupture rule: the practice's own where it has enough episodes.
sigmas as (
    select
        instrument,
        sigma_w
    from {{ ref('rupture_sigma') }}
),

parameters as (
    select
        {{ param('nu0') }} as nu0,
        {{ param('al4_spreads') }} as al4_spreads
),

-- Sums of decimals are exact; the mean of three scores is divided only where it is compared.
runs as (
    select
        scores.*,
        cast({{ param('al4_min_drop', 'scores.instrument') }} as double) as al4_min_drop,
        lag(scores.score) over by_session as previous_score,
        case
            when count(scores.score) over last_three = 3 then sum(scores.score) over last_three
        end as sum_of_three,
        count(scores.score) over before as scores_before,
        var_samp(cast(scores.score as double)) over before as variance_before
    from scores
    window
        by_session as (
            partition by scores.episode_key, scores.instrument order by scores.session_index
        ),
        before as (
            partition by scores.episode_key, scores.instrument order by scores.session_index
            rows between unbounded preceding and 1 preceding
        ),
        last_three as (
            partition by scores.episode_key, scores.instrument order by scores.session_index
            rows between 2 preceding and current row
        )
),

-- AL4 measures a drop in spreads of the dyad: those of all its scores before, shrunken towards the
-- pooled spread as in the rupture rule (4.3). No floor but the rule's own smallest drop.
measured as (
    select
        runs.*,
        cast(runs.sum_of_three as double) / 3 as mean_of_three,
        cast(
            max(runs.sum_of_three) over (
                partition by runs.episode_key, runs.instrument order by runs.session_index
            ) as double
        ) / 3 as best_mean_of_three,
        case
            when runs.scores_before > 0
                then greatest(
                    parameters.al4_spreads * sqrt(
                        (
                            (runs.scores_before - 1) * coalesce(runs.variance_before, 0)
                            + parameters.nu0 * sigmas.sigma_w * sigmas.sigma_w
                        ) / (runs.scores_before - 1 + parameters.nu0)
                    ),
                    runs.al4_min_drop
                )
        end as large_drop
    from runs
    cross join parameters
    left join sigmas on runs.instrument = sigmas.instrument
),

compared as (
    select
        *,
        best_mean_of_three - cast(reliable_change as double) as eroded_mean
    from measured
),

-- One firing per form: the lowest of its scales.
low_scales as (
    select
        single_scales.episode_key,
        single_scales.instrument,
        instruments.name as instrument_name,
        single_scales.scale,
        single_scales.session_index,
        single_scales.completed_on,
        single_scales.score,
        {{ param('al3_scale_cutoff', 'single_scales.instrument') }} as scale_cutoff,
        row_number() over (
            partition by
                single_scales.episode_key, single_scales.instrument, single_scales.session_index
            order by single_scales.score, single_scales.scale
        ) as place
    from single_scales
    inner join instruments on single_scales.instrument = instruments.instrument
    where instruments.family = 'alliance' and single_scales.scale != 'total'
),

reports as (
    select
        single_scales.*,
        instruments.name as instrument_name
    from single_scales
    inner join instruments on single_scales.instrument = instruments.instrument
    where single_scales.scale = 'rupture_reported' and single_scales.score = 1
),

fired as (
    select
        'AL1' as rule_id,
        episode_key,
        instrument,
        instrument_name,
        'total' as scale,
        session_index,
        completed_on as raised_on,
        'red' as colour,
        cast(score as double) as value,
        cast(cutoff as double) as threshold,
        cast(score as double) as score,
        cast(null as double) as previous,
        cast(null as double) as fall
    from compared
    where score < cutoff
    union all
    select
        'AL2' as rule_id,
        episode_key,
        instrument,
        instrument_name,
        'total' as scale,
        session_index,
        completed_on as raised_on,
        'red' as colour,
        cast(score - previous_score as double) as value,
        -cast(alert_drop as double) as threshold,
        cast(score as double) as score,
        cast(previous_score as double) as previous,
        cast(previous_score - score as double) as fall
    from compared
    where previous_score - score >= alert_drop
    union all
    select
        'AL3' as rule_id,
        episode_key,
        instrument,
        instrument_name,
        scale,
        session_index,
        completed_on as raised_on,
        cast(null as {{ text_type() }}) as colour,
        cast(score as double) as value,
        scale_cutoff as threshold,
        cast(score as double) as score,
        cast(null as double) as previous,
        cast(null as double) as fall
    from low_scales
    where place = 1 and cast(score as double) < scale_cutoff
    union all
    select
        'AL4' as rule_id,
        episode_key,
        instrument,
        instrument_name,
        'total' as scale,
        session_index,
        completed_on as raised_on,
        'red' as colour,
        cast(score - previous_score as double) as value,
        round(-large_drop, 12) as threshold,
        cast(score as double) as score,
        cast(previous_score as double) as previous,
        cast(previous_score - score as double) as fall
    from compared
    where
        al4_min_drop is not null
        and {{ compare_ready('previous_score - score') }} >= {{ compare_ready('large_drop') }}
    union all
    select
        'AL5' as rule_id,
        episode_key,
        instrument,
        instrument_name,
        scale,
        session_index,
        completed_on as raised_on,
        cast(null as {{ text_type() }}) as colour,
        cast(score as double) as value,
        cast(1 as double) as threshold,
        cast(score as double) as score,
        cast(null as double) as previous,
        cast(null as double) as fall
    from reports
    union all
    select
        'AL6' as rule_id,
        episode_key,
        instrument,
        instrument_name,
        'total' as scale,
        session_index,
        completed_on as raised_on,
        cast(null as {{ text_type() }}) as colour,
        round(mean_of_three, 12) as value,
        round(eroded_mean, 12) as threshold,
        round(mean_of_three, 12) as score,
        round(best_mean_of_three, 12) as previous,
        round(best_mean_of_three - mean_of_three, 12) as fall
    from compared
    where {{ compare_ready('mean_of_three') }} <= {{ compare_ready('eroded_mean') }}
),

int_signal__alliance as (
    select * from fired
)

select * from int_signal__alliance
