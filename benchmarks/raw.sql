-- The bare comparison: the same two files, the same five tables, nothing else. No pseudonyms, no
-- row checks, no contracts, no tests, no release. Names follow the release, so a reader can
-- compare the counts. {folder} and {as_of} are filled in by benchmarks/__main__.py.

create table sessions as
select * from read_csv('{folder}/sessions.csv', all_varchar = true);

create table feedback as
select * from read_csv('{folder}/feedback.csv', all_varchar = true);

create table fct_session as
with typed as (
    select
        session_id, client_id, clinician_id, status,
        started_at::timestamp as started_at,
        started_at::timestamp::date as started_on,
        status in ('attended', 'attended_late') as is_attended
    from sessions
),
gaps as (
    select
        *,
        lag(started_on) over (
            partition by client_id, clinician_id, is_attended order by started_at, session_id
        ) as previous_on
    from typed
),
courses as (
    select
        *,
        sum(case when is_attended and started_on - previous_on >= 90 then 1 else 0 end) over (
            partition by client_id, clinician_id order by started_at, session_id
        ) as course
    from gaps
)
select
    *,
    md5(client_id || clinician_id || course) as episode_key,
    case when is_attended then row_number() over (
        partition by client_id, clinician_id, course, is_attended order by started_at, session_id
    ) end as session_index
from courses;

create table fct_score as
select
    response_id,
    any_value(f.client_id) as client_id,
    any_value(s.episode_key) as episode_key,
    any_value(s.session_index) as session_index,
    sum(f.score::decimal(9, 4)) as score
from feedback as f
left join fct_session as s on f.session_id = s.session_id
group by response_id
having count(*) = 4;

create table fct_episode as
with attended as (
    select
        episode_key, started_on,
        started_on - lag(started_on) over (partition by episode_key order by session_index) as gap
    from fct_session
    where is_attended
)
select
    episode_key,
    count(*) as attended_sessions,
    max(started_on) as last_attended_on,
    greatest(42, 3 * coalesce(median(gap), 0)) as lapse_days,
    date '{as_of}' - max(started_on) >= greatest(42, 3 * coalesce(median(gap), 0)) as has_lapsed
from attended
group by episode_key;

create table episode_alliance as
select
    episode_key,
    count(*) as n_scores,
    avg(score) filter (where session_index <= 3) as early_1_3,
    min(score) as minimum,
    regr_slope(score::double, session_index) as slope
from fct_score
where session_index is not null
group by episode_key;

create table episode_ending as
with last_appointment as (
    select episode_key, arg_max(status, started_at) in ('no_show', 'late_cancel') as missed_last
    from fct_session
    group by episode_key
)
select e.*, e.has_lapsed as is_ended, e.has_lapsed as is_dropout_d1, l.missed_last
from fct_episode as e
inner join last_appointment as l on e.episode_key = l.episode_key;
