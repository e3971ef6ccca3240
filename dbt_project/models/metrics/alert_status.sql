{#- The colour of the latest score of an episode (metrics.md 3 and T12): what the signals at that
    session say, red before amber before green. Here: the choice of the colour. Not here: when a
    rule fires (int_signal__…) or whether it is switched on (metrics.signal). -#}
with instruments as (
    select
        known.*,
        {{ param('al4_min_drop', 'known.instrument') }} as al4_min_drop
    from {{ ref('dim_instrument') }} as known
    where known.family in ('alliance', 'outcome')
),

scores as (
    select
        scores.*,
        row_number() over (
            partition by scores.episode_key, scores.instrument order by scores.session_index desc
        ) as recency,
        count(*) over (partition by scores.episode_key, scores.instrument) as n_scores,
        lag(scores.score) over (
            partition by scores.episode_key, scores.instrument order by scores.session_index
        ) as previous_score
    from {{ ref('fct_score') }} as scores
    inner join instruments on scores.instrument = instruments.instrument
    where
        scores.respondent = 'client'
        and scores.scale = 'total'
        and scores.is_primary
        and scores.series = 'individual'
        and scores.session_index is not null
        and scores.episode_key is not null
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

on_track as (
    select * from {{ ref('int_outcome__on_track') }}
),

signals as (
    select * from {{ ref('signal') }}
    where colour is not null
),

told as (
    select
        episode_key,
        instrument,
        session_index,
        {{ sorted_text('rule_id', ', ') }} as rule_ids,
        max(case when colour = 'red' then 1 else 0 end) as is_red
    from signals
    group by episode_key, instrument, session_index
),

-- What green would rest on. A cut-off judges a single score; a rule of change needs two; the
-- outcome needs two and a rule that knows where the client should be.
judged as (
    select
        scores.*,
        instruments.family,
        told.rule_ids,
        told.is_red,
        case
            when instruments.family = 'alliance'
                then
                    instruments.cutoff is not null
                    or instruments.alert_drop is not null
                    or instruments.al4_min_drop is not null
            else on_track.score_key is not null
        end as has_rule,
        scores.n_scores = 1
        and (instruments.family = 'outcome' or instruments.cutoff is null) as is_too_early
    from scores
    inner join instruments on scores.instrument = instruments.instrument
    left join told
        on
            scores.episode_key = told.episode_key
            and scores.instrument = told.instrument
            and scores.session_index = told.session_index
    left join on_track on scores.score_key = on_track.score_key
    where scores.recency = 1
),

alert_status as (
    select
        {{ row_key(["'alert_status'", 'judged.episode_key', 'judged.instrument']) }}
            as alert_status_key,
        judged.episode_key,
        episodes.client_key,
        episodes.clinician_key,
        judged.instrument,
        judged.family,
        judged.n_scores,
        judged.session_index,
        judged.completed_on,
        judged.score,
        judged.previous_score,
        judged.session_index = episodes.attended_sessions as is_latest_session,
        case
            when judged.is_too_early then 'grey'
            when judged.is_red = 1 then 'red'
            when judged.is_red = 0 then 'amber'
            when judged.has_rule then 'green'
        end as colour,
        case when not judged.is_too_early then judged.rule_ids end as rule_ids,
        case
            when judged.is_too_early then 'insufficient_n'
            when judged.rule_ids is null and not judged.has_rule then 'not_applicable'
            else 'ok'
        end as status,
        cast({{ param('params_version') }} as integer) as params_version
    from judged
    inner join episodes on judged.episode_key = episodes.episode_key
)

select * from alert_status
