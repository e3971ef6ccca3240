{#- Signals that came again: a flag on the same side in at least two of three consecutive quarters
    (metrics.md 8). One quarter alone is often chance, and chance returns to the middle by itself. -#}
with flagged as (
    select
        *,
        {{ quarter_number('period_starts_on') }} as quarter_number
    from {{ ref('int_metric__flagged') }}
    where flag is not null and period_kind = 'quarter'
),

-- A flagged quarter counts for itself and for the quarters after it whose window it is in.
counted_for as (
    select
        clinician_key,
        metric_id,
        instrument,
        tail,
        quarter_number,
        {{ unnest_list(number_list(
            'quarter_number', 'quarter_number + ' ~ param('persistence_window') ~ ' - 1'
        )) }} as last_quarter_number
    from flagged
),

int_metric__persistent as (
    select
        clinician_key,
        metric_id,
        instrument,
        last_quarter_number,
        tail,
        count(*) as flagged_quarters_n
    from counted_for
    group by clinician_key, metric_id, instrument, last_quarter_number, tail
    having count(*) >= {{ param('persistence_quarters') }}
)

select * from int_metric__persistent
