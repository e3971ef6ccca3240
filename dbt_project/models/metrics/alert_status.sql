{#- The colour of the latest score of an episode (metrics.md 3 and T12): what the signals at that
    session say, red before amber before green. Here: the choice of the colour. Not here: when a
    rule fires (int_signal__…), where a client should be (metrics.expected_course), or whether a
    rule is switched on (metrics.signal). -#}
with instruments as (
    select
        known.*,
        {{ param('al4_min_drop', 'known.instrument') }} as al4_min_drop
    from {{ ref('dim_instrument') }} as known
    where known.family in ('alliance', 'outcome')
),

alliance_scores as (
    select * from {{ ref('int_alliance__scores') }}
),

outcome_scores as (
    select * from {{ ref('int_outcome__scores') }}
),

on_track as (
    select * from {{ ref('int_outcome__on_track') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

signals as (
    select * from {{ ref('signal') }}
    where colour is not null
),

scores as (
    select
        episode_key,
        instrument,
        session_index,
        completed_on,
        score
    from alliance_scores
    union all
    select
        episode_key,
        instrument,
        session_index,
        completed_on,
        score
    from outcome_scores
),

ordered as (
    select
        *,
        row_number() over (
            partition by episode_key, instrument order by session_index desc
        ) as recency,
        count(*) over (partition by episode_key, instrument) as n_scores,
        lag(score) over (
            partition by episode_key, instrument order by session_index
        ) as previous_score
    from scores
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

-- What green would rest on: of the alliance a rule that knows the instrument, where a cut-off
-- judges a single score and a rule of change needs two; of the outcome an expected course that
-- reaches this session.
judged as (
    select
        ordered.*,
        instruments.family,
        told.rule_ids,
        told.is_red,
        case
            when instruments.family = 'outcome' then on_track.episode_key is not null
            else
                instruments.cutoff is not null
                or instruments.alert_drop is not null
                or instruments.al4_min_drop is not null
        end as has_rule,
        ordered.n_scores = 1
        and (instruments.family = 'outcome' or instruments.cutoff is null) as is_too_early
    from ordered
    inner join instruments on ordered.instrument = instruments.instrument
    left join told
        on
            ordered.episode_key = told.episode_key
            and ordered.instrument = told.instrument
            and ordered.session_index = told.session_index
    left join on_track
        on
            ordered.episode_key = on_track.episode_key
            and ordered.instrument = on_track.instrument
            and ordered.session_index = on_track.session_index
    where ordered.recency = 1
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
