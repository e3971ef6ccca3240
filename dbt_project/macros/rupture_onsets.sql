{#- A rule run over series: from lists of sessions to one row per onset. Real series
    (int_rupture__onsets) and simulated ones (int_rupture__chance_onsets) pass through the same
    macros, so that what chance marks is what the rule would mark. -#}

{#- Series from scores, one row per episode and instrument with at least two of them: the sessions
    in order, null where the form is missing, and the figures of the whole series that some rules
    need.
    The first score can never be a rupture, so one score needs no rule.

    scores: relation of episode_key, instrument, session_index, score (decimal, so that sums are
    exact); sessions: relation of episode_key, session_index. -#}
{% macro rupture_series(scores, sessions) -%}
    with moves as (
        select
            episode_key,
            instrument,
            session_index,
            score,
            lag(score) over (partition by episode_key, instrument order by session_index) - score
                as fall
        from {{ scores }}
    ),

    figures as (
        select
            episode_key,
            instrument,
            count(*) as scores_n,
            {{ safe_ratio('sum(score)', 'count(*)') }} as mean_score,
            sqrt({{ list_variance(ordered_list('cast(score as double)', 'session_index')) }})
                as sd_score,
            {{ safe_ratio('sum(abs(fall))', 'count(fall)') }} / {{ param('xmr_d2') }}
                as moving_sigma,
            cast(min(score) as double) as lowest_score,
            cast(max(fall) as double) as largest_fall
        from moves
        group by episode_key, instrument
        having count(*) >= 2
    ),

    visits as (
        select
            figures.episode_key,
            figures.instrument,
            sessions.session_index,
            cast(scores.score as double) as score
        from figures
        inner join {{ sessions }} as sessions on figures.episode_key = sessions.episode_key
        left join {{ scores }} as scores
            on
                figures.episode_key = scores.episode_key
                and figures.instrument = scores.instrument
                and sessions.session_index = scores.session_index
    ),

    listed as (
        select
            episode_key,
            instrument,
            {{ ordered_list(
                struct_of(
                    {'session_index': 'session_index', 'score': 'score'},
                    {'session_index': 'integer', 'score': 'double'}
                ),
                'session_index'
            ) }} as visits
        from visits
        group by episode_key, instrument
    )

    select
        figures.episode_key,
        figures.instrument,
        figures.scores_n,
        figures.mean_score,
        figures.sd_score,
        figures.moving_sigma,
        figures.lowest_score,
        figures.largest_fall,
        listed.visits
    from figures
    inner join listed
        on figures.episode_key = listed.episode_key and figures.instrument = listed.instrument
{%- endmacro %}

{#- The onsets that every rule finds in series of scores.

    series: relation of the columns of int_rupture__series; rules: of int_rupture__rules. -#}
{% macro rupture_onsets(series, rules) -%}
    {%- set folds = {
        'in_control': rupture_canonical_fold('visits'),
        'level': rupture_level_fold('visits'),
        'fall': rupture_fall_fold('visits'),
        'cumulated': rupture_cumulated_fold('visits'),
    } -%}
    with judged as (
        select
            series.*,
            rules.method_id,
            rules.tier,
            rules.reference,
            rules.k_sigma,
            rules.allowance,
            rules.nu0,
            rules.ref_window,
            rules.repair_sessions,
            rules.repair_tolerance,
            rules.repair_fraction,
            rules.low_confidence_scores,
            series.mean_score as level,
            case rules.spread
                when 'own_sd' then series.sd_score
                when 'moving_range' then series.moving_sigma
            end as level_spread
        from {{ series }} as series
        inner join {{ rules }} as rules
            on
                series.scores_n >= coalesce(rules.min_scores, 0)
                and (series.is_ended or not rules.is_ended_only)
    ),

    -- Without any spread of its own no fall is large; and a series whose lowest score or largest
    -- fall is no onset holds none, so it needs no fold.
    able as (
        select * from judged
        where
            reference in ('in_control', 'cumulated')
            or (
                {{ compare_ready('level_spread') }} > 0
                and case reference
                    when 'level' then {{ rupture_is_below_level('lowest_score') }}
                    when 'fall' then {{ rupture_is_fall('largest_fall') }}
                end
            )
    ),

    folded as (
    {%- for reference, fold in folds.items() %}
            select
                episode_key,
                instrument,
                method_id,
                tier,
                {{ fold }} as memory
            from able
            where reference = '{{ reference }}'
            {% if not loop.last %}union all{% endif %}
    {%- endfor %}
    )

    {{ rupture_records('folded') }}
{%- endmacro %}

{#- The onsets of series of reports. The figures of the rules for scores do not apply.

    series: relation of the columns of int_rupture__report_series. -#}
{% macro rupture_reported_onsets(series) -%}
    {%- set unused = [] -%}
    {%- for field, type in rupture_rule_fields().items() if field != 'repair_sessions' -%}
        {%- do unused.append('cast(null as ' ~ type ~ ') as ' ~ field) -%}
    {%- endfor -%}
    with judged as (
        select
            episode_key,
            instrument,
            method_id,
            tier,
            repair_sessions,
            {{ unused | join(', ') }},
            visits
        from {{ series }}
    ),

    folded as (
        select
            episode_key,
            instrument,
            method_id,
            tier,
            {{ rupture_report_fold('visits') }} as memory
        from judged
    )

    {{ rupture_records('folded') }}
{%- endmacro %}

{#- One row per rupture of folded series, closed ones and the one still open. Rounded once, at the
    end: the content of a release does not hang on a last bit. -#}
{% macro rupture_records(folded) -%}
    select
        ruptures.episode_key,
        ruptures.instrument,
        ruptures.method_id,
        ruptures.tier,
        ruptures.rupture.onset_session_index,
        ruptures.rupture.onset_score,
        round(ruptures.rupture.baseline, 12) as baseline,
        round(ruptures.rupture.spread, 12) as spread,
        round(ruptures.rupture.threshold, 12) as threshold,
        ruptures.rupture.nadir,
        round(ruptures.rupture.baseline - ruptures.rupture.nadir, 12) as depth,
        round(
            {{ safe_ratio(
                'ruptures.rupture.baseline - ruptures.rupture.nadir', 'ruptures.rupture.spread'
            ) }},
            12
        ) as depth_sd,
        ruptures.rupture.has_low_confidence,
        ruptures.rupture.status,
        ruptures.rupture.closed_session_index
    from (
        select
            episode_key,
            instrument,
            method_id,
            tier,
            {{ unnest_list('memory.closed') }} as rupture
        from {{ folded }}
        union all
        select
            episode_key,
            instrument,
            method_id,
            tier,
            memory.current as rupture
        from {{ folded }}
        where memory.current is not null
    ) as ruptures
{%- endmacro %}

{#- Sessions at the start of a series at which a rule can see no onset: none where it judges against
    a level of the whole series, else the first. -#}
{% macro rupture_unjudged_sessions(reference) -%}
    case {{ reference }} when 'level' then 0 else 1 end
{%- endmacro %}
