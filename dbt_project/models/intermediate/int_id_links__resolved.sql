with recursive

context as (
    select * from {{ ref('stg_context') }}
),

-- Every statement about two identifiers that is in force at as_of; a client export's own
-- merged_into column is one more, undated.
statements as (
    select
        links.entity,
        links.old_key,
        links.new_key,
        links.relation,
        links.effective_at
    from {{ ref('stg_id_links') }} as links
    cross join context
    where links.effective_at is null or cast(links.effective_at as date) <= context.as_of
    union all
    select
        'client' as entity,
        client_key as old_key,
        merged_into_client_key as new_key,
        'merged_into' as relation,
        cast(null as timestamp) as effective_at
    from {{ ref('stg_clients') }}
    where merged_into_client_key is not null
),

-- Of what is said about one pair, in either direction, the latest holds; an undated statement is
-- the oldest, and of two at the same moment the one that keeps people apart holds.
ranked_of_pair as (
    select
        *,
        row_number() over (
            partition by entity, least(old_key, new_key), greatest(old_key, new_key)
            order by
                effective_at desc nulls last,
                case when relation = 'unmerged' then 0 else 1 end asc,
                relation asc,
                old_key asc
        ) as pair_rank
    from statements
    where old_key != new_key
),

ranked_of_old as (
    select
        *,
        row_number() over (
            partition by entity, old_key
            order by effective_at desc nulls last, relation asc, new_key asc
        ) as old_rank
    from ranked_of_pair
    where pair_rank = 1 and relation != 'unmerged'
),

-- at most one way out of every identifier
edges as (
    select
        entity,
        old_key,
        new_key
    from ranked_of_old
    where old_rank = 1
),

-- Everything that can be reached from an identifier. `union` drops what was reached before, so a
-- circle of links ends the walk instead of running for ever.
walks as (
    select
        entity,
        old_key,
        new_key as reached_key
    from edges
    union
    select
        walks.entity,
        walks.old_key,
        edges.new_key as reached_key
    from walks
    inner join edges
        on walks.entity = edges.entity and walks.reached_key = edges.old_key
),

circles as (
    select
        entity,
        old_key as circle_key
    from walks
    where old_key = reached_key
),

-- The end of the chain; in a circle, which has none, the smallest identifier of the circle.
ends as (
    select
        walks.entity,
        walks.old_key,
        coalesce(
            min(case when edges.old_key is null then walks.reached_key end),
            min(case when circles.circle_key is not null then walks.reached_key end)
        ) as canonical_key
    from walks
    left join edges
        on walks.entity = edges.entity and walks.reached_key = edges.old_key
    left join circles
        on walks.entity = circles.entity and walks.reached_key = circles.circle_key
    group by walks.entity, walks.old_key
),

int_id_links__resolved as (
    select
        entity,
        old_key,
        canonical_key
    from ends
    where old_key != canonical_key
)

select * from int_id_links__resolved
