with seed as (
    select * from {{ ref('benchmarks') }}
),

benchmark as (
    select
        benchmark_id,
        metric_id,
        instrument,
        kind,
        label,
        value,
        lo,
        hi,
        unit,
        studies,
        people,
        definition,
        caveat,
        source,
        evidence
    from seed
)

select * from benchmark
