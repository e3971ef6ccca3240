-- A build whose blocking checks fail is not released.
select
    check_id,
    violated_rows,
    denominator
from {{ ref('check_result') }}
where severity = 'blocking' and not is_passed
