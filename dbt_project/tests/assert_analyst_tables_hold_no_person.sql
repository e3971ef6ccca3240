-- The analyst file has no key or label of a client, a clinician, an episode or a session.
-- depends_on: {{ ref('analyst__practice_metric') }}, {{ ref('analyst__survival') }}
-- depends_on: {{ ref('analyst__metric_catalogue') }}, {{ ref('analyst__parameter') }}
-- depends_on: {{ ref('analyst__instrument') }}, {{ ref('analyst__delivery') }}
-- depends_on: {{ ref('analyst__expected_course') }}
-- depends_on: {{ ref('analyst__casemix_model') }}
select
    table_name,
    column_name
from information_schema.columns
where
    table_schema = 'analyst'
    and regexp_matches(
        column_name, '(client|clinician|supervis|episode|session|response)_(key|label)'
    )
