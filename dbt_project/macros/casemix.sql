{#- The characteristics of the case-mix model (metrics.md 5.4) as columns of int_casemix__episode.
    The seed casemix_terms says what they mean; assert_casemix_terms_are_the_seeds holds the two
    together. Adding one: a seed row, a name here, a column there. -#}
{% macro casemix_terms() -%}
    {{ return([
        'severity', 'severity_unknown', 'age_young', 'age_older', 'age_unknown', 'trainee',
        'remote', 'prior_dropout'
    ]) }}
{%- endmacro %}

{#- The value that an episode's row has for the term named in a column; 1 for the intercept. -#}
{% macro casemix_value(term, row) -%}
    {%- set cases = ["when 'intercept' then 1"] -%}
    {%- for name in casemix_terms() -%}
        {%- do cases.append("when '" ~ name ~ "' then " ~ row ~ '.' ~ name) -%}
    {%- endfor -%}
    case {{ term }} {{ cases | join(' ') }} end
{%- endmacro %}

{#- Byar's approximation to the exact Poisson limits of a count, over an expected number (metrics.md
    5.4; golden 11 / 6.5 -> .8436-3.0282). Conservative for outcomes that are not rare. -#}
{% macro byar_lo(observed, expected) -%}
    {%- set z = '1.959963984540054' -%}
    {%- set o = 'cast(' ~ observed ~ ' as double)' -%}
    case
        when {{ observed }} = 0 then 0.0
        else {{ safe_ratio(
            o ~ ' * power(1 - 1 / (9 * ' ~ o ~ ') - ' ~ z ~ ' / (3 * sqrt(' ~ o ~ ')), 3)', expected
        ) }}
    end
{%- endmacro %}

{% macro byar_hi(observed, expected) -%}
    {%- set z = '1.959963984540054' -%}
    {%- set o = '(cast(' ~ observed ~ ' as double) + 1)' -%}
    {{ safe_ratio(
        o ~ ' * power(1 - 1 / (9 * ' ~ o ~ ') + ' ~ z ~ ' / (3 * sqrt(' ~ o ~ ')), 3)', expected
    ) }}
{%- endmacro %}

{#- The lower 95 % limit of the slope of calibration, from rows of int_casemix__coefficients. Not
    above nought, the model tells cases apart no better than chance: it judges nobody. -#}
{% macro casemix_slope_lo() -%}
    round(
        max(case when fold = 0 and term = 'calibration_slope' then estimate end)
        - {{ normal_975() }}
        * max(case when fold = 0 and term = 'calibration_slope' then standard_error end), 10
    )
{%- endmacro %}

{#- The stratum of a clinician's role: trainees are compared among themselves (metrics.md 8), a
    supervisor's own cases are those of staff, and who has no role is in neither. -#}
{% macro dropout_stratum(role) -%}
    case coalesce({{ role }}, 'unknown')
        when 'supervisor' then 'staff'
        else coalesce({{ role }}, 'unknown')
    end
{%- endmacro %}
