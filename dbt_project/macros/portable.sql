{#- Every difference between SQL dialects, one dispatched macro each: DuckDB (the engine of a
    release) and Spark. A model that needs a dialect's own function calls a macro of this file. -#}

{#- An MD5 key over several expressions; a null part is told from an empty one. -#}
{% macro row_key(parts) -%}
    {%- set texts = [] -%}
    {%- for part in parts -%}
        {%- do texts.append("coalesce(cast(" ~ part ~ " as " ~ text_type() ~ "), '∅')") -%}
    {%- endfor -%}
    md5(concat_ws('|', {{ texts | join(', ') }}))
{%- endmacro %}

{#- A 64-bit number that stands for several values, for counting and comparing within one build. -#}
{% macro row_hash(parts) -%}
    {{- adapter.dispatch('row_hash', 'rapport')(parts) -}}
{%- endmacro %}
{% macro default__row_hash(parts) -%}
    hash({{ parts | join(', ') }})
{%- endmacro %}
{% macro spark__row_hash(parts) -%}
    xxhash64({{ parts | join(', ') }})
{%- endmacro %}

{% macro text_type() -%}
    {{- adapter.dispatch('text_type', 'rapport')() -}}
{%- endmacro %}
{% macro default__text_type() -%}
    varchar
{%- endmacro %}
{% macro spark__text_type() -%}
    string
{%- endmacro %}

{#- Whole days from one date to another (negative when `later` is earlier). -#}
{% macro days_between(earlier, later) -%}
    {{- adapter.dispatch('days_between', 'rapport')(earlier, later) -}}
{%- endmacro %}
{% macro default__days_between(earlier, later) -%}
    date_diff('day', cast({{ earlier }} as date), cast({{ later }} as date))
{%- endmacro %}
{% macro spark__days_between(earlier, later) -%}
    datediff(cast({{ later }} as date), cast({{ earlier }} as date))
{%- endmacro %}

{#- Elapsed microseconds between two timestamps: exact, so that a window's edge is an edge. -#}
{% macro microseconds_between(earlier, later) -%}
    {{- adapter.dispatch('microseconds_between', 'rapport')(earlier, later) -}}
{%- endmacro %}
{% macro default__microseconds_between(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }}))
{%- endmacro %}
{% macro spark__microseconds_between(earlier, later) -%}
    (unix_micros({{ later }}) - unix_micros({{ earlier }}))
{%- endmacro %}

{#- A timestamp moved by a number of minutes that may be fractional. -#}
{% macro add_minutes(timestamp, minutes) -%}
    {{- adapter.dispatch('add_minutes', 'rapport')(timestamp, minutes) -}}
{%- endmacro %}
{% macro default__add_minutes(timestamp, minutes) -%}
    ({{ timestamp }} + to_microseconds(cast(round(({{ minutes }}) * 60000000) as bigint)))
{%- endmacro %}
{% macro spark__add_minutes(timestamp, minutes) -%}
    timestamp_micros(
        unix_micros({{ timestamp }}) + cast(round(({{ minutes }}) * 60000000) as bigint)
    )
{%- endmacro %}

{#- A date moved by whole days. -#}
{% macro add_days(day, days) -%}
    {{- adapter.dispatch('add_days', 'rapport')(day, days) -}}
{%- endmacro %}
{% macro default__add_days(day, days) -%}
    ({{ day }} + cast({{ days }} as integer))
{%- endmacro %}
{% macro spark__add_days(day, days) -%}
    date_add({{ day }}, cast({{ days }} as int))
{%- endmacro %}

{#- Median and interpolated quantile, always as DOUBLE. -#}
{% macro median_of(expression) -%}
    {{- adapter.dispatch('median_of', 'rapport')(expression) -}}
{%- endmacro %}
{% macro default__median_of(expression) -%}
    median(cast({{ expression }} as double))
{%- endmacro %}
{% macro spark__median_of(expression) -%}
    percentile(cast({{ expression }} as double), 0.5)
{%- endmacro %}

{% macro quantile_of(expression, p) -%}
    {{- adapter.dispatch('quantile_of', 'rapport')(expression, p) -}}
{%- endmacro %}
{% macro default__quantile_of(expression, p) -%}
    quantile_cont(cast({{ expression }} as double), {{ p }})
{%- endmacro %}
{% macro spark__quantile_of(expression, p) -%}
    percentile(cast({{ expression }} as double), {{ p }})
{%- endmacro %}

{#- A group's values as a list, in the order of one expression (nulls are kept). -#}
{% macro ordered_list(expression, order_by) -%}
    {{- adapter.dispatch('ordered_list', 'rapport')(expression, order_by) -}}
{%- endmacro %}
{% macro default__ordered_list(expression, order_by) -%}
    list({{ expression }} order by {{ order_by }})
{%- endmacro %}
{% macro spark__ordered_list(expression, order_by) -%}
    transform(
        array_sort(collect_list(struct({{ order_by }} as k, {{ expression }} as v))), e -> e.v
    )
{%- endmacro %}

{#- A left fold over a list: `fold('xs', '0', 'acc', 'x', 'acc + x')`. The body names the two
    arguments and nothing else, no column of the row: DuckDB 1.5 takes such a column from another
    row where lists differ in length (duckdb#25816). The initial value must already have the type of
    the result. -#}
{% macro fold(list_expression, initial, accumulator, element, body) -%}
    {{- adapter.dispatch('fold', 'rapport')(
        list_expression, initial, accumulator, element, body
    ) -}}
{%- endmacro %}
{% macro default__fold(list_expression, initial, accumulator, element, body) -%}
    list_reduce(
        {{ list_expression }},
        lambda {{ accumulator }}, {{ element }}: {{ body }},
        {{ initial }}
    )
{%- endmacro %}
{% macro spark__fold(list_expression, initial, accumulator, element, body) -%}
    aggregate({{ list_expression }}, {{ initial }}, ({{ accumulator }}, {{ element }}) -> {{ body }})
{%- endmacro %}

{#- The distinct values of a group as one text, sorted, joined by a separator. -#}
{% macro sorted_text(expression, separator) -%}
    {{- adapter.dispatch('sorted_text', 'rapport')(expression, separator) -}}
{%- endmacro %}
{% macro default__sorted_text(expression, separator) -%}
    string_agg(distinct {{ expression }}, '{{ separator }}' order by {{ expression }})
{%- endmacro %}
{% macro spark__sorted_text(expression, separator) -%}
    array_join(array_sort(collect_set({{ expression }})), '{{ separator }}')
{%- endmacro %}

{#- The value of one column in the row where another is smallest, leaving out rows without it. -#}
{% macro first_known(expression, order_by) -%}
    {{- adapter.dispatch('first_known', 'rapport')(expression, order_by) -}}
{%- endmacro %}
{% macro default__first_known(expression, order_by) -%}
    arg_min({{ expression }}, {{ order_by }}) filter (where {{ expression }} is not null)
{%- endmacro %}
{% macro spark__first_known(expression, order_by) -%}
    min_by({{ expression }}, {{ order_by }}) filter (where {{ expression }} is not null)
{%- endmacro %}
