-- The seeds that scoring and episodes rest on: every key once, every row with its source, every
-- code known to the models. One query for all of them: a test per column would cost more time in
-- each build than the tables it guards.

{%- set keys = {
    'parameters': ['parameter_id', 'instrument'],
    'instruments': ['instrument'],
    'instrument_scales': ['instrument', 'scale'],
    'instrument_items': ['instrument', 'scale', 'item'],
    'instrument_cutoffs': ['instrument', 'scale', 'respondent', 'kind', 'population', 'gender'],
    'instrument_required_items': ['instrument', 'scale', 'item'],
    'instrument_recognitions': ['code', 'respondent'],
    'instrument_pairs': ['client_instrument', 'clinician_instrument'],
    'instrument_versions': ['code', 'instrument_version'],
    'instrument_ambiguities': ['instrument', 'looks_like'],
    'session_statuses': ['status'],
    'appointment_types': ['appointment_type'],
    'closure_reasons': ['closure_reason'],
    'age_bands': ['age_band'],
} %}

with

{% for seed, columns in keys.items() %}
    {{ seed }} as (
        select * from {{ ref(seed) }}
    ),
{% endfor %}

broken as (
    {% for seed, columns in keys.items() %}
        select
            '{{ seed }}' as seed,
            'a key stands twice' as what
        from {{ seed }}
        group by {{ columns | join(', ') }}
        having count(*) > 1
        union all
        select
            '{{ seed }}' as seed,
            'a row lacks its key, source or evidence' as what
        from {{ seed }}
        where {{ columns[0] }} is null or source is null or evidence is null
        union all
    {% endfor %}
    select
        'parameters' as seed,
        'a threshold has no value' as what
    from parameters
    where value is null
    union all
    select
        'instruments' as seed,
        'a family or direction is not one of the contract' as what
    from instruments
    where
        family not in ('alliance', 'outcome', 'other')
        or direction not in ('higher_is_better', 'lower_is_better')
        or is_enabled is null
    union all
    select
        'instrument_scales' as seed,
        'a scale has no instrument or no known method' as what
    from instrument_scales
    left join instruments
        on instrument_scales.instrument = instruments.instrument
    where
        instruments.instrument is null
        or instrument_scales.method not in ('sum', 'sum_filled', 'mean', 'sum_of_scales')
    union all
    select
        'instrument_items' as seed,
        'an item belongs to no scale' as what
    from instrument_items
    left join instrument_scales
        on
            instrument_items.instrument = instrument_scales.instrument
            and instrument_items.scale = instrument_scales.scale
    where instrument_scales.scale is null
    union all
    select
        'instrument_scales' as seed,
        'item_count is not the number of its items' as what
    from instrument_scales
    left join instrument_items
        on
            instrument_scales.instrument = instrument_items.instrument
            and instrument_scales.scale = instrument_items.scale
    group by instrument_scales.instrument, instrument_scales.scale, instrument_scales.item_count
    having count(instrument_items.item) != instrument_scales.item_count
    union all
    select
        'instruments' as seed,
        'an enabled instrument has no scale that can be scored' as what
    from instruments
    left join instrument_scales
        on
            instruments.instrument = instrument_scales.instrument
            and (instrument_scales.scale = 'total' or instruments.family = 'other')
    where instruments.is_enabled and instrument_scales.scale is null
    union all
    select
        'instrument_cutoffs' as seed,
        'two rows would hold for one score' as what
    from instrument_cutoffs as one
    inner join instrument_cutoffs as other
        on
            one.instrument = other.instrument
            and one.scale = other.scale
            and one.respondent = other.respondent
            and one.kind = other.kind
    where
        one.kind = 'caseness'
        and (
            (one.is_default and other.is_default)
            or (
                coalesce(one.minimum_age, 0) <= coalesce(other.maximum_age, 999)
                and coalesce(other.minimum_age, 0) <= coalesce(one.maximum_age, 999)
                and coalesce(one.gender, other.gender, '') = coalesce(other.gender, one.gender, '')
            )
        )
        and concat_ws('|', one.population, one.gender)
        != concat_ws('|', other.population, other.gender)
)

select * from broken
