with

current_rows as (
    {{ current_version('clients', ['client_key'], across_sources=false) }}
),

stg_clients as (
    select
        -- where the row came from
        delivery_id,
        row_number,
        source as source_system,
        generated_at,
        -- ids
        client_key,
        merged_into_client_key,
        -- strings
        -- Shown on pages: whatever is no band may be anything.
        case
            when
                regexp_full_match(
                    age_band,
                    '(under |over |[<>]=? ?|[≤≥] ?)?[0-9]{1,3}([.][0-9]{1,2})?'
                    || '( ?(-|–|to) ?[0-9]{1,3}|[+])?( years)?( and over| or older| or younger)?'
                )
                then age_band
        end as age_band,
        gender,
        trauma_history,
        -- numbers
        cast(birth_year as integer) as birth_year,
        intake_severity,
        -- booleans
        preference_recorded,
        preference_met,
        -- times
        referred_on
    from current_rows
)

select * from stg_clients
