with

{% for feed in [
    'sessions', 'feedback', 'clients', 'clinicians', 'episodes', 'supervision', 'id_links',
    'reviews'
] -%}
    {{ feed }} as (
        select
            '{{ feed }}' as feed,
            delivery_id,
            count(*) as landed_rows
        from {{ source('landing', feed) }}
        group by delivery_id
    ),
{% endfor %}

stg_landed_counts as (
    select * from sessions
    union all
    select * from feedback
    union all
    select * from clients
    union all
    select * from clinicians
    union all
    select * from episodes
    union all
    select * from supervision
    union all
    select * from id_links
    union all
    select * from reviews
)

select * from stg_landed_counts
