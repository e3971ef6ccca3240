with definitions as (
    select * from {{ ref('metric_definitions') }}
),

histories as (
    select
        metric_id,
        {{ ordered_text("'With version ' || version || ': ' || change", "' '", 'version') }}
            as version_history
    from {{ ref('metric_versions') }}
    group by metric_id
),

metric_catalogue as (
    select
        definitions.metric_id,
        name,
        short_name,
        meaning,
        formula,
        population,
        exclusions,
        limits,
        grain,
        unit,
        measure_kind,
        per_instrument,
        better,
        flag_side,
        flag_reason,
        display_parameter,
        maturity_parameter,
        needs_feedback,
        excluded_is_missing,
        is_clinician_metric,
        is_proxy,
        proxy_note,
        permitted_use,
        source,
        evidence,
        table_name,
        column_name,
        sort_order,
        version,
        version_history
    from definitions
    left join histories on definitions.metric_id = histories.metric_id
)

select * from metric_catalogue
