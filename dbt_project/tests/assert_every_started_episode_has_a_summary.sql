-- A case review opens for every episode with an attended session.
select episodes.episode_key
from {{ ref('fct_episode') }} as episodes
left join {{ ref('case_summary') }} as summaries on episodes.episode_key = summaries.episode_key
where episodes.attended_sessions >= 1 and summaries.episode_key is null
