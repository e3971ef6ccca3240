-- No count that leaves the treating line is one of 1 to 7 people, and none is exact.
select
    'practice_metric' as table_name,
    practice_metric_key as row_name
from {{ ref('analyst__practice_metric') }}
where
    denominator_n % cast({{ param('round_to') }} as bigint) != 0
    or excluded_n % cast({{ param('round_to') }} as bigint) != 0
    or numerator % cast({{ param('round_to') }} as bigint) != 0
    or (is_suppressed and (estimate is not null or lo is not null or hi is not null))
union all
select
    'survival' as table_name,
    cast(session_index as {{ text_type() }}) as row_name
from {{ ref('analyst__survival') }}
where
    at_risk % cast({{ param('round_to') }} as bigint) != 0
    or events % cast({{ param('round_to') }} as bigint) != 0
    or censored % cast({{ param('round_to') }} as bigint) != 0
union all
select
    'expected_course' as table_name,
    expected_course_key as row_name
from {{ ref('analyst__expected_course') }}
where
    reference_episodes % cast({{ param('round_to') }} as bigint) != 0
    or band_episodes % cast({{ param('round_to') }} as bigint) != 0
union all
select
    'casemix_model' as table_name,
    casemix_model as row_name
from {{ ref('analyst__casemix_model') }}
where
    episodes_n % cast({{ param('round_to') }} as bigint) != 0
    or events % cast({{ param('round_to') }} as bigint) != 0
