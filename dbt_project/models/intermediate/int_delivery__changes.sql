{#- What each delivery changed in what was known before it: the fold of current_version, written out
    delivery by delivery. -#}
with

told as (
    select * from {{ ref('stg_told_row') }}
),

deliveries as (
    select * from {{ ref('stg_delivery_order') }}
),

held_back as (
    select * from {{ ref('stg_quarantine') }}
    where row_key is not null
),

following as (
    select
        source,
        feed,
        delivery_order,
        min(case when speaks_for = 'all' then delivery_order end) over (
            partition by source, feed
            order by delivery_order
            rows between 1 following and unbounded following
        ) as next_full_order,
        max(delivery_order) over (partition by source, feed) + 1 as no_order
    from deliveries
),

windows as (
    select * from deliveries
    where speaks_for = 'window'
),

-- until which delivery a row's word stands unless a delivery in between lacks the row
spans as (
    select
        told.*,
        following.next_full_order,
        following.no_order,
        coalesce(
            lead(told.delivery_order) over (
                partition by told.source, told.feed, told.key_hash order by told.delivery_order
            ),
            following.no_order
        ) as next_order
    from told
    inner join following
        on
            told.source = following.source
            and told.feed = following.feed
            and told.delivery_order = following.delivery_order
),

outside_windows as (
    select
        spans.source,
        spans.feed,
        spans.key_hash,
        spans.delivery_order,
        min(windows.delivery_order) as gone_order
    from spans
    inner join windows
        on
            spans.source = windows.source
            and spans.feed = windows.feed
            and spans.day between windows.speaks_from and windows.speaks_to
            and spans.delivery_order < windows.delivery_order
            and spans.next_order > windows.delivery_order
    where spans.next_order > spans.delivery_order + 1
    group by spans.source, spans.feed, spans.key_hash, spans.delivery_order
),

ended as (
    select
        spans.*,
        least(
            coalesce(spans.next_full_order, spans.no_order),
            coalesce(outside_windows.gone_order, spans.no_order)
        ) as missed_order
    from spans
    left join outside_windows
        on
            spans.source = outside_windows.source
            and spans.feed = outside_windows.feed
            and spans.key_hash = outside_windows.key_hash
            and spans.delivery_order = outside_windows.delivery_order
),

-- a row that a delivery names but could not land is not gone
named as (
    select distinct
        deliveries.source,
        deliveries.feed,
        deliveries.delivery_order,
        {{ row_hash(['held_back.row_key']) }} as key_hash
    from held_back
    inner join deliveries
        on
            held_back.delivery_id = deliveries.delivery_id
            and held_back.feed = deliveries.feed
),

fates as (
    select
        ended.*,
        not ended.is_deleted
        and ended.missed_order < ended.next_order
        and named.key_hash is null as is_gone
    from ended
    left join named
        on
            ended.source = named.source
            and ended.feed = named.feed
            and ended.key_hash = named.key_hash
            and ended.missed_order = named.delivery_order
),

words as (
    select
        source,
        feed,
        delivery_order,
        key_hash,
        content_hash,
        is_deleted,
        lag(is_deleted or is_gone) over (
            partition by source, feed, key_hash order by delivery_order
        ) as was_gone,
        lag(content_hash) over (
            partition by source, feed, key_hash order by delivery_order
        ) as old_hash
    from fates
),

judged as (
    select
        source,
        feed,
        delivery_order,
        case
            when is_deleted and not coalesce(was_gone, true) then 'deleted'
            when is_deleted then 'unchanged'
            when was_gone is null then 'inserted'
            when was_gone then 'undeleted'
            when content_hash = old_hash then 'unchanged'
            else 'updated'
        end as change
    from words
    union all
    select
        source,
        feed,
        missed_order as delivery_order,
        'deleted' as change
    from fates
    where is_gone
),

int_delivery__changes as (
    select
        source,
        feed,
        delivery_order,
        count(case when change = 'inserted' then 1 end) as inserted,
        count(case when change = 'updated' then 1 end) as updated,
        count(case when change = 'deleted' then 1 end) as deleted,
        count(case when change = 'undeleted' then 1 end) as undeleted,
        count(case when change = 'unchanged' then 1 end) as unchanged
    from judged
    group by source, feed, delivery_order
)

select * from int_delivery__changes
