{#- The shared tail of every metric: sums that do not depend on row order, periods, binomial tails.
    A rate is divided in one model only (int_metric__estimated); its populations are elsewhere. -#}

{#- A sum of computed DOUBLEs that is the same whatever the row order and the number of threads:
    floating addition is not associative, addition of decimals is. Terms are kept to 15 decimals.
    -#}
{% macro exact_sum(expression) -%}
    cast(sum(cast({{ expression }} as decimal(38, 15))) as double)
{%- endmacro %}

{#- Sum of squares about a mean or, with a second value and mean, of products. -#}
{% macro centred_sum(value, mean, other=none, other_mean=none) -%}
    {{ exact_sum(
        '(' ~ value ~ ' - ' ~ mean ~ ') * ('
        ~ (other or value) ~ ' - ' ~ (other_mean or mean) ~ ')'
    ) }}
{%- endmacro %}

{#- The three kinds of period that a metric is given for, as rows of one column. -#}
{% macro period_kinds() -%}
    select 'all' as period_kind
    union all
    select 'quarter' as period_kind
    union all
    select 'month' as period_kind
{%- endmacro %}

{#- First day of the period of a date: null for `all`. -#}
{% macro period_starts_on(kind, day) -%}
    case {{ kind }}
        when 'quarter' then {{ period_start('quarter', day) }}
        when 'month' then {{ period_start('month', day) }}
    end
{%- endmacro %}

{#- Last day of a period by its first: null for `all`, which never ends. -#}
{% macro period_ends_on(kind, starts_on) -%}
    case {{ kind }}
        when 'quarter' then cast({{ starts_on }} + interval '3' month - interval '1' day as date)
        when 'month' then cast({{ starts_on }} + interval '1' month - interval '1' day as date)
    end
{%- endmacro %}

{#- Name of a period by its first day: all, 2026-Q1 or 2026-03. -#}
{% macro period_name(kind, starts_on) -%}
    case {{ kind }}
        when 'quarter'
            then concat(
                cast(year({{ starts_on }}) as {{ text_type() }}),
                '-Q',
                cast(quarter({{ starts_on }}) as {{ text_type() }})
            )
        when 'month' then left(cast({{ starts_on }} as {{ text_type() }}), 7)
        else 'all'
    end
{%- endmacro %}

{#- Probability of exactly k among n at rate p, 0 < p < 1. Through logarithms of factorials, so that
    n in the thousands neither overflows nor vanishes. -#}
{% macro binomial_probability(k, n, p) -%}
    exp(
        {{ log_factorial(n) }} - {{ log_factorial(k) }} - {{ log_factorial(n ~ ' - ' ~ k) }}
        + {{ k }} * ln({{ p }}) + ({{ n }} - {{ k }}) * ln(1 - {{ p }})
    )
{%- endmacro %}

{#- What every kind of figure is of, and how many units it stands on: the columns that
    int_metric__counted and int_metric__statistic share. -#}
{% macro measured_columns() -%}
    scope_kind,
    scope_value,
    metric_id,
    instrument,
    period,
    period_kind,
    period_starts_on,
    population_n,
    excluded_n,
    denominator_n
{%- endmacro %}

{#- A number that goes up by one from quarter to quarter, by any day of the quarter. -#}
{% macro quarter_number(day) -%}
    (year({{ day }}) * 4 + quarter({{ day }}) - 1)
{%- endmacro %}
