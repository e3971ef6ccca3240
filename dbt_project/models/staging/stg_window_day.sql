{{ config(materialized='table') }}

with

windows as (
    select * from {{ ref('stg_delivery_order') }}
    where speaks_for = 'window'
),

sessions as (
    select distinct
        source,
        'sessions' as feed,
        started_on as day
    from {{ source('landing', 'sessions') }}
),

feedback as (
    select distinct
        source,
        'feedback' as feed,
        completed_on as day
    from {{ source('landing', 'feedback') }}
),

days as (
    select * from sessions
    union all
    select * from feedback
),

stg_window_day as (
    select
        days.source,
        days.feed,
        days.day,
        max(windows.delivery_order) as window_order
    from days
    inner join windows
        on
            days.source = windows.source
            and days.feed = windows.feed
            and days.day between windows.speaks_from and windows.speaks_to
    group by
        days.source,
        days.feed,
        days.day
)

select * from stg_window_day
