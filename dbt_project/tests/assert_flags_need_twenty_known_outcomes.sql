-- A flag on a small caseload would be noise, and one without the catalogue's leave a judgement.
select figures.clinician_metric_key
from {{ ref('clinician_metric') }} as figures
inner join {{ ref('metric_catalogue') }} as catalogue
    on figures.metric_id = catalogue.metric_id
where
    figures.flag is not null
    and (
        figures.denominator_n < {{ param('flag_min_n') }}
        or not figures.is_comparable
        or catalogue.flag_side = 'none'
    )
