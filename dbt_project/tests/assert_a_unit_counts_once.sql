-- A session, episode or rupture is one unit of a metric and instrument, never two.
select
    metric_id,
    instrument,
    unit_key
from {{ ref('int_metric__unit') }}
group by metric_id, instrument, unit_key
having count(*) > 1
