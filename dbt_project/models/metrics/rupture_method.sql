with seed as (
    select * from {{ ref('rupture_methods') }}
),

rupture_method as (
    select
        method_id,
        name,
        rule,
        is_canonical,
        is_computed,
        respondent,
        limits,
        source,
        evidence,
        -- the canonical one first, then what reads scores, then what people report
        cast(row_number() over (
            order by
                is_canonical desc,
                case when reference = 'report' then 1 else 0 end asc,
                method_id asc
        ) as integer) as method_order,
        coalesce(reference = 'report', false) as is_report
    from seed
)

select * from rupture_method
