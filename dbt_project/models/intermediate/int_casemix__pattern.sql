with episodes as (
    select * from {{ ref('int_casemix__episode') }}
),

int_casemix__pattern as (
    select
        fold,
        {{ casemix_terms() | join(',\n        ') }},
        count(*) as episodes_n,
        count(case when is_dropout then 1 end) as events
    from episodes
    group by
        fold,
        {{ casemix_terms() | join(',\n        ') }}
)

select * from int_casemix__pattern
