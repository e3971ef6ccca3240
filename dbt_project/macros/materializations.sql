{#- How a model becomes a table or view of a build: made once, under its own name.

    A build always writes a fresh file that nobody reads yet (decision 10), so nothing can be in the
    way: the adapter's steps for a relation that somebody reads (make beside it, rename twice, drop)
    would cost a fifth of a build's time and protect nothing. What a second run by hand finds is
    dropped first. Hooks, grants and indexes are not used in this project. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set language = model['language'] -%}
    {%- do drop_relation_if_exists(load_cached_relation(this)) -%}
    {%- call statement('main', language=language) -%}
        {{- create_table_as(False, target_relation, compiled_code, language) -}}
    {%- endcall -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- do drop_relation_if_exists(load_cached_relation(this)) -%}
    {%- call statement('main') -%}
        {{- get_create_view_as_sql(target_relation, sql) -}}
    {%- endcall -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- What a table and its columns mean, written beside them in one statement. The adapter's way reads
    the new table's columns first, to leave out any that is only described; the contract of every
    table here sees to that, and each reading costs as much as making a small table. -#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) %}
    {%- set comments = [] -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do comments.append(duckdb__alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() -%}
        {%- for column in model.columns.values() -%}
            {%- do comments.append(
                'comment on column ' ~ relation ~ '.' ~ adapter.quote(column.name) ~ ' is '
                ~ duckdb_escape_comment(column.description) ~ ';'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if comments -%}
        {%- call statement('docs') -%}{{ comments | join('\n') }}{%- endcall -%}
    {%- endif -%}
{% endmacro %}
