{#- First and last client total of the one outcome instrument that speaks for an episode: of those
    with at least two scores in the individual series, the one of the smallest outcome_priority. -#}
with scores as (
    select * from {{ ref('fct_score') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

outcome_scores as (
    select
        scores.episode_key,
        scores.instrument,
        scores.session_index,
        scores.score,
        instruments.direction,
        instruments.cutoff,
        instruments.reliable_change,
        instruments.outcome_priority
    from scores
    inner join instruments on scores.instrument = instruments.instrument
    where
        instruments.family = 'outcome'
        and instruments.outcome_priority is not null
        and scores.respondent = 'client'
        and scores.scale = 'total'
        and scores.is_primary
        and scores.series = 'individual'
        and scores.session_index is not null
        and scores.episode_key is not null
),

spans as (
    select
        episode_key,
        instrument,
        outcome_priority,
        direction,
        cutoff,
        reliable_change,
        count(*) as n_scores,
        min(session_index) as first_session_index,
        max(session_index) as last_session_index
    from outcome_scores
    group by episode_key, instrument, outcome_priority, direction, cutoff, reliable_change
    having count(*) >= 2
),

ranked as (
    select
        *,
        row_number() over (
            partition by episode_key order by outcome_priority, instrument
        ) as preference
    from spans
),

chosen as (
    select * from ranked
    where preference = 1
),

paired as (
    select
        chosen.*,
        first_scores.score as first_score,
        last_scores.score as last_score,
        case
            when chosen.direction = 'higher_is_better' then last_scores.score - first_scores.score
            else first_scores.score - last_scores.score
        end as improvement,
        case
            when chosen.direction = 'higher_is_better' then first_scores.score >= chosen.cutoff
            else first_scores.score < chosen.cutoff
        end as is_first_healthy,
        case
            when chosen.direction = 'higher_is_better' then last_scores.score >= chosen.cutoff
            else last_scores.score < chosen.cutoff
        end as is_last_healthy
    from chosen
    inner join outcome_scores as first_scores
        on
            chosen.episode_key = first_scores.episode_key
            and chosen.instrument = first_scores.instrument
            and chosen.first_session_index = first_scores.session_index
    inner join outcome_scores as last_scores
        on
            chosen.episode_key = last_scores.episode_key
            and chosen.instrument = last_scores.instrument
            and chosen.last_session_index = last_scores.session_index
),

-- Null figures of the instrument (cut-off, reliable change) leave the judgement null, never false.
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
        improvement >= reliable_change as is_reliably_improved,
        improvement <= -reliable_change as is_reliably_deteriorated,
        is_first_healthy,
        is_last_healthy,
        case
            when improvement <= -reliable_change then 'deteriorated'
            when improvement >= reliable_change and not is_first_healthy and is_last_healthy
                then 'recovered'
            when improvement >= reliable_change then 'improved'
            when abs(improvement) < reliable_change then 'unchanged'
        end as change_class
    from paired
)

select * from int_outcome__paired
