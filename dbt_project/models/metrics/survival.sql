{#- Kaplan-Meier over session indexes with delayed entry (metrics.md 5.2). Conventions where the
    formulas end: while nobody has dropped out (survival 1), and once everyone at risk has (survival
    0, for good), se is 0 and there are no log-log limits; a session that nobody attended under
    observation has no hazard and leaves survival as it was. -#}
{%- set z = '1.959963984540054' %}
with counts as (
    select * from {{ ref('int_survival__counts') }}
),

hazards as (
    select
        *,
        {{ safe_ratio('events', 'at_risk') }} as hazard,
        case when at_risk > 0 then at_risk - events end as survivors
    from counts
),

-- Survival as exp(sum of logs) and Greenwood's sum; once nobody survives both sums stop being
-- defined, so they run over the sessions that somebody survived.
summed as (
    select
        *,
        min(survivors) over so_far as fewest_survivors,
        sum(events) over so_far as events_so_far,
        sum(case when survivors > 0 then ln({{ safe_ratio('survivors', 'at_risk') }}) end)
            over so_far as log_survival,
        sum(case when survivors > 0 then {{ safe_ratio('hazard', 'survivors') }} end)
            over so_far as greenwood_sum
    from hazards
    window so_far as (partition by scope_kind, scope_value order by session_index)
),

estimated as (
    select
        *,
        events_so_far > 0 and fewest_survivors > 0 as has_limits,
        case
            when fewest_survivors = 0 then 0.0
            when events_so_far = 0 then 1.0
            else exp(log_survival)
        end as km,
        sqrt(greenwood_sum) as relative_se,
        {{ safe_ratio('sqrt(greenwood_sum)', 'abs(log_survival)') }} as log_log_se
    from summed
),

-- Rounded once, at the end: exp and ln differ in the last bit between machines.
survival as (
    select
        {{ row_key(["'survival'", 'scope_kind', 'scope_value', 'session_index']) }} as survival_key,
        scope_kind,
        scope_value,
        session_index,
        entered,
        at_risk,
        events,
        censored,
        hazard,
        round(cast(km as double), 12) as survival,
        cast(case when has_limits then round(km * relative_se, 12) else 0 end as double) as se,
        case when has_limits then round(power(km, exp({{ z }} * log_log_se)), 12) end as lo,
        case when has_limits then round(power(km, exp(-{{ z }} * log_log_se)), 12) end as hi,
        cast({{ param('params_version') }} as integer) as params_version
    from estimated
)

select * from survival
