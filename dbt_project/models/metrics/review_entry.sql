with entries as (
    select * from {{ ref('stg_reviews') }}
),

links as (
    select * from {{ ref('int_id_links__resolved') }}
),

episodes as (
    select * from {{ ref('fct_episode') }}
),

clinicians as (
    select * from {{ ref('dim_clinician') }}
),

codes as (
    select * from {{ ref('review_codes') }}
),

-- What a confirmed or dismissed signal is called: a signal rule, or a reason of the agenda
judged as (
    select
        lower(rule_id) as code,
        name
    from {{ ref('signal_rules') }}
    union all
    select
        reason_id as code,
        name
    from {{ ref('agenda_reasons') }}
),

taken_back as (
    select distinct refers_to_key
    from entries
    where kind = 'undone'
),

standing as (
    select
        entries.*,
        cast(entries.recorded_at as date) as recorded_on,
        coalesce(entries.happened_on, cast(entries.recorded_at as date)) as occurred_on,
        coalesce(client_links.canonical_key, entries.client_key) as known_client_key,
        coalesce(clinician_links.canonical_key, entries.clinician_key) as known_clinician_key,
        coalesce(author_links.canonical_key, entries.author_key) as known_author_key
    from entries
    left join taken_back on entries.entry_key = taken_back.refers_to_key
    left join links as client_links
        on entries.client_key = client_links.old_key and client_links.entity = 'client'
    left join links as clinician_links
        on
            entries.clinician_key = clinician_links.old_key
            and clinician_links.entity = 'clinician'
    left join links as author_links
        on entries.author_key = author_links.old_key and author_links.entity = 'clinician'
    where entries.kind != 'undone' and taken_back.refers_to_key is null
),

-- A merge gives a derived episode another key: then it is the one of the same two people that ran
-- at that time.
candidates as (
    select
        standing.entry_key,
        episodes.episode_key,
        row_number() over (
            partition by standing.entry_key
            order by episodes.opened_on desc, episodes.episode_key asc
        ) as preference
    from standing
    left join episodes as named on standing.episode_key = named.episode_key
    inner join episodes
        on
            standing.known_client_key = episodes.client_key
            and standing.known_clinician_key = episodes.clinician_key
            and standing.occurred_on >= episodes.opened_on
    where named.episode_key is null
),

review_entry as (
    select
        standing.entry_key,
        standing.kind,
        kind_words.words as kind_words,
        coalesce(found.episode_key, standing.episode_key) as episode_key,
        coalesce(found.client_key, standing.known_client_key) as client_key,
        coalesce(found.clinician_key, standing.known_clinician_key) as clinician_key,
        found.episode_key is not null as is_case_known,
        standing.author_role,
        standing.known_author_key as author_key,
        authors.clinician_label as author_label,
        standing.recorded_at,
        standing.recorded_on,
        standing.happened_on,
        standing.occurred_on,
        standing.until_on,
        standing.code,
        coalesce(code_words.words, judged.name, standing.code) as code_words,
        standing.done_by,
        coalesce(done_by_words.words, standing.done_by) as done_by_words,
        standing.due_on,
        standing.session_index,
        standing.refers_to_key,
        standing.release_id
    from standing
    left join candidates
        on standing.entry_key = candidates.entry_key and candidates.preference = 1
    left join episodes as found
        on coalesce(candidates.episode_key, standing.episode_key) = found.episode_key
    left join clinicians as authors on standing.known_author_key = authors.clinician_key
    left join codes as kind_words
        on standing.kind = kind_words.code and kind_words.list = 'kind'
    left join codes as code_words
        on
            standing.code = code_words.code
            and code_words.list = case standing.kind
                when 'deferred' then 'defer_reason'
                when 'planned' then 'step'
                when 'step_closed' then 'step_outcome'
            end
    left join judged on standing.code = judged.code
    left join codes as done_by_words
        on standing.done_by = done_by_words.code and done_by_words.list = 'done_by'
)

select * from review_entry
