with

ledger as (
    select * from {{ source('landing', 'delivery') }}
),

verdicts as (
    select * from {{ source('build', 'verdict') }}
),

named as (
    select
        *,
        min(delivery) over (partition by delivery_id) as first_delivery
    from ledger
),

-- The same bytes under several names are one delivery: the smallest name is the real one. If even
-- the names agree, the smallest sighting is.
numbered as (
    select
        *,
        min(case when delivery = first_delivery then sighting_id end)
            over (partition by delivery_id) as first_sighting_id
    from named
),

stg_delivery as (
    select
        -- ids
        numbered.sighting_id,
        numbered.delivery_id,
        numbered.source,
        -- strings
        numbered.delivery,
        numbered.reader,
        coalesce(verdicts.reason, numbered.reason) as reason,
        numbered.warnings,
        verdicts.note,
        numbered.extract_kind,
        numbered.feed,
        numbered.content_sha256,
        verdicts.speaks_for,
        -- numbers
        numbered.rows_read,
        numbered.rows_accepted,
        numbered.rows_quarantined,
        numbered.rows_collapsed,
        numbered.rows_filtered,
        verdicts.rows_known,
        verdicts.rows_gone,
        -- times
        numbered.window_start,
        numbered.window_end,
        numbered.generated_at,
        verdicts.speaks_from,
        verdicts.speaks_to,
        -- what was refused or waits stays what it is, however often it was seen
        case
            when
                numbered.sighting_id != numbered.first_sighting_id
                and numbered.status in ('accepted', 'accepted_with_warnings')
                then 'duplicate'
            when verdicts.is_held then 'held'
            else numbered.status
        end as status,
        numbered.status in ('accepted', 'accepted_with_warnings')
        and not coalesce(verdicts.is_held, false) as is_landed
    from numbered
    left join verdicts
        on numbered.delivery_id = verdicts.delivery_id and numbered.feed = verdicts.feed
)

select * from stg_delivery
