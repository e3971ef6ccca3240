{#- The rows of one feed that hold now, one per key: the shared heart of every staging model.

    Of a row the last delivery's word holds; within a delivery the newest record_updated_at, then the
    last row. A row last told as deleted is gone, and so is one that a later delivery lacks which
    speaks for it: a full extract for every row, a window for those of its days. A row that a later
    delivery names but could not land is not gone: what was known of it before still holds. The
    result depends on the set of deliveries only, never on the order in which they arrived.

    across_sources: two sources with one id_namespace may both know a row; then the one that wrote
    last holds. Without it there is one row per key and source.
    day: the column with the day a row belongs to, in a feed whose windows say what is gone.
    named_by: the columns of stg_named_row's row_key in order, where they are not the keys.
    moments: those of them that are timestamps.

    The ranking carries the keys alone and the wide rows are joined to its result: on ten million
    rows that takes half the time of ranking the rows themselves. -#}
{% macro current_version(feed, keys, across_sources, day=none, named_by=none, moments=[]) -%}
    {%- set same_key = [] -%}
    {%- for key in keys -%}
        {%- do same_key.append('landed.' ~ key ~ ' is not distinct from holding.' ~ key) -%}
    {%- endfor -%}
    select
        landed.*,
        holding.generated_at
    from {{ source('landing', feed) }} as landed
    inner join (
        {{ _holding_keys(feed, keys, across_sources, day, named_by or keys, moments) }}
    ) as holding
        on
            landed.delivery_id = holding.delivery_id
            and landed.row_number = holding.row_number
            and {{ same_key | join('\n            and ') }}
{%- endmacro %}

{% macro _holding_keys(feed, keys, across_sources, day, named_by, moments) -%}
    {%- set by_key = 'versions.' ~ keys | join(', versions.') -%}
    {%- set window_join = (
        'left join ' ~ ref('stg_window_day') ~ ' as windows on versions.source = windows.source'
        ~ " and windows.feed = '" ~ feed ~ "' and versions.day = windows.day"
    ) if day else '' -%}
    {%- set window_order = 'coalesce(windows.window_order, 0)' if day else '0' -%}
    {%- set source_rank = (
        'row_number() over (partition by ' ~ by_key
        ~ ' order by versions.generated_at desc nulls last, versions.source asc)'
    ) if across_sources else '1' -%}
    {%- set named = [] -%}
    {%- for key in named_by -%}
        {%- set part = "split_part(names.row_key, '|', " ~ loop.index ~ ")" -%}
        {%- if key in moments -%}
            {%- do named.append(
                'candidates.' ~ key ~ ' is not distinct from cast(nullif(' ~ part
                ~ ", '') as timestamp)"
            ) -%}
        {%- else -%}
            {%- do named.append('candidates.' ~ key ~ ' = ' ~ part) -%}
        {%- endif -%}
    {%- endfor -%}
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
                {% if day %}candidates.{{ day }} as day,
                {% endif -%}
                deliveries.generated_at,
                deliveries.full_order,
                greatest(deliveries.delivery_order, coalesce(names.named_order, 0)) as told_order,
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
            left join {{ ref('stg_named_row') }} as names
                on
                    candidates.source = names.source
                    and names.feed = '{{ feed }}'
                    and {{ named | join('\n                    and ') }}
            -- what a full extract has silenced may still hold if it was named again
            where deliveries.is_current or names.named_order is not null
        ) as versions
        {{ window_join }}
        where
            versions.version_rank = 1
            and not coalesce(versions.is_deleted, false)
            and versions.told_order >= versions.full_order
            and versions.told_order >= {{ window_order }}
    ) as ranked
    where ranked.source_rank = 1
{%- endmacro %}
