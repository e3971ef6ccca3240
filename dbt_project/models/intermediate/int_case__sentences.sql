{#- The case in words: two sentences of summary, and how far the picture can be trusted. Wording is
    in seeds/case_sentences.csv; nothing is claimed of a trend before three ratings (screens.md 5).
    -#}
{%- set sentences = [
    'summary_open', 'summary_ended', 'none_booked', 'alliance_none', 'alliance_one', 'alliance_two',
    'alliance_many', 'outcome_none', 'outcome_one', 'outcome_many', 'sure_forms', 'sure_few',
    'sure_ceiling', 'sure_switched', 'sure_unpaired', 'sure_low_confidence'
] %}

with episodes as (
    select * from {{ ref('fct_episode') }}
    where attended_sessions >= 1
),

endings as (
    select
        episode_ending.episode_key,
        endings.name as ending_name
    from {{ ref('episode_ending') }} as episode_ending
    inner join {{ ref('endings') }} as endings on episode_ending.ending = endings.ending
),

alliances as (
    select * from {{ ref('int_case__alliance') }}
),

outcomes as (
    select * from {{ ref('int_case__outcome_scores') }}
    where recency = 1
),

changes as (
    select * from {{ ref('outcome_changes') }}
),

dips as (
    select * from {{ ref('int_case__dip') }}
),

forms as (
    select
        episode_key,
        count(distinct session_index) as scored_n
    from {{ ref('int_alliance__scores') }}
    group by episode_key
),

templates as (
    select
    {%- for sentence in sentences %}
            max(case when sentence_id = '{{ sentence }}' then template end) as {{ sentence }}
            {{- ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('case_sentences') }}
),

facts as (
    select
        episodes.*,
        endings.ending_name,
        alliances.measure as alliance_measure,
        coalesce(alliances.n_scores, 0) as alliance_n,
        alliances.first_score as alliance_first,
        alliances.lowest_score as alliance_lowest,
        alliances.lowest_session,
        alliances.last_score as alliance_last,
        alliances.last_scored_session,
        alliances.instruments_n,
        alliances.is_uninformative_ceiling,
        {{ instrument_word('outcomes.instrument', 'outcomes.name') }} as outcome_measure,
        coalesce(outcomes.place, 0) as outcome_n,
        outcomes.first_score as outcome_first,
        outcomes.score as outcome_last,
        outcomes.session_index as outcome_session,
        changes.name as change_name,
        dips.confidence,
        coalesce(forms.scored_n, 0) as scored_n
    from episodes
    inner join endings on episodes.episode_key = endings.episode_key
    left join alliances on episodes.episode_key = alliances.episode_key
    left join outcomes on episodes.episode_key = outcomes.episode_key
    left join changes on outcomes.change_class = changes.change_class
    left join dips on episodes.episode_key = dips.episode_key
    left join forms on episodes.episode_key = forms.episode_key
),

int_case__sentences as (
    select
        facts.episode_key,
        {{ fill_words(
            "case when facts.status = 'open' then templates.summary_open"
            ~ ' else templates.summary_ended end',
            {
                'session': 'cast(facts.attended_sessions as ' ~ text_type() ~ ')',
                'sessions': 'cast(facts.attended_sessions as ' ~ text_type() ~ ') || '
                    ~ "case when facts.attended_sessions = 1 then ' session' else ' sessions' end",
                'last_seen': as_day('facts.last_attended_on'),
                'next': 'coalesce(' ~ as_day('facts.next_booked_on') ~ ', templates.none_booked)',
                'ending': 'facts.ending_name',
            }
        ) }}
        || ' '
        || {{ fill_words(
            'case when facts.alliance_n = 0 then templates.alliance_none'
            ~ ' when facts.alliance_n = 1 then templates.alliance_one'
            ~ ' when facts.alliance_n = 2 then templates.alliance_two'
            ~ ' else templates.alliance_many end',
            {
                'measure': 'facts.alliance_measure',
                'first': as_figure('facts.alliance_first'),
                'lowest': as_figure('facts.alliance_lowest'),
                'lowest_session': 'cast(facts.lowest_session as ' ~ text_type() ~ ')',
                'latest': as_figure('facts.alliance_last'),
                'session': 'cast(facts.last_scored_session as ' ~ text_type() ~ ')',
            }
        ) }}
        || {{ fill_words(
            'case when facts.outcome_n = 0 then templates.outcome_none'
            ~ ' when facts.outcome_n = 1 or facts.change_name is null then templates.outcome_one'
            ~ ' else templates.outcome_many end',
            {
                'measure': 'facts.outcome_measure',
                'first': as_figure('facts.outcome_first'),
                'latest': as_figure('facts.outcome_last'),
                'session': 'cast(facts.outcome_session as ' ~ text_type() ~ ')',
                'change': 'facts.change_name',
            }
        ) }} as summary,
        {{ fill_words('templates.sure_forms', {
            'scored': 'cast(facts.scored_n as ' ~ text_type() ~ ')',
            'attended': 'cast(facts.attended_sessions as ' ~ text_type() ~ ')',
        }) }}
        || case when facts.alliance_n < 3 then templates.sure_few else '' end
        || case when facts.is_uninformative_ceiling then templates.sure_ceiling else '' end
        || case when facts.instruments_n > 1 then templates.sure_switched else '' end
        || case when facts.outcome_n < 2 then templates.sure_unpaired else '' end
        || case when facts.confidence = 'low' then templates.sure_low_confidence else '' end
            as how_sure,
        facts.scored_n
    from facts
    cross join templates
)

select * from int_case__sentences
