{#- Whether a case-mix model may be fitted at all. Every refusal is a sentence for the page. -#}
with episodes as (
    select * from {{ ref('int_casemix__episode') }}
),

terms as (
    select * from {{ ref('int_casemix__term') }}
),

used as (
    select
        count(*) as terms_n,
        {{ sorted_text('term', ', ') }} as variables
    from terms
    where is_used
),

counted as (
    select
        count(*) as episodes_n,
        count(case when is_dropout then 1 end) as events,
        count(distinct clinician_key) as clinicians_n,
        count(distinct fold) as folds_n
    from episodes
),

-- The rarer of the two outcomes carries the information.
needed as (
    select
        counted.*,
        used.terms_n,
        used.variables,
        least(counted.events, counted.episodes_n - counted.events) as rarer_n,
        cast({{ param('casemix_events_per_term') }} * used.terms_n as bigint) as needed_n
    from counted
    cross join used
),

int_casemix__design as (
    select
        *,
        case
            when clinicians_n < {{ param('casemix_min_clinicians') }} then 'few_clinicians'
            when terms_n = 0 then 'no_variables'
            when rarer_n < needed_n then 'few_events'
        end as reason
    from needed
)

select * from int_casemix__design
