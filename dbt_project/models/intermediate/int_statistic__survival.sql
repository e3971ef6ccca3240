{#- Survival after three and eight sessions, and the restricted mean of sessions to twelve
    (metrics.md 5.2), of the practice and of each clinician. The sessions 3, 8 and 12 are part of
    the metrics' names, hence no parameters.

    A curve says nothing beyond its longest episode, unless everyone has dropped out: then survival
    stays 0. Where it ends before, the figure is null. -#}
{%- set z = '1.959963984540054' %}
with curves as (
    select * from {{ ref('survival') }}
    where scope_kind in ('practice', 'clinician')
),

endings as (
    select * from {{ ref('episode_ending') }}
    where event_session_index is not null
),

counts as (
    select
        'clinician' as scope_kind,
        clinician_key as scope_value,
        count(*) as population_n,
        count(case when is_left_truncated then 1 end) as excluded_n,
        cast(1 as bigint) as clinicians_n
    from endings
    group by clinician_key
    union all
    select
        'practice' as scope_kind,
        'practice' as scope_value,
        count(*) as population_n,
        count(case when is_left_truncated then 1 end) as excluded_n,
        count(distinct case when not is_left_truncated then clinician_key end) as clinicians_n
    from endings
    having count(*) > 0
),

reached as (
    select
        scope_kind,
        scope_value,
        max(session_index) as last_session_index,
        min(survival) as last_survival
    from curves
    group by scope_kind, scope_value
),

{% set marks = [3, 8] -%}
points as (
    {% for mark in marks -%}
        select
            reached.scope_kind,
            reached.scope_value,
            'survival_{{ mark }}' as metric_id,
            coalesce(
                curves.survival, case when reached.last_survival = 0 then reached.last_survival end
            ) as raw_estimate,
            curves.lo,
            curves.hi,
            'Kaplan-Meier, log-log 95 %' as method
        from reached
        left join curves
            on
                reached.scope_kind = curves.scope_kind
                and reached.scope_value = curves.scope_value
                and curves.session_index = {{ mark }}
        {% if not loop.last %}union all{% endif %}
    {% endfor -%}
),

-- T sessions are attended before an unplanned ending, so the mean of the smaller of T and 12 is the
-- sum of S(0) to S(11). `area_left` is what of it lies at session s and later: an ending after s
-- takes its share of that away.
{% set horizon = 12 -%}
areas as (
    select
        *,
        sum(survival) over (
            partition by scope_kind, scope_value order by session_index desc
        ) as area_left
    from curves
    where session_index < {{ horizon }}
),

restricted as (
    select
        areas.scope_kind,
        areas.scope_value,
        1 + {{ exact_sum('areas.survival') }} as mean_sessions,
        sqrt({{ exact_sum(
            'areas.area_left * areas.area_left * '
            ~ safe_ratio('areas.hazard', 'areas.at_risk - areas.events')
        ) }}) as mean_se
    from areas
    inner join reached
        on
            areas.scope_kind = reached.scope_kind
            and areas.scope_value = reached.scope_value
    where reached.last_session_index >= {{ horizon - 1 }} or reached.last_survival = 0
    group by areas.scope_kind, areas.scope_value
),

means as (
    select
        reached.scope_kind,
        reached.scope_value,
        'restricted_mean_{{ horizon }}' as metric_id,
        restricted.mean_sessions as raw_estimate,
        case
            when restricted.mean_se > 0
                then restricted.mean_sessions - {{ z }} * restricted.mean_se
        end as lo,
        case
            when restricted.mean_se > 0
                then least(
                    restricted.mean_sessions + {{ z }} * restricted.mean_se,
                    cast({{ horizon }} as double)
                )
        end as hi,
        'area under Kaplan-Meier, normal 95 %' as method
    from reached
    left join restricted
        on
            reached.scope_kind = restricted.scope_kind
            and reached.scope_value = restricted.scope_value
),

figures as (
    select * from points
    union all
    select * from means
),

int_statistic__survival as (
    select
        counts.scope_kind,
        counts.scope_value,
        figures.metric_id,
        cast(null as {{ text_type() }}) as instrument,
        'all' as period,
        'all' as period_kind,
        cast(null as date) as period_starts_on,
        counts.population_n,
        counts.excluded_n,
        counts.population_n - counts.excluded_n as denominator_n,
        cast(null as bigint) as numerator,
        counts.clinicians_n,
        round(figures.raw_estimate, 12) as raw_estimate,
        round(figures.lo, 12) as lo,
        round(figures.hi, 12) as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        figures.method
    from counts
    inner join figures
        on
            counts.scope_kind = figures.scope_kind
            and counts.scope_value = figures.scope_value
)

select * from int_statistic__survival
