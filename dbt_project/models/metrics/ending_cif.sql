{#- Aalen-Johansen: what share of the practice's episodes has ended in each way by each session,
    where every way competes with the others (metrics.md 5.1, 5.2). Variance by the delta method
    (Marubini and Valsecchi 1995) as running sums: with F the incidence at s and F_i that at an
    earlier session i, S_i the share not ended before i, n at risk, d endings of any cause and d_k
    of this one,
        sum (F - F_i)^2 d / (n (n - d)) + sum S_i^2 d_k (n - d_k) / n^3
        - 2 sum (F - F_i) S_i d_k / n^2
    Once everyone at risk has ended, F - F_i is 0 and the first term is dropped. -#}
{%- set z = '1.959963984540054' %}
with counts as (
    select
        *,
        cast(at_risk as double) as n
    from {{ ref('int_ending__competing') }}
),

-- Share not ended by any cause after each session.
remaining as (
    select
        *,
        case
            when min(at_risk - ended_n) over so_far = 0 then 0.0
            else exp(sum(ln({{ safe_ratio('nullif(at_risk - ended_n, 0)', 'n') }})) over so_far)
        end as free_after
    from counts
    window so_far as (partition by cause order by session_index)
),

before as (
    select
        *,
        coalesce(lag(free_after) over (partition by cause order by session_index), 1.0)
            as free_before
    from remaining
),

accumulated as (
    select
        *,
        sum(free_before * events / n) over (partition by cause order by session_index) as cif
    from before
),

terms as (
    select
        *,
        coalesce({{ safe_ratio('ended_n', 'n * (n - ended_n)') }}, 0) as all_causes,
        free_before * free_before * events * (n - events) / (n * n * n) as this_cause,
        free_before * events / (n * n) as covaried
    from accumulated
),

varied as (
    select
        *,
        sqrt(greatest(
            cif * cif * sum(all_causes) over so_far
            - 2 * cif * sum(cif * all_causes) over so_far
            + sum(cif * cif * all_causes) over so_far
            + sum(this_cause) over so_far
            - 2 * cif * sum(covaried) over so_far
            + 2 * sum(cif * covaried) over so_far,
            0
        )) as standard_error
    from terms
    window so_far as (partition by cause order by session_index)
),

-- Judged by rounded figures: a running sum of shares may miss 1 by a last bit.
limited as (
    select
        *,
        {{ compare_ready('cif') }} > 0
        and {{ compare_ready('cif') }} < 1
        and {{ compare_ready('standard_error') }} > 0 as has_limits,
        {{ safe_ratio('standard_error', 'cif * abs(ln(nullif(cif, 0)))') }} as log_log_se
    from varied
),

ending_cif as (
    select
        {{ row_key(["'ending_cif'", "'practice'", 'cause', 'session_index']) }} as ending_cif_key,
        'practice' as scope_kind,
        'practice' as scope_value,
        cause,
        session_index,
        at_risk,
        events,
        ended_n - events as other_events,
        censored,
        round(cast(cif as double), 12) as cif,
        round(cast(standard_error as double), 12) as se,
        case when has_limits then round(power(cif, exp({{ z }} * log_log_se)), 12) end as lo,
        case when has_limits then round(power(cif, exp(-{{ z }} * log_log_se)), 12) end
            as hi,
        round(cast(free_after as double), 12) as still_in_treatment,
        cast({{ param('params_version') }} as integer) as params_version
    from limited
)

select * from ending_cif
