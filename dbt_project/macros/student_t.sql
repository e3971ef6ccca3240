{#- The 97.5 % quantile of Student's t: exact from seeds/student_t_975.csv up to 200 degrees of
    freedom; beyond, the Cornish-Fisher expansion (error below 3e-12 at 201). `exact` is the seed's
    quantile, left-joined on the degrees of freedom. Null below one degree of freedom. -#}
{% macro student_t_975(degrees_of_freedom, exact) -%}
    {%- set z = 1.959963984540054 -%}
    {%- set v = 'cast(' ~ degrees_of_freedom ~ ' as double)' -%}
    case
        when {{ degrees_of_freedom }} > 200
            then
                {{ z }}
                + {{ (z**3 + z) / 4 }} / {{ v }}
                + {{ (5 * z**5 + 16 * z**3 + 3 * z) / 96 }} / ({{ v }} * {{ v }})
                + {{ (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384 }}
                / ({{ v }} * {{ v }} * {{ v }})
                + {{ (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160 }}
                / ({{ v }} * {{ v }} * {{ v }} * {{ v }})
        else {{ exact }}
    end
{%- endmacro %}
