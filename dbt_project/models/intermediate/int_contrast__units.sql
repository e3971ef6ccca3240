{#- The episodes of every comparison of two groups of clients, with their value and group
    (metrics.md 7, claims 5 and 9). Here: who belongs to which group and what is compared. Not here:
    any figure; and no row of it leaves the build. -#}
{{ config(materialized='view') }}

with episodes as (
    select * from {{ ref('fct_episode') }}
),

clients as (
    select * from {{ ref('dim_client') }}
),

alliances as (
    select * from {{ ref('episode_alliance') }}
),

windows as (
    select * from {{ ref('int_metric__early_alliance') }}
    where metric_id = 'early_alliance'
),

forms as (
    select * from {{ ref('int_alliance__components') }}
    where session_index between 1 and 3
),

instruments_with_bond as (
    select distinct instrument from {{ ref('stg_instrument_scales') }}
    where component = 'bond'
),

first_forms as (
    select
        client_key,
        score,
        row_number() over (partition by client_key order by completed_at, score_key) as place
    from {{ ref('fct_score') }}
    where instrument = 'pcl5' and scale = 'total' and respondent = 'client'
),

grouped_clients as (
    select
        clients.client_key,
        clients.preference_recorded,
        clients.preference_met,
        coalesce(clients.trauma_history = 'yes', false)
        or coalesce(first_forms.score >= {{ param('trauma_from', "'pcl5'") }}, false) as has_trauma
    from clients
    left join first_forms
        on clients.client_key = first_forms.client_key and first_forms.place = 1
),

early_bonds as (
    select
        episode_key,
        instrument,
        count(*) as n,
        {{ safe_ratio(exact_sum('bond'), 'count(*)') }} as bond
    from forms
    group by episode_key, instrument
),

-- The same windows and exclusions as the early alliance, for the one component.
bonds as (
    select
        windows.instrument,
        windows.clinician_key,
        windows.unit_key as episode_key,
        episodes.client_key,
        (episodes.status != 'open' and episodes.attended_sessions < 3)
        or coalesce(early_bonds.n, 0) < {{ param('early_min_scores') }} as is_excluded,
        early_bonds.bond
    from windows
    inner join instruments_with_bond on windows.instrument = instruments_with_bond.instrument
    inner join episodes on windows.unit_key = episodes.episode_key
    left join early_bonds
        on
            windows.unit_key = early_bonds.episode_key
            and windows.instrument = early_bonds.instrument
),

int_contrast__units as (
    select
        'trauma_bond_difference' as metric_id,
        bonds.instrument,
        bonds.clinician_key,
        bonds.client_key,
        bonds.episode_key,
        bonds.is_excluded,
        grouped_clients.has_trauma as is_first_group,
        case when not bonds.is_excluded then bonds.bond end as value
    from bonds
    inner join grouped_clients on bonds.client_key = grouped_clients.client_key
    union all
    -- one value per episode: sessions of one client are not independent
    select
        'trauma_alert_difference' as metric_id,
        alliances.instrument,
        alliances.clinician_key,
        alliances.client_key,
        alliances.episode_key,
        false as is_excluded,
        grouped_clients.has_trauma as is_first_group,
        alliances.alert_share as value
    from alliances
    inner join grouped_clients on alliances.client_key = grouped_clients.client_key
    where alliances.alert_share is not null
    union all
    select
        'preference_alliance_difference' as metric_id,
        windows.instrument,
        windows.clinician_key,
        episodes.client_key,
        episodes.episode_key,
        windows.is_excluded or grouped_clients.preference_met is null as is_excluded,
        coalesce(grouped_clients.preference_met, false) as is_first_group,
        case
            when not windows.is_excluded and grouped_clients.preference_met is not null
                then windows.value
        end as value
    from windows
    inner join episodes on windows.unit_key = episodes.episode_key
    inner join grouped_clients on episodes.client_key = grouped_clients.client_key
    where grouped_clients.preference_recorded
)

select * from int_contrast__units
