with alliances as (
    select * from {{ ref('episode_alliance') }}
    where last_score is not null
),

endings as (
    select * from {{ ref('episode_ending') }}
    where is_ended
),

names as (
    select * from {{ ref('endings') }}
),

spread as (
    select
        alliances.instrument,
        endings.ending,
        count(*) as episodes_n,
        {{ quantile_of('alliances.last_score', '0.25') }} as q1,
        {{ median_of('alliances.last_score') }} as median,
        {{ quantile_of('alliances.last_score', '0.75') }} as q3
    from alliances
    inner join endings on alliances.episode_key = endings.episode_key
    group by alliances.instrument, endings.ending
),

ending_alliance as (
    select
        {{ row_key(["'ending_alliance'", 'spread.instrument', 'spread.ending']) }}
            as ending_alliance_key,
        spread.instrument,
        spread.ending,
        names.name as ending_name,
        spread.episodes_n,
        case when spread.episodes_n >= {{ param('display_rate_n') }} then spread.q1 end as q1,
        case when spread.episodes_n >= {{ param('display_rate_n') }} then spread.median end
            as median,
        case when spread.episodes_n >= {{ param('display_rate_n') }} then spread.q3 end as q3
    from spread
    inner join names on spread.ending = names.ending
)

select * from ending_alliance
