with

held_by_reader as (
    select * from {{ ref('stg_quarantine') }}
),

feedback as (
    select * from {{ ref('int_feedback__resolved') }}
    where orphan_rule is not null
),

deliveries as (
    select * from {{ ref('stg_delivery_order') }}
),

sightings as (
    select
        delivery_id,
        min(delivery) as delivery
    from {{ ref('stg_delivery') }}
    group by delivery_id
),

-- A record whose parent is missing is held back here, not by the reader, so that it is released by
-- itself in the build after the parent arrives.
orphans as (
    select
        feedback.delivery_id,
        feedback.source_system as source,
        deliveries.delivery,
        'feedback' as feed,
        feedback.row_number,
        feedback.orphan_rule as rule,
        case feedback.orphan_rule
            when 'orphan_client' then 'client_id'
            when 'orphan_session' then 'session_id'
            else 'clinician_id'
        end as column_name
    from feedback
    left join deliveries
        on feedback.delivery_id = deliveries.delivery_id and deliveries.feed = 'feedback'
),

-- One record of a wide file becomes several canonical rows; it is still one record.
united as (
    select distinct
        held_by_reader.delivery_id,
        held_by_reader.source,
        coalesce(sightings.delivery, held_by_reader.delivery) as delivery,
        held_by_reader.feed,
        held_by_reader.row_number,
        held_by_reader.rule,
        held_by_reader.column_name
    from held_by_reader
    left join sightings
        on held_by_reader.delivery_id = sightings.delivery_id
    union
    select
        delivery_id,
        source,
        delivery,
        feed,
        row_number,
        rule,
        column_name
    from orphans
),

rules as (
    select * from {{ ref('intake_rules') }}
),

quarantine as (
    select
        {{ row_key([
            'united.delivery_id', 'united.feed', 'united.row_number', 'united.rule',
            'united.column_name'
        ]) }} as quarantine_key,
        united.delivery_id,
        united.source,
        united.delivery,
        united.feed,
        united.row_number,
        united.rule,
        united.column_name,
        rules.meaning,
        rules.advice
    from united
    left join rules on united.rule = rules.rule
)

select * from quarantine
