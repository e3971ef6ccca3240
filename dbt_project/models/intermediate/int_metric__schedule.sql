{#- Units of how reliably sessions come: gaps that keep to the rhythm of the episode, who called off
    in those that do not, and how much the gaps of an episode vary (metrics.md 7, claim 8). -#}
{{ config(materialized='view') }}

with gaps as (
    select * from {{ ref('int_schedule__gaps') }}
),

-- Sums of whole numbers; each is divided once.
episodes as (
    select
        episode_key,
        clinician_key,
        max(started_on) as last_on,
        count(*) as n,
        sum(gap_days) as total,
        sum(gap_days * gap_days) as total_of_squares
    from gaps
    group by episode_key, clinician_key
),

int_metric__schedule as (
    select
        'on_schedule_share' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        session_key as unit_key,
        started_on as occurred_on,
        false as is_excluded,
        is_on_schedule as is_numerator,
        cast(null as double) as value
    from gaps
    {% for metric, column in [
        ('late_gap_clinician', 'clinician_called_off_n'), ('late_gap_client', 'client_stayed_away_n')
    ] -%}
        union all
        select
            '{{ metric }}' as metric_id,
            cast(null as {{ text_type() }}) as instrument,
            clinician_key,
            session_key as unit_key,
            started_on as occurred_on,
            false as is_excluded,
            {{ column }} > 0 as is_numerator,
            cast(null as double) as value
        from gaps
        where not is_on_schedule
    {% endfor -%}
    union all
    -- standard deviation over mean; all sessions on one day have no rhythm
    select
        'gap_variation' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        clinician_key,
        episode_key as unit_key,
        last_on as occurred_on,
        total = 0 as is_excluded,
        false as is_numerator,
        case
            when total > 0
                then
                    round(
                        sqrt(cast(n * total_of_squares - total * total as double) / (n * (n - 1)))
                        * n / total,
                        12
                    )
        end as value
    from episodes
    where n >= {{ param('schedule_min_gaps') }}
)

select * from int_metric__schedule
