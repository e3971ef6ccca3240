{%- set whole = 'decimal(38, 0)' %}
with scores as (
    select * from {{ ref('int_alliance__scores') }}
),

slopes as (
    select * from {{ ref('int_alliance__slopes') }}
),

log2_slopes as (
    select * from {{ ref('int_alliance__log2_slopes') }}
),

component_gaps as (
    select * from {{ ref('int_alliance__component_gaps') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

third_sessions as (
    select
        episode_key,
        started_on as third_session_on
    from {{ ref('fct_session') }}
    where series = 'individual' and session_index = 3
),

ordered as (
    select
        *,
        row_number() over (
            partition by episode_key, instrument order by session_index desc
        ) as recency
    from scores
),

-- Sums of decimals are exact; each is divided once, below.
summed as (
    select
        episode_key,
        instrument,
        max(maximum) as maximum,
        max(score_range) as score_range,
        count(*) as n_scores,
        min(session_index) as first_scored_session,
        max(session_index) as last_scored_session,
        max(session_on) as last_scored_on,
        count(case when session_index between 1 and 3 then 1 end) as n_early,
        sum(case when session_index between 1 and 3 then score end) as sum_1_3,
        max(case when session_index between 1 and 3 then session_on end) as last_early_on,
        count(case when session_index between 3 and 5 then 1 end) as n_early_3_5,
        sum(case when session_index between 3 and 5 then score end) as sum_3_5,
        count(case when recency <= {{ param('current_level_scores') }} then 1 end) as n_current,
        sum(case when recency <= {{ param('current_level_scores') }} then score end) as sum_current,
        min(score) as minimum,
        -- n times the sum of squares about the mean, exact
        cast(
            count(*) * sum(cast(score * 10000 as {{ whole }}) * cast(score * 10000 as {{ whole }}))
            - sum(cast(score * 10000 as {{ whole }})) * sum(cast(score * 10000 as {{ whole }}))
            as double
        ) as spread,
        max(case when recency = 1 then score end) as last_score,
        case
            when max(cutoff) is not null then count(case when score < cutoff then 1 end)
        end as alert_sessions,
        case
            when max(ceiling) is not null then count(case when score >= ceiling then 1 end)
        end as ceiling_sessions
    from ordered
    group by episode_key, instrument
),

first_scores as (
    select
        scores.episode_key,
        scores.instrument,
        scores.score as first_score
    from scores
    inner join summed
        on
            scores.episode_key = summed.episode_key
            and scores.instrument = summed.instrument
            and scores.session_index = summed.first_scored_session
),

-- metrics.md 2.1: a course that ended before session 3 keeps its mean but stands for no level.
judged as (
    select
        summed.*,
        first_scores.first_score,
        episodes.client_key,
        episodes.clinician_key,
        episodes.attended_sessions,
        summed.maximum - first_scores.first_score as headroom,
        episodes.status != 'open' and episodes.attended_sessions < 3 as is_truncated,
        episodes.status = 'open' and episodes.attended_sessions < 3 as is_pending,
        summed.n_early >= {{ param('early_min_scores') }} as has_early,
        summed.n_early_3_5 >= {{ param('early_min_scores') }} as has_early_3_5,
        {{ compare_ready('summed.maximum - first_scores.first_score') }}
        >= {{ compare_ready(
            'cast(summed.score_range as double) * ' ~ param('slope_min_headroom_share')
        ) }} as has_headroom,
        coalesce(third_sessions.third_session_on, summed.last_early_on) as early_on
    from summed
    inner join first_scores
        on
            summed.episode_key = first_scores.episode_key
            and summed.instrument = first_scores.instrument
    inner join episodes on summed.episode_key = episodes.episode_key
    left join third_sessions on summed.episode_key = third_sessions.episode_key
),

-- A line that starts at the ceiling cannot rise (metrics.md 2.3), so it is not shown. The condition
-- stands in the select list: in the join it would cost the hash join.
with_slopes as (
    select
        judged.*,
        case when judged.has_headroom then slopes.slope end as slope,
        case when judged.has_headroom then slopes.slope_intercept end as slope_intercept,
        case when judged.has_headroom then slopes.slope_se end as slope_se,
        slopes.t_quantile,
        case when judged.has_headroom then log2_slopes.log2_slope end as log2_slope,
        case when judged.has_headroom then log2_slopes.log2_slope_se end as log2_slope_se,
        component_gaps.goal_gap,
        component_gaps.task_gap,
        component_gaps.has_goal_gap,
        component_gaps.has_task_gap,
        coalesce(component_gaps.n_component_forms, 0) as n_component_forms
    from judged
    left join slopes
        on
            judged.episode_key = slopes.episode_key
            and judged.instrument = slopes.instrument
    left join log2_slopes
        on
            judged.episode_key = log2_slopes.episode_key
            and judged.instrument = log2_slopes.instrument
    left join component_gaps
        on
            judged.episode_key = component_gaps.episode_key
            and judged.instrument = component_gaps.instrument
),

episode_alliance as (
    select
        {{ row_key(["'episode_alliance'", 'episode_key', 'instrument']) }} as episode_alliance_key,
        episode_key,
        client_key,
        clinician_key,
        instrument,
        attended_sessions,
        n_scores,
        first_scored_session,
        last_scored_session,
        last_scored_on,
        n_early,
        n_early_3_5,
        case when has_early or is_truncated then {{ safe_ratio('sum_1_3', 'n_early') }} end
            as early_1_3,
        case when has_early_3_5 then {{ safe_ratio('sum_3_5', 'n_early_3_5') }} end as early_3_5,
        {{ safe_ratio('n_early', '3') }} as early_coverage,
        case when n_early > 0 then early_on end as early_on,
        is_truncated,
        {{ safe_ratio('sum_current', 'n_current') }} as current_level,
        cast(minimum as double) as minimum,
        cast(first_score as double) as first_score,
        cast(last_score as double) as last_score,
        round(sqrt(spread / nullif(n_scores * (n_scores - 1), 0)) / 10000, 12) as score_sd,
        slope,
        slope_intercept,
        slope_se,
        round(slope - t_quantile * slope_se, 12) as slope_lo,
        round(slope + t_quantile * slope_se, 12) as slope_hi,
        log2_slope,
        log2_slope_se,
        cast(headroom as double) as headroom,
        alert_sessions,
        {{ safe_ratio('alert_sessions', 'n_scores') }} as alert_share,
        round({{ wilson_lo('alert_sessions', 'n_scores') }}, 12) as alert_lo,
        round({{ wilson_hi('alert_sessions', 'n_scores') }}, 12) as alert_hi,
        {{ safe_ratio('alert_sessions', 'attended_sessions') }} as alert_bound_lo,
        {{ safe_ratio('alert_sessions + attended_sessions - n_scores', 'attended_sessions') }}
            as alert_bound_hi,
        ceiling_sessions,
        {{ safe_ratio('ceiling_sessions', 'n_scores') }} as ceiling_share,
        coalesce(
            ceiling_sessions = n_scores and n_scores >= {{ param('ceiling_min_scores') }}, false
        ) as is_uninformative_ceiling,
        n_component_forms,
        goal_gap,
        task_gap,
        has_goal_gap,
        has_task_gap,
        case
            when is_pending then 'pending'
            when is_truncated then 'not_applicable'
            when has_early then 'ok'
            else 'insufficient_n'
        end as status,
        cast({{ param('params_version') }} as integer) as params_version
    from with_slopes
)

select * from episode_alliance
