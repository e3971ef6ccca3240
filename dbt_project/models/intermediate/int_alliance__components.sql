{#- Goals, tasks and bond of each client form on the scale of one item, and how far goals and tasks
    lie below the other two (metrics.md 2.4). Forms of instruments without the three have no row. -#}
with scores as (
    select * from {{ ref('fct_score') }}
    where
        respondent = 'client'
        and is_primary
        and series = 'individual'
        and session_index is not null
        and episode_key is not null
),

scales as (
    select * from {{ ref('stg_instrument_scales') }}
    where component in ('goal', 'task', 'bond') and item_count > 0
),

instruments as (
    select * from {{ ref('dim_instrument') }}
    where family = 'alliance' and direction = 'higher_is_better'
),

-- Sums of decimals and of whole numbers; each is divided once.
forms as (
    select
        scores.episode_key,
        scores.instrument,
        scores.session_key,
        scores.session_index,
    {% for component in ['goal', 'task', 'bond'] -%}
            {{ safe_ratio(
                "sum(case when scales.component = '" ~ component ~ "' then scores.score end)",
                "sum(case when scales.component = '" ~ component
                ~ "' then scales.item_count * scales.multiplier end)"
            ) }} as {{ component }}{{ ',' if not loop.last }}
    {% endfor %}
    from scores
    inner join scales
        on scores.instrument = scales.instrument and scores.scale = scales.scale
    inner join instruments on scores.instrument = instruments.instrument
    group by
        scores.episode_key, scores.instrument, scores.session_key, scores.session_index
),

gaps as (
    select
        *,
        {{ compare_ready('(bond + task) / 2 - goal') }} as goal_gap,
        {{ compare_ready('(bond + goal) / 2 - task') }} as task_gap
    from forms
    where goal is not null and task is not null and bond is not null
),

wide as (
    select
        *,
        goal_gap >= {{ compare_ready(param('gap_points')) }} as is_goal_gap,
        task_gap >= {{ compare_ready(param('gap_points')) }} as is_task_gap
    from gaps
),

-- Two forms that follow one another, whatever the sessions between them.
int_alliance__components as (
    select
        episode_key,
        instrument,
        session_key,
        session_index,
        goal,
        task,
        bond,
        goal_gap,
        task_gap,
        is_goal_gap
        and coalesce(
            lag(is_goal_gap) over (partition by episode_key, instrument order by session_index),
            false
        ) as is_second_goal_gap,
        is_task_gap
        and coalesce(
            lag(is_task_gap) over (partition by episode_key, instrument order by session_index),
            false
        ) as is_second_task_gap,
        row_number() over (
            partition by episode_key, instrument order by session_index desc
        ) as recency
    from wide
)

select * from int_alliance__components
