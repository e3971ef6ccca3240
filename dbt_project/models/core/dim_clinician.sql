select
    cast(null as varchar) as clinician_key,
    cast(null as varchar) as clinician_label,
    cast(null as varchar) as role,
    cast(null as varchar) as site_id,
    cast(null as date) as started_on,
    cast(null as date) as ended_on
where false
