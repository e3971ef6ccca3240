{#- Counts of the conformance checks: does the data fit the shape that was agreed on? -#}
with

feeds as (
    select * from {{ ref('stg_delivery') }}
    where is_landed and feed is not null
),

ledger as (
    select distinct
        delivery_id,
        feed
    from {{ ref('stg_delivery') }}
),

landed as (
    select * from {{ ref('stg_landed_counts') }}
),

landed_rows as (
    select
        cast(coalesce(
            sum(case when ledger.delivery_id is null then landed.landed_rows end), 0
        ) as bigint) as violated_rows,
        cast(coalesce(sum(landed.landed_rows), 0) as bigint) as denominator
    from landed
    left join ledger
        on landed.delivery_id = ledger.delivery_id and landed.feed = ledger.feed
),

sessions as (
    select * from {{ ref('fct_session') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

scores as (
    select * from {{ ref('fct_score') }}
),

clients as (
    select * from {{ ref('dim_client') }}
),

instruments as (
    select * from {{ ref('dim_instrument') }}
),

administrations as (
    select * from {{ ref('int_administrations') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

{% set keyed = {
    'session': 'sessions', 'episode': 'episodes', 'score': 'scores', 'client': 'clients'
} -%}
{%- for thing, relation in keyed.items() %}
    {{ thing }}_keys as (
        select
            {{ thing }}_key,
            count(*) as n
        from {{ relation }}
        group by {{ thing }}_key
    ),
{% endfor %}
sessions_with_episode as (
    select episodes.episode_key is null as is_lost
    from sessions
    left join episodes on sessions.episode_key = episodes.episode_key
),

numbered as (
    select max(session_index) != count(*) or min(session_index) != 1 as is_broken
    from sessions
    where session_index is not null
    group by episode_key, series
),

totals as (
    select scores.score < instruments.minimum or scores.score > instruments.maximum as is_outside
    from scores
    inner join instruments on scores.instrument = instruments.instrument
    where scores.scale = 'total'
),

responses as (
    select * from {{ ref('int_responses__checked') }}
    where is_item or is_scale
),

contradictable as (
    select is_total_mismatch from scores
    where score_source = 'computed' and supplied_score is not null
),

sums as (
    select
        metric_id,
        coalesce(instrument, '') as instrument,
        period,
        cast(sum(denominator_n) as bigint) as denominator_n,
        cast(sum(coalesce(numerator, 0)) as bigint) as numerator
    from {{ ref('clinician_metric') }}
    group by metric_id, coalesce(instrument, ''), period
),

-- A few figures are of the whole practice only, and their definition says so.
added_up as (
    select
        sums.metric_id is null
        or practices.denominator_n != sums.denominator_n
        or coalesce(practices.numerator, 0) != sums.numerator as is_different
    from {{ ref('practice_metric') }} as practices
    inner join {{ ref('metric_definitions') }} as definitions
        on practices.metric_id = definitions.metric_id
    left join sums
        on
            practices.metric_id = sums.metric_id
            and coalesce(practices.instrument, '') = sums.instrument
            and practices.period = sums.period
    where definitions.table_name like '%clinician_metric%'
),

agenda as (
    select episodes.status != 'open' as is_closed
    from {{ ref('supervision_agenda') }} as supervision_agenda
    inner join episodes on supervision_agenda.episode_key = episodes.episode_key
),

attended as (
    select sessions.started_on > context.as_of as is_ahead
    from sessions
    cross join context
    where sessions.status in ('attended', 'attended_late')
),

int_check__conformance as (
    {{ check_count(
        'rows_conserved',
        'rows_read != rows_accepted + rows_quarantined + rows_collapsed + rows_filtered',
        'feeds'
    ) }}
    union all
    select
        'landed_rows_known' as check_id,
        violated_rows,
        denominator
    from landed_rows
    {% for thing in keyed %}
        union all
        {{ check_count(
            thing ~ '_keys_unique', 'n > 1 or ' ~ thing ~ '_key is null', thing ~ '_keys'
        ) }}
    {% endfor %}
    union all
    {{ check_count('sessions_in_an_episode', 'is_lost', 'sessions_with_episode') }}
    union all
    {{ check_count('session_index_without_gaps', 'is_broken', 'numbered') }}
    union all
    {{ check_count('totals_in_range', 'is_outside', 'totals') }}
    union all
    {{ check_count('clinicians_add_up', 'is_different', 'added_up') }}
    union all
    {{ check_count('agenda_of_open_episodes', 'is_closed', 'agenda') }}
    union all
    {{ check_count('item_responses_in_range', 'not is_in_range', 'responses') }}
    union all
    {{ check_count('totals_agree_with_items', 'is_total_mismatch', 'contradictable') }}
    union all
    {{ check_count(
        'instruments_known',
        "coalesce(unscored_rule in ('unknown_instrument', 'switched_off'), false)",
        'administrations'
    ) }}
    union all
    {{ check_count(
        'versions_unambiguous',
        "coalesce(unscored_rule = 'ambiguous_version', false)",
        'administrations'
    ) }}
    union all
    {{ check_count('attended_not_in_future', 'is_ahead', 'attended') }}
)

select * from int_check__conformance
