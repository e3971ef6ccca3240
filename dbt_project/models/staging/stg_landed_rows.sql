with

{% set feeds = [
    'sessions', 'feedback', 'clients', 'clinicians', 'episodes', 'supervision', 'id_links'
] -%}

stg_landed_rows as (
    {% for feed in feeds -%}
        select
            '{{ feed }}' as feed,
            delivery_id,
            cast(count(*) as bigint) as landed_rows
        from {{ source('landing', feed) }}
        group by delivery_id
        {% if not loop.last %}union all{% endif %}
    {% endfor -%}
)

select * from stg_landed_rows
