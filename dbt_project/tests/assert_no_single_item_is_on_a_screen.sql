-- Answers to single items, the safety items among them, never reach a table of the dashboard.
select timeline_key
from {{ ref('case_timeline') }}
where scale like 'item%'
