-- The bare script of `benchmarks/intake.py`: the same work in DuckDB alone, without a single check.
-- Reads the file as text, makes HMAC-SHA256 of each distinct id from two calls of sha256, gives
-- the columns their types and writes Parquet. Braces are filled in by the benchmark.
create macro utc(text) as timezone('UTC', timezone('{zone}', {time}));

create temp table rows as
select {columns}
from read_csv('{file}', all_varchar = true, header = true, delim = ',', quote = '"');

create macro pseudonym(entity, id) as left(
    sha256(
        from_hex('{outer}')
        || unhex(sha256(from_hex('{inner}') || encode(entity || '|{namespace}|' || lower(trim(id)))))
    ),
    32
);

create temp table response as
select id, pseudonym('response', id) as key from (select distinct response_id as id from rows);

create temp table client as
select id, pseudonym('client', id) as key from (select distinct client_id as id from rows);

create temp table clinician as
select id, pseudonym('clinician', id) as key from (select distinct clinician_id as id from rows);

create temp table session as
select id, pseudonym('session', id) as key from (select distinct session_id as id from rows);

create temp table episode as
select id, pseudonym('episode', id) as key from (select distinct episode_id as id from rows);

copy (
    select
        response.key as response_key,
        client.key as client_key,
        utc(rows.completed_at) as completed_at,
        cast({time_of_row} as date) as completed_on,
        lower(rows.instrument) as instrument,
        lower(rows.scale) as scale,
        cast(rows.score as double) as score,
        lower(rows.respondent) as respondent,
        clinician.key as clinician_key,
        session.key as session_key,
        episode.key as episode_key,
        lower(rows.timing) as timing
    from rows
    left join response on response.id = rows.response_id
    left join client on client.id = rows.client_id
    left join clinician on clinician.id = rows.clinician_id
    left join session on session.id = rows.session_id
    left join episode on episode.id = rows.episode_id
) to '{target}' (format parquet, compression zstd);
