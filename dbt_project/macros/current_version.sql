{#- The rows of one feed that hold now, one per key: the shared heart of every staging model.

    A complete full extract (nothing of it quarantined) silences every delivery before it. Of what
    remains the last delivery's word holds; within a delivery the newest record_updated_at, then the
    last row. A row last seen as deleted is gone. The result depends on the set of deliveries only,
    never on the order in which they arrived.

    across_sources: two sources with one id_namespace may both know a row; then the one that wrote
    last holds. Without it there is one row per key and source.

    The ranking carries the keys alone and the wide rows are joined to its result: on ten million
    rows that takes half the time of ranking the rows themselves. -#}
{% macro current_version(feed, keys, across_sources) -%}
    {%- set same_key = [] -%}
    {%- for key in keys -%}
        {%- do same_key.append('landed.' ~ key ~ ' is not distinct from holding.' ~ key) -%}
    {%- endfor -%}
    select
        landed.*,
        holding.generated_at
    from {{ source('landing', feed) }} as landed
    inner join (
        {{ _holding_keys(feed, keys, across_sources) }}
    ) as holding
        on
            landed.delivery_id = holding.delivery_id
            and landed.row_number = holding.row_number
            and {{ same_key | join('\n            and ') }}
{%- endmacro %}

{% macro _holding_keys(feed, keys, across_sources) -%}
    {%- set by_key = 'versions.' ~ keys | join(', versions.') -%}
    {%- set source_rank = (
        'row_number() over (partition by ' ~ by_key
        ~ ' order by versions.generated_at desc nulls last, versions.source asc)'
    ) if across_sources else '1' -%}
    select ranked.*
    from (
        select
            versions.*,
            {{ source_rank }} as source_rank
        from (
            select
                candidates.delivery_id,
                candidates.row_number,
                candidates.source,
                candidates.is_deleted,
                deliveries.generated_at,
                candidates.{{ keys | join(',\n                candidates.') }},
                row_number() over (
                    partition by
                        candidates.source,
                        candidates.{{ keys | join(',\n                        candidates.') }}
                    order by
                        deliveries.delivery_order desc,
                        candidates.record_updated_at desc nulls last,
                        candidates.row_number desc
                ) as version_rank
            from {{ source('landing', feed) }} as candidates
            inner join {{ ref('stg_delivery_order') }} as deliveries
                on
                    candidates.delivery_id = deliveries.delivery_id
                    and deliveries.feed = '{{ feed }}'
            where deliveries.is_current
        ) as versions
        where versions.version_rank = 1 and not coalesce(versions.is_deleted, false)
    ) as ranked
    where ranked.source_rank = 1
{%- endmacro %}
