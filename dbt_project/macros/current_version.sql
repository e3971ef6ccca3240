{#- The rows of one feed that hold now, one per key: the shared heart of every staging model.

    A complete full extract (nothing of it quarantined) silences every delivery before it. Of what
    remains the last delivery's word holds; within a delivery the newest record_updated_at, then the
    last row. A row last seen as deleted is gone. The result depends on the set of deliveries only,
    never on the order in which they arrived. -#}
{% macro current_version(feed, keys) -%}
    select versions.*
    from (
        select
            landed.*,
            deliveries.generated_at,
            row_number() over (
                partition by landed.source, landed.{{ keys | join(', landed.') }}
                order by
                    deliveries.delivery_order desc,
                    landed.record_updated_at desc nulls last,
                    landed.row_number desc
            ) as version_rank
        from {{ source('landing', feed) }} as landed
        inner join {{ ref('stg_delivery_order') }} as deliveries
            on
                landed.delivery_id = deliveries.delivery_id
                and deliveries.feed = '{{ feed }}'
        where deliveries.is_current
    ) as versions
    where versions.version_rank = 1 and not coalesce(versions.is_deleted, false)
{%- endmacro %}
