with scores as (
    select * from {{ ref('int_alliance__scores') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

rules as (
    select * from {{ ref('signal_rules') }}
    where is_enabled
),

-- Sums of decimals are exact; the mean of three scores is divided only where it is compared.
runs as (
    select
        *,
        lag(score) over by_session as previous_score,
        case
            when count(score) over last_three = 3 then sum(score) over last_three
        end as sum_of_three
    from scores
    window
        by_session as (partition by episode_key, instrument order by session_index),
        last_three as (
            partition by episode_key, instrument order by session_index
            rows between 2 preceding and current row
        )
),

means as (
    select
        *,
        cast(sum_of_three as double) / 3 as mean_of_three,
        cast(
            max(sum_of_three) over (partition by episode_key, instrument order by session_index)
            as double
        ) / 3 as best_mean_of_three
    from runs
),

compared as (
    select
        *,
        best_mean_of_three - cast(reliable_change as double) as eroded_mean
    from means
),

fired as (
    select
        'AL1' as rule_id,
        compared.*,
        cast(compared.score as double) as value,
        cast(compared.cutoff as double) as threshold,
        cast(null as double) as previous
    from compared
    where compared.score < compared.cutoff
    union all
    select
        'AL2' as rule_id,
        compared.*,
        cast(compared.score - compared.previous_score as double) as value,
        -cast(compared.alert_drop as double) as threshold,
        cast(compared.previous_score as double) as previous
    from compared
    where compared.previous_score - compared.score >= compared.alert_drop
    union all
    select
        'AL6' as rule_id,
        compared.*,
        round(compared.mean_of_three, 12) as value,
        round(compared.eroded_mean, 12) as threshold,
        compared.best_mean_of_three as previous
    from compared
    where
        {{ compare_ready('compared.mean_of_three') }} <= {{ compare_ready('compared.eroded_mean') }}
),

signal as (
    select
        {{ row_key([
            "'signal'", 'fired.rule_id', 'fired.episode_key', 'fired.instrument', 'fired.session_index'
        ]) }} as signal_key,
        fired.rule_id,
        fired.episode_key,
        episodes.client_key,
        episodes.clinician_key,
        fired.instrument,
        fired.session_index,
        fired.completed_on as raised_on,
        fired.value,
        fired.threshold,
        {{ fill_words('rules.reason_template', {
            'instrument': instrument_word('fired.instrument', 'fired.instrument_name'),
            'score': as_figure("case when fired.rule_id = 'AL6' then fired.value else fired.score end"),
            'previous': as_figure('fired.previous'),
            'threshold': as_figure('fired.threshold'),
            'fall': as_figure(
                "case when fired.rule_id = 'AL6' then fired.previous - fired.value else -fired.value end"
            ),
        }) }} as reason,
        cast({{ param('params_version') }} as integer) as params_version
    from fired
    inner join rules on fired.rule_id = rules.rule_id
    inner join episodes on fired.episode_key = episodes.episode_key
)

select * from signal
