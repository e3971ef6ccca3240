{#- The sources are views over the landed Parquet files of the home, made at the start of a run, so
    that neither the manifest nor any model knows where the home is. Sources: models/sources/. -#}
{% macro register_landing() -%}
    {%- if execute -%}
        {#- The paths are quoted and their own wildcards are made literal. -#}
        {%- set home = env_var('RAPPORT_HOME') | replace('[', '[[]') | replace('*', '[*]')
            | replace('?', '[?]') | replace("'", "''") -%}
        {%- set landed = env_var('RAPPORT_LANDED', env_var('RAPPORT_HOME')) | replace('[', '[[]')
            | replace('*', '[*]') | replace('?', '[?]') | replace("'", "''") -%}
        {%- set statements = ['create schema if not exists landing'] -%}
        {%- for feed in [
            'sessions', 'feedback', 'clients', 'clinicians', 'episodes', 'supervision',
            'id_links', 'reviews', 'delivery'
        ] -%}
            {%- do statements.append(
                "create or replace view landing." ~ feed ~ " as select * from read_parquet('"
                ~ landed ~ "/landing/" ~ feed ~ "/*.parquet', union_by_name = true)"
            ) -%}
        {%- endfor -%}
        {%- do statements.append(
            "create or replace view landing.quarantine as select * from read_parquet('"
            ~ landed ~ "/quarantine/*.parquet', union_by_name = true)"
        ) -%}
        {#- Not a schema `build`: DuckDB would confuse it with the catalog of build.duckdb. -#}
        {%- for table in [
            'context', 'verdict', 'instruments', 'instrument_scales', 'instrument_items'
        ] -%}
            {%- do statements.append(
                "create or replace view landing." ~ table ~ " as select * from read_parquet('"
                ~ home ~ "/build/" ~ table ~ ".parquet')"
            ) -%}
        {%- endfor -%}
        {{ statements | join(';\n') }}
    {%- endif -%}
{%- endmacro %}
