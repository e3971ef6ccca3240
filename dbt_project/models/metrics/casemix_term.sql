with seed as (
    select * from {{ ref('casemix_terms') }}
),

terms as (
    select * from {{ ref('int_casemix__term') }}
),

models as (
    select * from {{ ref('casemix_model') }}
),

-- The fit on everybody: to be read, not to expect from.
coefficients as (
    select * from {{ ref('int_casemix__coefficients') }}
    where fold = 0 and problem is null
),

casemix_term as (
    select
        seed.term,
        seed.name,
        seed.meaning,
        seed.sort_order,
        seed.is_collected,
        terms.with_n,
        coefficients.estimate is not null as is_used,
        round(exp(coefficients.estimate), 10) as odds_ratio,
        round(
            exp(coefficients.estimate - 1.959963984540054 * coefficients.standard_error), 10
        ) as lo,
        round(
            exp(coefficients.estimate + 1.959963984540054 * coefficients.standard_error), 10
        ) as hi,
        seed.source,
        cast({{ param('params_version') }} as integer) as params_version
    from seed
    cross join models
    inner join terms on seed.term = terms.term
    left join coefficients on seed.term = coefficients.term and models.status = 'ok'
)

select * from casemix_term
