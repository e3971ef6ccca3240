-- Repaired, ended and still open are all there is, and neither share ever falls.
select
    scope_kind,
    scope_value,
    instrument,
    sessions_since_onset
from (
    select
        *,
        lag(cif_repaired) over course as repaired_before,
        lag(cif_ended) over course as ended_before
    from {{ ref('repair_course') }}
    window course as (
        partition by scope_kind, scope_value, instrument order by sessions_since_onset
    )
) as courses
where
    abs(cif_repaired + cif_ended + still_open - 1) > 1e-9
    or cif_repaired < repaired_before
    or cif_ended < ended_before
