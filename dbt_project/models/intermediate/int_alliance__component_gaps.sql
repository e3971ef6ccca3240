{#- What the components of an episode's forms come to: the latest gaps, whether one was wide twice
    in a row, and the early level of goals (metrics.md 2.4). -#}
with forms as (
    select * from {{ ref('int_alliance__components') }}
),

int_alliance__component_gaps as (
    select
        episode_key,
        instrument,
        count(*) as n_component_forms,
        max(case when recency = 1 then goal_gap end) as goal_gap,
        max(case when recency = 1 then task_gap end) as task_gap,
        -- one form can never show a gap twice
        case when count(*) >= 2 then count(case when is_second_goal_gap then 1 end) > 0 end
            as has_goal_gap,
        case when count(*) >= 2 then count(case when is_second_task_gap then 1 end) > 0 end
            as has_task_gap,
        count(case when session_index between 1 and 3 then 1 end) as n_early_goals,
        {{ safe_ratio(
            exact_sum('case when session_index between 1 and 3 then goal end'),
            'count(case when session_index between 1 and 3 then 1 end)'
        ) }} as early_goal
    from forms
    group by episode_key, instrument
)

select * from int_alliance__component_gaps
