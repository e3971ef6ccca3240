{#- How much of the open caseload the agenda asks to discuss soon: cases that a rule of tier T1 to
    T3 puts on it among the open ones, at as_of and of the whole practice (screens.md 9: the
    budget of alerts). What people ask to discuss is no alert. -#}
with agenda as (
    select * from {{ ref('supervision_agenda') }}
    where is_pressing
),

episodes as (
    select * from {{ ref('fct_episode') }}
    where status = 'open'
),

counts as (
    select
        count(*) as open_n,
        count(case when episodes.attended_sessions < 1 then 1 end) as not_begun_n,
        count(case when episodes.attended_sessions >= 1 then 1 end) as caseload_n,
        count(agenda.episode_key) as pressing_n,
        count(distinct case when episodes.attended_sessions >= 1 then episodes.clinician_key end)
            as clinicians_n
    from episodes
    left join agenda on episodes.episode_key = agenda.episode_key
),

int_statistic__agenda as (
    select
        'practice' as scope_kind,
        'practice' as scope_value,
        'agenda_load' as metric_id,
        cast(null as {{ text_type() }}) as instrument,
        'all' as period,
        'all' as period_kind,
        cast(null as date) as period_starts_on,
        open_n as population_n,
        not_begun_n as excluded_n,
        caseload_n as denominator_n,
        pressing_n as numerator,
        clinicians_n,
        {{ safe_ratio('pressing_n', 'caseload_n') }} as raw_estimate,
        round({{ wilson_lo('pressing_n', 'caseload_n') }}, 12) as lo,
        round({{ wilson_hi('pressing_n', 'caseload_n') }}, 12) as hi,
        cast(null as double) as expected,
        cast(null as double) as mid_p,
        'Wilson 95 %' as method
    from counts
    where open_n > 0
)

select * from int_statistic__agenda
