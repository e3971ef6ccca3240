{#- The one pair of outcome scores that speaks for an episode: of the instruments with at least two
    scores, the one of the smallest outcome_priority (is_primary). -#}
{{ config(materialized='view') }}

with changes as (
    select * from {{ ref('int_outcome__changes') }}
    where is_primary
),

-- change_class is a word for every pair; that a class does not apply to a healthy intake is for
-- those who count.
int_outcome__paired as (
    select
        episode_key,
        instrument,
        n_scores,
        first_session_index,
        last_session_index,
        first_score,
        last_score,
        improvement,
        is_reliably_improved,
        is_reliably_deteriorated,
        not is_case_first as is_first_healthy,
        not is_case_last as is_last_healthy,
        case jt_category when 'not_applicable' then 'unchanged' else jt_category end
            as change_class
    from changes
)

select * from int_outcome__paired
