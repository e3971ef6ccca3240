-- A check that is defined and never counted would look like one that passed.
select checks.check_id
from {{ ref('quality_checks') }} as checks
left join {{ ref('check_result') }} as results on checks.check_id = results.check_id
where results.check_id is null
