{#- Units of the attunement metrics: sessions that both rated, and episodes with enough of them
    (metrics.md 2.6). -#}
{{ config(materialized='view') }}

with pairs as (
    select
        *,
        {{ row_key(['session_key', 'clinician_instrument']) }} as pair_key
    from {{ ref('int_attunement__pairs') }}
),

episodes as (
    select * from {{ ref('attunement') }}
    where n_pairs >= {{ param('attunement_min_pairs') }}
),

int_metric__attunement as (
    select
        'attunement_bias' as metric_id,
        instrument,
        clinician_key,
        pair_key as unit_key,
        session_on as occurred_on,
        false as is_excluded,
        false as is_numerator,
        difference as value
    from pairs
    union all
    select
        'attunement_mad' as metric_id,
        instrument,
        clinician_key,
        pair_key as unit_key,
        session_on as occurred_on,
        false as is_excluded,
        false as is_numerator,
        abs(difference) as value
    from pairs
    union all
    select
        'attunement_overestimated' as metric_id,
        instrument,
        clinician_key,
        pair_key as unit_key,
        session_on as occurred_on,
        false as is_excluded,
        is_overestimated as is_numerator,
        cast(null as double) as value
    from pairs
    union all
    -- a rating that never varies cannot be followed
    select
        'attunement_tracking' as metric_id,
        instrument,
        clinician_key,
        attunement_key as unit_key,
        last_pair_on as occurred_on,
        tracking_r is null as is_excluded,
        false as is_numerator,
        tracking_r as value
    from episodes
)

select * from int_metric__attunement
