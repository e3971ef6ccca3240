{#- Outcome after the ending (metrics.md 7, claim 12): the client's last total of the same
    instrument within the follow-up window, whether in a follow-up meeting, by post or in a new
    course of treatment. Window and what still holds are judged here, counting is not. -#}
with context as (
    select as_of from {{ ref('stg_context') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status != 'open' and attended_sessions >= 1
),

changes as (
    select * from {{ ref('int_outcome__changes') }}
    where n_scores >= 2
),

scores as (
    select * from {{ ref('fct_score') }}
    where respondent = 'client' and scale = 'total'
),

pairs as (
    select
        changes.*,
        episodes.client_key,
        episodes.ended_on,
        {{ days_between('episodes.ended_on', 'context.as_of') }}
        >= {{ param('follow_up_days_max') }} as is_due
    from changes
    inner join episodes on changes.episode_key = episodes.episode_key
    cross join context
),

ranked as (
    select
        pairs.episode_key,
        pairs.instrument,
        scores.completed_on,
        scores.score,
        scores.caseness_cutoff,
        row_number() over (
            partition by pairs.episode_key, pairs.instrument
            order by scores.completed_at desc, scores.score_key desc
        ) as recency
    from pairs
    inner join scores
        on
            pairs.client_key = scores.client_key
            and pairs.instrument = scores.instrument
    where
        {{ days_between('pairs.ended_on', 'scores.completed_on') }}
        between {{ param('follow_up_days_min') }} and {{ param('follow_up_days_max') }}
),

followed as (
    select
        pairs.*,
        ranked.completed_on as follow_up_on,
        ranked.score as follow_up_score,
        case
            when pairs.direction = 'higher_is_better' then ranked.score - pairs.first_score
            else pairs.first_score - ranked.score
        end as follow_up_improvement,
        case
            when pairs.direction = 'higher_is_better'
                then ranked.score < coalesce(ranked.caseness_cutoff, pairs.last_cutoff)
            else ranked.score >= coalesce(ranked.caseness_cutoff, pairs.last_cutoff)
        end as is_case_follow_up
    from pairs
    left join ranked
        on
            pairs.episode_key = ranked.episode_key
            and pairs.instrument = ranked.instrument
            and ranked.recency = 1
),

-- Against intake, as at the ending: who had improved is still reliably better than at intake, who
-- had recovered is still on the healthy side as well.
int_outcome__follow_up as (
    select
        episode_key,
        instrument,
        is_due as is_follow_up_due,
        follow_up_on,
        follow_up_score,
        follow_up_improvement,
        case
            when follow_up_score is null then null
            when jt_category = 'recovered'
                then
                    {{ is_reliable_gain(
                        'follow_up_improvement', 'reliable_change', 'reliable_change_origin'
                    ) }} and not is_case_follow_up
            when jt_category = 'improved'
                then
                    {{ is_reliable_gain(
                        'follow_up_improvement', 'reliable_change', 'reliable_change_origin'
                    ) }}
        end as is_sustained
    from followed
)

select * from int_outcome__follow_up
