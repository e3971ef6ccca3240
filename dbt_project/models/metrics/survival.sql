{#- Kaplan-Meier over session indexes (metrics.md 5.2). Every episode is seen from session 1, so
    there is no delayed entry: an episode that began before the data is indexed from what is seen.
    Conventions where the formulas end: while nobody has dropped out (survival 1), and once everyone
    has (survival 0), se is 0 and there are no log-log limits. -#}
{%- set z = '1.959963984540054' %}
with endings as (
    select * from {{ ref('episode_ending') }}
    where event_session_index is not null
),

clinicians as (
    select * from {{ ref('dim_clinician') }}
),

sessions as (
    select * from {{ ref('fct_session') }}
),

scoped as (
    select
        'practice' as scope_kind,
        'practice' as scope_value,
        event_session_index,
        is_censored
    from endings
    union all
    select
        'clinician' as scope_kind,
        clinician_key as scope_value,
        event_session_index,
        is_censored
    from endings
    union all
    select
        'site' as scope_kind,
        coalesce(clinicians.site_id, 'unknown') as scope_value,
        endings.event_session_index,
        endings.is_censored
    from endings
    left join clinicians on endings.clinician_key = clinicians.clinician_key
    union all
    select
        'year' as scope_kind,
        cast(extract(year from opened_on) as {{ text_type() }}) as scope_value,
        event_session_index,
        is_censored
    from endings
),

last_seen as (
    select
        scope_kind,
        scope_value,
        event_session_index as session_index,
        count(case when not is_censored then 1 end) as events,
        count(case when is_censored then 1 end) as censored
    from scoped
    group by scope_kind, scope_value, event_session_index
),

-- One row per session index up to the longest episode of the scope, events or not.
indexes as (
    select distinct session_index
    from sessions
    where series = 'individual' and session_index is not null
),

longest as (
    select
        scope_kind,
        scope_value,
        max(session_index) as last_session_index
    from last_seen
    group by scope_kind, scope_value
),

grid as (
    select
        longest.scope_kind,
        longest.scope_value,
        indexes.session_index,
        coalesce(last_seen.events, 0) as events,
        coalesce(last_seen.censored, 0) as censored
    from longest
    inner join indexes on longest.last_session_index >= indexes.session_index
    left join last_seen
        on
            longest.scope_kind = last_seen.scope_kind
            and longest.scope_value = last_seen.scope_value
            and indexes.session_index = last_seen.session_index
),

-- Who attended s and was still observed: everyone last seen at s or later.
at_risk as (
    select
        *,
        cast(
            sum(events + censored) over (
                partition by scope_kind, scope_value order by session_index desc
            ) as bigint
        ) as at_risk
    from grid
),

hazards as (
    select
        *,
        {{ safe_ratio('events', 'at_risk') }} as hazard,
        at_risk - events as survivors
    from at_risk
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
