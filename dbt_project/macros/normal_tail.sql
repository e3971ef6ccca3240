{#- P(Z > x) of a standard normal Z, x >= 0: Hart's rational approximation as West (2005, "Better
    approximations to cumulative normal functions") gives it, a continued fraction beyond
    10 / sqrt(2). Error below 1e-15, relative error below 1e-8; no dialect function. -#}
{% macro normal_upper_tail(x) -%}
    {%- set t = '(' ~ x ~ ')' -%}
    {%- set above = [
        '0.0352624965998911', '0.700383064443688', '6.37396220353165', '33.912866078383',
        '112.079291497871', '221.213596169931', '220.206867912376'
    ] -%}
    {%- set below = [
        '0.0883883476483184', '1.75566716318264', '16.064177579207', '86.7807322029461',
        '296.564248779674', '637.333633378831', '793.826512519948', '440.413735824752'
    ] -%}
    case
        when {{ t }} < 7.07106781186547
            then
                exp(-{{ t }} * {{ t }} / 2)
                * {{ horner(t, above) }}
                / {{ horner(t, below) }}
        else
            exp(-{{ t }} * {{ t }} / 2) / (
                {{ t }} + 1 / ({{ t }} + 2 / ({{ t }} + 3 / ({{ t }} + 4 / ({{ t }} + 0.65))))
            ) / 2.506628274631
    end
{%- endmacro %}

{#- A polynomial by Horner's rule, the coefficient of the highest power first. -#}
{% macro horner(x, coefficients) -%}
    {%- set nested = namespace(sql='cast(' ~ coefficients[0] ~ ' as double)') -%}
    {%- for coefficient in coefficients[1:] -%}
        {%- set nested.sql = '(' ~ nested.sql ~ ' * ' ~ x ~ ' + ' ~ coefficient ~ ')' -%}
    {%- endfor -%}
    {{ nested.sql }}
{%- endmacro %}
