-- A figure without a definition is not a metric.
select figures.metric_id
from (
    select distinct metric_id from {{ ref('practice_metric') }}
    union
    select distinct metric_id from {{ ref('clinician_metric') }}
) as figures
left join {{ ref('metric_catalogue') }} as catalogue
    on figures.metric_id = catalogue.metric_id and catalogue.is_clinician_metric
where catalogue.metric_id is null
