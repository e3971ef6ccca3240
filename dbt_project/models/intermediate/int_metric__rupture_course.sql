{#- Units of the rupture metrics that follow one rupture: its depth, how early it came, whether it
    stayed unrepaired, its kind, and whether the form after a drop is missing (metrics.md 4.4 R2, R3,
    R6, R9, 4.5). Incidence and repair rate: int_metric__ruptures. -#}
{{ config(materialized='view') }}

with ruptures as (
    select * from {{ ref('rupture') }}
),

canonical as (
    select * from ruptures
    where tier = 'probable' and method_id = 'casesens_shrunk_sd'
),

-- the population of the incidence, ceilings excluded there too
incidences as (
    select * from {{ ref('int_metric__ruptures') }}
    where metric_id = 'rupture_incidence'
),

alliances as (
    select * from {{ ref('episode_alliance') }}
),

signals as (
    select * from {{ ref('signal') }}
    where rule_id = 'AL2'
),

scores as (
    select * from {{ ref('int_alliance__scores') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
    where series = 'individual' and session_index is not null
),

first_onsets as (
    select
        episode_key,
        instrument,
        min(onset_session_index) as onset_session_index
    from canonical
    group by episode_key, instrument
),

early as (
    select
        incidences.*,
        first_onsets.onset_session_index
    from incidences
    inner join alliances on incidences.unit_key = alliances.episode_alliance_key
    left join first_onsets
        on
            alliances.episode_key = first_onsets.episode_key
            and alliances.instrument = first_onsets.instrument
),

depths as (
    select
        'rupture_depth' as metric_id,
        instrument,
        clinician_key,
        rupture_key as unit_key,
        onset_on as occurred_on,
        false as is_excluded,
        false as is_numerator,
        depth as value
    from canonical
),

{% set windows = {'early_rupture_6': 'early_rupture_long', 'early_rupture_3': 'early_rupture_short'}
-%}
{% for metric_id, window in windows.items() -%}
    {{ metric_id }} as (
        select
            '{{ metric_id }}' as metric_id,
            instrument,
            clinician_key,
            unit_key,
            occurred_on,
            is_excluded,
            coalesce(onset_session_index <= {{ param(window) }}, false) as is_numerator,
            cast(null as double) as value
        from early
    ),
{% endfor %}

unrepaired as (
    select
        'unrepaired_rate' as metric_id,
        instrument,
        clinician_key,
        rupture_key as unit_key,
        onset_on as occurred_on,
        status in ('pending', 'indeterminate') as is_excluded,
        status = 'unrepaired' as is_numerator,
        cast(null as double) as value
    from canonical
),

-- The kind of a rupture is only ever what a person coded, never read from scores.
kinds as (
    select
        'rupture_withdrawal' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        rupture_key as unit_key,
        onset_on as occurred_on,
        rupture_type is null as is_excluded,
        coalesce(rupture_type in ('withdrawal', 'mixed'), false) as is_numerator,
        cast(null as double) as value
    from ruptures
    where method_id in ('therapist_coded', '3rs')
),

missing as (
    select
        'form_missing_after_drop' as metric_id,
        signals.instrument,
        signals.clinician_key,
        signals.signal_key as unit_key,
        drop_sessions.started_on as occurred_on,
        next_sessions.session_key is null as is_excluded,
        scores.score_key is null as is_numerator,
        cast(null as double) as value
    from signals
    inner join sessions as drop_sessions
        on
            signals.episode_key = drop_sessions.episode_key
            and signals.session_index = drop_sessions.session_index
    left join sessions as next_sessions
        on
            signals.episode_key = next_sessions.episode_key
            and signals.session_index + 1 = next_sessions.session_index
    left join scores
        on
            signals.episode_key = scores.episode_key
            and signals.instrument = scores.instrument
            and signals.session_index + 1 = scores.session_index
),

int_metric__rupture_course as (
    select * from depths
    union all
    select * from early_rupture_6
    union all
    select * from early_rupture_3
    union all
    select * from unrepaired
    union all
    select * from kinds
    union all
    select * from missing
)

select * from int_metric__rupture_course
