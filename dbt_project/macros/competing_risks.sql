{#- Time to the first of several kinds of event, some units still waiting: Aalen-Johansen cumulative
    incidence of each kind, and Kaplan-Meier of none having come. With one kind it is Kaplan-Meier
    alone. Here: the estimators. Not here: what is an event, what is censored, which clock runs. -#}

{#- One select. `counts` names a relation with one row per combination of `partition_by` and `time`:
    a bigint column per kind of event and one named `censored`. At equal times events come before
    censorings. The risk set is everybody seen at this time or later; a caller whose units enter
    late names a column of `counts` that holds it in `at_risk`.

    Gives every column of `counts` and
        at_risk                              units still waiting just before the time's events
        free, free_se, free_lo, free_hi      share without any event: Kaplan-Meier, Greenwood
        cif_<kind>, se_<kind>, lo_<kind>, hi_<kind>   share with this kind of event by this time

    The variance of a cumulative incidence I(t) is the delta method's over the multinomial
    increments (Marubini and Valsecchi 1995), with D = I(t) - I(j) over the times j up to t:
        sum D^2 d / (n (n - d))  +  sum S^2 (n - k) k / n^3  -  2 sum D S k / n^2
    where n is at risk, d all events, k events of this kind, S the share free just before j. It is
    Greenwood's where there is one kind. D is multiplied out, so that running sums suffice.

    Limits are 95 % on the log-log scale, I^exp(+-z se / (I |ln I|)); none where a share is 0 or 1,
    and its se is 0 there. Rounded once, here: exp and ln differ in the last bit between machines.

    Example: `incidences as ({{ aalen_johansen('counts', ['scope'], 'sessions', ['repaired', 'ended']) }})`. -#}
{% macro aalen_johansen(counts, partition_by, time, kinds, at_risk=none) -%}
    {%- set keys = partition_by | join(', ') -%}
    {%- set everybody_later -%}
        cast(
            sum({{ kinds | join(' + ') }} + censored) over (
                partition by {{ keys }} order by {{ time }} desc
            ) as bigint
        )
    {%- endset -%}
    with risk_sets as (
        select
            {{ keys }},
            {{ time }},
            {{ kinds | join(', ') }},
            censored,
            {{ kinds | join(' + ') }} as all_events,
            {{ everybody_later if at_risk is none else at_risk }} as at_risk
        from {{ counts }}
    ),

    -- Once nobody is left free the logarithm and Greenwood's term end: the sums run before that.
    hazards as (
        select
            *,
            {{ safe_ratio('all_events', 'at_risk') }} as hazard,
            case when at_risk > all_events then at_risk - all_events end as survivors
        from risk_sets
    ),

    summed as (
        select
            *,
            coalesce(hazard / survivors, 0.0) as greenwood_step,
            coalesce(sum(case when survivors is not null then ln(1 - hazard) end) over so_far, 0.0)
                as log_free,
            coalesce(sum(hazard / survivors) over so_far, 0.0) as greenwood_sum,
            sum(all_events) over so_far as events_so_far,
            count(case when all_events > 0 and survivors is null then 1 end) over so_far as endings
        from hazards
        window so_far as (partition by {{ keys }} order by {{ time }})
    ),

    freed as (
        select
            *,
            case
                when endings > 0 then 0.0
                when events_so_far = 0 then 1.0
                else exp(log_free)
            end as share_free
        from summed
    ),

    entering as (
        select
            *,
            coalesce(
                lag(share_free) over (partition by {{ keys }} order by {{ time }}), 1.0
            ) as free_before
        from freed
    ),

    stepped as (
        select
            *,
            {% for kind in kinds -%}
                free_before * {{ safe_ratio(kind, 'at_risk') }} as step_{{ kind }},
                1 - {{ safe_ratio(kind, 'at_risk') }} as rest_{{ kind }},
            {% endfor -%}
            share_free * sqrt(greenwood_sum) as se_free
        from entering
    ),

    added as (
        select
            *,
            {% for kind in kinds -%}
                coalesce(sum(step_{{ kind }}) over so_far, 0.0) as share_{{ kind }}
                {{- ',' if not loop.last }}
            {% endfor -%}
        from stepped
        window so_far as (partition by {{ keys }} order by {{ time }})
    ),

    varied as (
        select
            *,
            {% for kind in kinds -%}
                {%- set share = 'share_' ~ kind %}
                sqrt(greatest(
                    {{ share }} * {{ share }} * greenwood_sum
                    - 2 * {{ share }} * sum({{ share }} * greenwood_step) over so_far
                    + sum({{ share }} * {{ share }} * greenwood_step) over so_far
                    + coalesce(
                        sum(free_before * step_{{ kind }} * rest_{{ kind }} / at_risk) over so_far,
                        0.0
                    )
                    - 2 * {{ share }} * coalesce(sum(step_{{ kind }} / at_risk) over so_far, 0.0)
                    + 2 * coalesce(
                        sum({{ share }} * step_{{ kind }} / at_risk) over so_far, 0.0
                    ),
                    0.0
                )) as se_{{ kind }}
                {{- ',' if not loop.last }}
            {% endfor -%}
        from added
        window so_far as (partition by {{ keys }} order by {{ time }})
    )

    select
        {{ keys }},
        {{ time }},
        at_risk,
        {{ kinds | join(', ') }},
        censored,
        {% for kind in kinds -%}
            {{ _share_with_limits('share_' ~ kind, 'se_' ~ kind, {
                'share': 'cif_' ~ kind, 'se': 'se_' ~ kind, 'lo': 'lo_' ~ kind, 'hi': 'hi_' ~ kind
            }) }},
        {% endfor -%}
        {{ _share_with_limits('share_free', 'se_free', {
            'share': 'free', 'se': 'free_se', 'lo': 'free_lo', 'hi': 'free_hi'
        }) }}
    from varied
{%- endmacro %}

{#- A share, its standard error and its log-log limits, rounded, under the given names. -#}
{% macro _share_with_limits(share, se, names) -%}
    {%- set z = normal_975() -%}
    {%- set inside = compare_ready(share) ~ ' > 0 and ' ~ compare_ready(share) ~ ' < 1' -%}
    {%- set exponent = z ~ ' * ' ~ se ~ ' / (' ~ share ~ ' * abs(ln(nullif(' ~ share ~ ', 0))))' -%}
    round(cast({{ share }} as double), 12) as {{ names.share }},
    cast(case when {{ inside }} then round({{ se }}, 12) else 0 end as double) as {{ names.se }},
    case when {{ inside }} then round(power({{ share }}, exp({{ exponent }})), 12) end
        as {{ names.lo }},
    case when {{ inside }} then round(power({{ share }}, exp(-({{ exponent }}))), 12) end
        as {{ names.hi }}
{%- endmacro %}

{#- First time at which a running share reaches a half, as an aggregate; null where it never does.
    For a cumulative incidence this is the median time of its kind of event, and of its upper and
    lower limits the two limits of the median (Brookmeyer and Crowley 1982). -#}
{% macro median_time(time, share) -%}
    min(
        case
            when {{ compare_ready(share) }} >= {{ compare_ready('0.5') }}
                then cast({{ time }} as double)
        end
    )
{%- endmacro %}
