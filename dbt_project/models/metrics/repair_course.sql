{#- The course of repair as it is drawn: the practice and each clinician, all periods together. -#}
with courses as (
    select * from {{ ref('int_repair__course') }}
    where clock = 'sessions' and period = 'all'
),

repair_course as (
    select
        {{ row_key([
            "'repair_course'", 'scope_kind', 'scope_value', 'instrument', 'time_since_onset'
        ]) }} as repair_course_key,
        scope_kind,
        scope_value,
        instrument,
        time_since_onset as sessions_since_onset,
        at_risk,
        repaired,
        ended,
        censored,
        cif_repaired,
        se_repaired as se,
        lo_repaired as lo,
        hi_repaired as hi,
        cif_ended,
        free as still_open,
        cast({{ param('params_version') }} as integer) as params_version
    from courses
)

select * from repair_course
