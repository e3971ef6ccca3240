{{ config(materialized='view') }}

with expected as (
    select * from {{ ref('int_casemix__expected') }}
),

endings as (
    select * from {{ ref('episode_ending') }}
),

period_kinds as (
    {{ period_kinds() }}
),

dated as (
    select
        expected.*,
        period_kinds.period_kind,
        {{ period_starts_on('period_kinds.period_kind', 'endings.last_attended_on') }}
            as period_starts_on
    from expected
    inner join endings on expected.episode_key = endings.episode_key
    cross join period_kinds
),

int_casemix__placed as (
    select
        'clinician' as scope_kind,
        clinician_key as scope_value,
        {{ period_name('period_kind', 'period_starts_on') }} as period,
        episode_key,
        is_dropout,
        expected_share
    from dated
    union all
    select
        'practice' as scope_kind,
        'practice' as scope_value,
        {{ period_name('period_kind', 'period_starts_on') }} as period,
        episode_key,
        is_dropout,
        expected_share
    from dated
)

select * from int_casemix__placed
