-- A brace left in a sentence is a word that was not filled in; an empty sentence says nothing.
select
    table_name,
    episode_key
from (
    select
        'supervision_agenda' as table_name,
        episode_key,
        reasons as sentence
    from {{ ref('supervision_agenda') }}
    union all
    select
        'case_summary' as table_name,
        episode_key,
        concat(summary, how_sure, open_rupture_sentence, strength) as sentence
    from {{ ref('case_summary') }}
    union all
    select
        'case_timeline' as table_name,
        episode_key,
        note as sentence
    from {{ ref('case_timeline') }}
) as sentences
where position('{' in sentence) > 0 or position('}' in sentence) > 0 or sentence = ''
