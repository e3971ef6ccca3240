select
    cast(null as varchar) as client_key,
    cast(null as varchar) as client_label,
    cast(null as varchar) as source_system,
    cast(null as integer) as birth_year,
    cast(null as varchar) as age_band,
    cast(null as varchar) as gender,
    cast(null as date) as referred_on,
    cast(null as varchar) as trauma_history,
    cast(null as boolean) as preference_recorded,
    cast(null as boolean) as preference_met,
    cast(null as double) as intake_severity
where false
