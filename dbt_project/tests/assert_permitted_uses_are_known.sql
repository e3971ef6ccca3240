-- Metrics are for reflection, supervision and service planning: nothing else may be written there.
select
    metric_id,
    permitted_use
from {{ ref('metric_catalogue') }}
where permitted_use not in (
    'reflection, supervision',
    'reflection, supervision, service_planning',
    'service_planning'
)
