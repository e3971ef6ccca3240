{#- The practice's figures beyond the treating line (design.md 3.4, decision 8). A figure gives away
    the count behind it even where that count is not in its row, so that:
      a share, and observed over expected, come from the rounded count, limits included
      a point of a curve needs none or enough events since the point given before it, and up to the
        next one
      a median has no limits: those are the values of two people -#}
with

metrics as (
    select * from {{ ref('practice_metric') }}
),

catalogue as (
    select * from {{ ref('metric_definitions') }}
),

curve as (
    select * from {{ ref('survival') }}
    where scope_kind = 'practice'
),

-- analyst.survival gives the curve at multiples of this many sessions.
{% set step = param('analyst_survival_step') -%}
{% set marks = [3, 8] -%}
curve_events as (
    select
        {% for mark in marks -%}
            sum(case
                when
                    session_index <= {{ mark }}
                    and session_index > {{ step }} * floor(({{ mark }} - 1) / {{ step }})
                    then events
            end) as events_before_{{ mark }},
            sum(case
                when
                    session_index > {{ mark }}
                    and session_index <= {{ step }} * ceil({{ mark }} / {{ step }})
                    then events
            end) as events_after_{{ mark }},
        {% endfor -%}
        sum(case when session_index < 12 then events end) as events_before_12
    from curve
),

hidden_points as (
    {% for mark in marks -%}
        select
            'survival_{{ mark }}' as metric_id,
            {{ is_small_cell('coalesce(events_before_' ~ mark ~ ', 0)') }}
            or {{ is_small_cell('coalesce(events_after_' ~ mark ~ ', 0)') }} as is_hidden
        from curve_events
        union all
    {% endfor -%}
    select
        'restricted_mean_12' as metric_id,
        {{ is_small_cell('coalesce(events_before_12, 0)') }} as is_hidden
    from curve_events
),

-- The share repaired as the course gives it stands on the same ruptures as the plain share.
hidden_courses as (
    select
        'repair_cif_3' as metric_id,
        instrument,
        period,
        {{ is_small_part('numerator', 'denominator_n') }} as is_hidden
    from metrics
    where metric_id = 'repair_rate'
),

judged as (
    select
        metrics.*,
        metrics.method = 'Wilson 95 %' as is_share,
        catalogue.measure_kind = 'statistic' and metrics.expected is not null as is_ratio,
        metrics.method = 'median; order statistics 95 %' as is_median,
        coalesce(hidden_points.is_hidden, false)
        or coalesce(hidden_courses.is_hidden, false)
        or case
            when metrics.numerator is null then {{ is_small_cell('metrics.denominator_n') }}
            else {{ is_small_part('metrics.numerator', 'metrics.denominator_n') }}
        end as is_suppressed
    from metrics
    inner join catalogue on metrics.metric_id = catalogue.metric_id
    left join hidden_points on metrics.metric_id = hidden_points.metric_id
    left join hidden_courses
        on
            metrics.metric_id = hidden_courses.metric_id
            and metrics.instrument = hidden_courses.instrument
            and metrics.period = hidden_courses.period
),

rounded as (
    select
        *,
        {{ suppressed_count('denominator_n') }} as shown_n,
        {{ suppressed_count('excluded_n') }} as shown_excluded_n,
        case when not is_suppressed then {{ suppressed_count('numerator') }} end as shown_numerator
    from judged
),

analyst__practice_metric as (
    select
        practice_metric_key,
        metric_id,
        instrument,
        period,
        period_kind,
        period_starts_on,
        shown_n as denominator_n,
        shown_excluded_n as excluded_n,
        shown_numerator as numerator,
        case
            when is_suppressed or estimate is null then null
            when is_ratio then round({{ safe_ratio('shown_numerator', 'expected') }}, 2)
            when not is_share then round(estimate, 2)
            else {{ safe_ratio('shown_numerator', 'shown_n') }}
        end as estimate,
        case
            when is_suppressed or estimate is null or is_median then null
            when is_ratio then round({{ byar_lo('shown_numerator', 'expected') }}, 2)
            when not is_share then round(lo, 2)
            else {{ wilson_lo('shown_numerator', 'shown_n') }}
        end as lo,
        case
            when is_suppressed or estimate is null or is_median then null
            when is_ratio then round({{ byar_hi('shown_numerator', 'expected') }}, 2)
            when not is_share then round(hi, 2)
            else {{ wilson_hi('shown_numerator', 'shown_n') }}
        end as hi,
        is_suppressed,
        case when is_suppressed then 'suppressed' else status end as status,
        method,
        params_version
    from rounded
)

select * from analyst__practice_metric
