{#- Units of what supervision did with signals and plans: steps closed, signals confirmed. Both as
    the review log says by as_of. -#}
{{ config(materialized='view') }}

with steps as (
    select * from {{ ref('plan_step') }}
),

context as (
    select as_of from {{ ref('stg_context') }}
),

verdicts as (
    select
        *,
        row_number() over (
            partition by episode_key, code, session_index
            order by recorded_at desc, entry_key asc
        ) as recency
    from {{ ref('review_entry') }}
    where kind in ('signal_confirmed', 'signal_dismissed')
),

int_metric__reviews as (
    select
        'actions_closed' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        steps.clinician_key,
        steps.entry_key as unit_key,
        steps.due_on as occurred_on,
        false as is_excluded,
        coalesce(steps.closed_on <= context.as_of, false) as is_numerator,
        cast(null as double) as value
    from steps
    cross join context
    where steps.due_on is not null
    union all
    select
        'signals_confirmed' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        entry_key as unit_key,
        occurred_on,
        false as is_excluded,
        kind = 'signal_confirmed' as is_numerator,
        cast(null as double) as value
    from verdicts
    where recency = 1
)

select * from int_metric__reviews
