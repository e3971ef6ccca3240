{#- First against last score of each outcome instrument of an episode, by Jacobson and Truax
    (metrics.md 5.6 O1), and the early gain within the first sessions. -#}
with scores as (
    select * from {{ ref('int_outcome__scores') }}
),

spans as (
    select
        episode_key,
        instrument,
        direction,
        outcome_priority,
        reliable_change,
        reliable_change_origin,
        s_diff,
        count(*) as n_scores,
        min(session_index) as first_session_index,
        max(session_index) as last_session_index,
        max(case when place = 1 then score end) as first_score,
        max(case when recency = 1 then score end) as last_score,
        max(case when place = 1 then cutoff end) as first_cutoff,
        max(case when recency = 1 then cutoff end) as last_cutoff,
        -- one score is no change
        max(case when recency = 1 and place > 1 then improvement end) as improvement,
        count(case when session_index <= {{ param('sudden_gain_sessions') }} then 1 end)
            as n_early_scores,
        max(case when session_index <= {{ param('sudden_gain_sessions') }} then gain end)
            as largest_early_gain
    from scores
    group by
        episode_key, instrument, direction, outcome_priority,
        reliable_change, reliable_change_origin, s_diff
),

-- A published figure is reached at the figure itself; |RC| must exceed its critical value.
judged as (
    select
        *,
        case
            when direction = 'higher_is_better' then first_score < first_cutoff
            else first_score >= first_cutoff
        end as is_case_first,
        case
            when direction = 'higher_is_better' then last_score < last_cutoff
            else last_score >= last_cutoff
        end as is_case_last,
        {{ is_reliable_gain('improvement', 'reliable_change', 'reliable_change_origin') }}
            as is_reliably_improved,
        {{ is_reliable_gain('-improvement', 'reliable_change', 'reliable_change_origin') }}
            as is_reliably_deteriorated,
        case
            when n_early_scores >= 2
                then {{ is_reliable_gain(
                    'largest_early_gain', 'reliable_change', 'reliable_change_origin'
                ) }}
        end as has_sudden_gain,
        row_number() over (
            partition by episode_key
            order by
                case when n_scores >= 2 and outcome_priority is not null then 0 else 1 end,
                outcome_priority,
                instrument
        ) as preference
    from spans
),

-- A missing reliable change or cut-off leaves what needs it null, never false.
int_outcome__changes as (
    select
        episode_key,
        instrument,
        direction,
        n_scores,
        first_session_index,
        last_session_index,
        first_score,
        last_score,
        first_cutoff,
        last_cutoff,
        is_case_first,
        is_case_last,
        improvement,
        reliable_change,
        reliable_change_origin,
        round({{ safe_ratio('improvement', 's_diff') }}, 12) as jt_rc,
        is_reliably_improved,
        is_reliably_deteriorated,
        case
            when is_reliably_deteriorated then 'deteriorated'
            when is_reliably_improved and is_case_first and not is_case_last then 'recovered'
            when is_reliably_improved then 'improved'
            when is_reliably_improved is null then null
            when not is_case_first then 'not_applicable'
            else 'unchanged'
        end as jt_category,
        n_early_scores,
        has_sudden_gain,
        n_scores >= 2 and outcome_priority is not null and preference = 1 as is_primary
    from judged
)

select * from int_outcome__changes
