{#- What the deliveries of one feed tell, row by row, as hashes of key and content: enough to say
    what each delivery changed. A key of several columns is hashed as one text, as the quarantine
    writes it (Feed.row_key).

    day: the column with the day a row belongs to, in a feed whose windows say what is gone. -#}
{% macro told_rows(feed, keys, day=none) -%}
    {%- set content = [] -%}
    {%- if execute -%}
        {%- set place = 'source.rapport.landing.' ~ feed -%}
        {%- for node in graph.sources.values() if node.unique_id == place -%}
            {%- for column in node.columns if column not in [
                'delivery_id', 'source', 'row_number', 'record_updated_at', 'is_deleted'
            ] -%}
                {%- do content.append(column) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set texts = [] -%}
    {%- for key in keys -%}
        {%- do texts.append("coalesce(cast(" ~ key ~ " as " ~ text_type() ~ "), '')") -%}
    {%- endfor -%}
    select
        '{{ feed }}' as feed,
        delivery_id,
        row_number,
        record_updated_at,
        coalesce(is_deleted, false) as is_deleted,
        cast({{ day or 'null' }} as date) as day,
        {{ row_hash([texts | join(" || '|' || ")]) }} as key_hash,
        {{ row_hash(content or keys) }} as content_hash
    from {{ source('landing', feed) }}
{%- endmacro %}
