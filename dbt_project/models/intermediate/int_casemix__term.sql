with episodes as (
    select * from {{ ref('int_casemix__episode') }}
),

seed as (
    select * from {{ ref('casemix_terms') }}
),

long_values as (
    {% for term in casemix_terms() -%}
        select
            '{{ term }}' as term,
            fold,
            count(case when {{ term }} != 0 then 1 end) as with_n,
            count(case when {{ term }} = 0 then 1 end) as without_n
        from episodes
        group by fold
        {% if not loop.last %}union all{% endif %}
    {% endfor -%}
),

-- A fold is fitted on the others, so the others must know the characteristic well enough.
trained as (
    select
        term,
        fold,
        sum(with_n) over (partition by term) as with_n,
        sum(with_n) over (partition by term) - with_n as trained_with_n,
        sum(without_n) over (partition by term) - without_n as trained_without_n
    from long_values
),

fewest as (
    select
        term,
        max(with_n) as with_n,
        min(trained_with_n) as fewest_with_n,
        min(trained_without_n) as fewest_without_n
    from trained
    group by term
),

int_casemix__term as (
    select
        seed.term,
        seed.sort_order,
        seed.is_collected,
        cast(coalesce(fewest.with_n, 0) as bigint) as with_n,
        seed.is_collected
        and coalesce(fewest.fewest_with_n >= {{ param('casemix_min_level_n') }}, false)
        -- a severity of exactly average is as good as another
        and (
            seed.term = 'severity'
            or coalesce(fewest.fewest_without_n >= {{ param('casemix_min_level_n') }}, false)
        ) as is_used
    from seed
    left join fewest on seed.term = fewest.term
)

select * from int_casemix__term
