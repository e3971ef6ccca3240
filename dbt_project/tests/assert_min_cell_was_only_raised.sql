-- Beyond the treating line counts of people below 8 are hidden; a practice may hide more, never
-- less.
select
    parameter_id,
    value
from {{ ref('parameters') }}
where parameter_id = 'min_cell' and value < 8
