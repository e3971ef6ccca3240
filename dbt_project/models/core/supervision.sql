select
    cast(null as varchar) as supervision_key,
    cast(null as varchar) as supervisor_key,
    cast(null as varchar) as supervisee_key,
    cast(null as varchar) as kind,
    cast(null as date) as started_on,
    cast(null as date) as ended_on,
    cast(null as varchar) as client_key
where false
