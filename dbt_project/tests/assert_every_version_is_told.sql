-- A definition of a later version says what changed with each version since the first, and nothing
-- tells of a version that no definition has.

with definitions as (
    select * from {{ ref('metric_definitions') }}
),

told as (
    select
        metric_id,
        count(*) as told_n,
        min(version) as first_told,
        max(version) as last_told
    from {{ ref('metric_versions') }}
    group by metric_id
)

select
    definitions.metric_id as defined,
    told.metric_id as told
from definitions
full join told on definitions.metric_id = told.metric_id
where
    definitions.metric_id is null
    or coalesce(told.told_n, 0) != definitions.version - 1
    or coalesce(told.last_told, 1) != definitions.version
    or coalesce(told.first_told, 2) != 2
