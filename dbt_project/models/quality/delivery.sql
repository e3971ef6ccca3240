with

sightings as (
    select * from {{ ref('stg_delivery') }}
),

-- The ledger has a line per feed; what it says of the delivery stands on each of them.
delivery as (
    select
        sighting_id,
        min(delivery_id) as delivery_id,
        min(source) as source,
        min(delivery) as delivery,
        min(status) as status,
        min(reason) as reason,
        concat_ws(
            chr(10), nullif(min(warnings), ''), {{ sorted_text('note', '\n') }}
        ) as warnings,
        min(reader) as reader,
        min(extract_kind) as extract_kind,
        min(window_start) as window_start,
        min(window_end) as window_end,
        min(generated_at) as generated_at,
        cast(coalesce(sum(rows_read), 0) as bigint) as rows_read,
        cast(coalesce(sum(rows_accepted), 0) as bigint) as rows_accepted,
        cast(coalesce(sum(rows_quarantined), 0) as bigint) as rows_quarantined,
        cast(coalesce(sum(rows_collapsed), 0) as bigint) as rows_collapsed,
        cast(coalesce(sum(rows_filtered), 0) as bigint) as rows_filtered,
        cast(sum(rows_gone) as bigint) as rows_gone
    from sightings
    group by sighting_id
)

select * from delivery
