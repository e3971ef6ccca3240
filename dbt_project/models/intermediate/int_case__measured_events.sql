{#- The events of an episode that come from forms: scores, ruptures and signals, in the shape of
    metrics.case_timeline. Scores of single items are left out here, so that no screen can show
    one. -#}
{{ config(materialized='view') }}

with scores as (
    select * from {{ ref('fct_score') }}
    where
        episode_key is not null
        and scale not like 'item%'
        and (is_primary or link_method = 'none')
),

instruments as (
    select
        *,
        {{ instrument_word('instrument', 'name') }} as measure
    from {{ ref('dim_instrument') }}
),

scales as (
    select * from {{ ref('stg_instrument_scales') }}
),

ruptures as (
    select * from {{ ref('rupture') }}
    where method_id = 'casesens_shrunk_sd'
),

signals as (
    select * from {{ ref('signal') }}
),

sentences as (
    select * from {{ ref('case_sentences') }}
),

words as (
    select
        max(case when sentence_id = 'score' then template end) as score,
        max(case when sentence_id = 'score_scale' then template end) as score_scale,
        max(case when sentence_id = 'score_prorated' then template end) as score_prorated,
        max(case when sentence_id = 'score_unlinked' then template end) as score_unlinked,
        max(case when sentence_id = 'rupture_possible' then template end) as rupture_possible
    from sentences
),

score_events as (
    select
        scores.score_key as source_key,
        scores.episode_key,
        scores.completed_on as occurred_on,
        3 as kind_order,
        scores.completed_at as occurred_at,
        'score' as event_kind,
        scores.session_index,
        case
            when scores.link_method = 'none' then 'unlinked'
            when scores.is_prorated then 'prorated'
            else 'ok'
        end as status,
        case when scores.series != 'individual' then scores.series end as scope,
        scores.instrument,
        scores.scale,
        case when scores.scale != 'total' then coalesce(scales.name, scores.scale) end
            as scale_name,
        scores.respondent,
        cast(scores.score as double) as value,
        case when scores.scale = 'total' then cast(instruments.cutoff as double) end as threshold,
        {{ fill_words(
            "case when scores.scale = 'total' then words.score else words.score_scale end",
            {
                'measure': 'instruments.measure',
                'scale': 'coalesce(scales.name, scores.scale)',
                'respondent': 'scores.respondent',
                'value': as_figure('scores.score'),
            }
        ) }}
        || case when scores.is_prorated then words.score_prorated else '' end
        || case when scores.link_method = 'none' then words.score_unlinked else '' end as note
    from scores
    cross join words
    inner join instruments on scores.instrument = instruments.instrument
    left join scales
        on scores.instrument = scales.instrument and scores.scale = scales.scale
    -- subscales say where an alliance fell; of an outcome the review draws the total only
    where scores.scale = 'total' or instruments.family = 'alliance'
),

-- Onset, and what became of it where that is settled: an indeterminate one has no second event.
rupture_moments as (
    select
        *,
        'rupture_onset' as event_kind,
        5 as kind_order,
        onset_on as occurred_on,
        onset_session_index as session_index,
        cast(onset_score as double) as value,
        'rupture_onset' as sentence_id
    from ruptures
    union all
    select
        *,
        'rupture_' || status as event_kind,
        case when status = 'repaired' then 6 else 7 end as kind_order,
        closed_on as occurred_on,
        closed_session_index as session_index,
        case when status = 'repaired' then baseline else nadir end as value,
        case
            when status = 'repaired' then 'rupture_repair'
            when ended_open then 'rupture_ended_open'
            else 'rupture_unrepaired'
        end as sentence_id
    from ruptures
    where status in ('repaired', 'unrepaired')
),

rupture_events as (
    select
        rupture_moments.rupture_key as source_key,
        rupture_moments.episode_key,
        rupture_moments.occurred_on,
        rupture_moments.kind_order,
        cast(null as timestamp) as occurred_at,
        case
            when rupture_moments.event_kind = 'rupture_repaired' then 'rupture_repair'
            else rupture_moments.event_kind
        end as event_kind,
        rupture_moments.session_index,
        rupture_moments.status,
        rupture_moments.tier as scope,
        rupture_moments.instrument,
        'total' as scale,
        cast(null as {{ text_type() }}) as scale_name,
        'client' as respondent,
        case
            when rupture_moments.event_kind = 'rupture_repaired' then repairing.score
            else rupture_moments.value
        end as value,
        rupture_moments.threshold,
        case when rupture_moments.tier = 'possible' then words.rupture_possible else '' end
        || {{ fill_words('sentences.template', {
            'measure': 'instruments.measure',
            'from': as_figure('round(rupture_moments.baseline, 1)'),
            'to': as_figure('rupture_moments.onset_score'),
            'onset': 'cast(rupture_moments.onset_session_index as ' ~ text_type() ~ ')',
            'k': as_figure(
                "case when rupture_moments.tier = 'possible' then "
                ~ param('k_sigma_possible') ~ ' else ' ~ param('k_sigma') ~ ' end'
            ),
        }) }} as note
    from rupture_moments
    cross join words
    inner join instruments on rupture_moments.instrument = instruments.instrument
    inner join sentences on rupture_moments.sentence_id = sentences.sentence_id
    left join {{ ref('int_alliance__scores') }} as repairing
        on
            rupture_moments.episode_key = repairing.episode_key
            and rupture_moments.instrument = repairing.instrument
            and rupture_moments.session_index = repairing.session_index
),

signal_events as (
    select
        signal_key as source_key,
        episode_key,
        raised_on as occurred_on,
        4 as kind_order,
        cast(null as timestamp) as occurred_at,
        'signal' as event_kind,
        session_index,
        rule_id as status,
        cast(null as {{ text_type() }}) as scope,
        instrument,
        scale,
        cast(null as {{ text_type() }}) as scale_name,
        'client' as respondent,
        value,
        threshold,
        reason as note
    from signals
),

int_case__measured_events as (
    select * from score_events
    union all
    select * from rupture_events
    union all
    select * from signal_events
)

select * from int_case__measured_events
