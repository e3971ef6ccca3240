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
        links.effective_at,
        links.generated_at
    from {{ ref('stg_id_links') }} as links
    cross join context
    where links.effective_at is null or cast(links.effective_at as date) <= context.as_of
    union all
    select
        'client' as entity,
        client_key as old_key,
        merged_into_client_key as new_key,
        'merged_into' as relation,
        cast(null as timestamp) as effective_at,
        generated_at
    from {{ ref('stg_clients') }}
    where merged_into_client_key is not null
),

-- Of what is said about one pair, in either direction, the latest holds. An undated link is the
-- oldest; an undated unmerge holds always; of two at the same moment the one that keeps people
-- apart holds.
ranked_of_pair as (
    select
        *,
        row_number() over (
            partition by entity, least(old_key, new_key), greatest(old_key, new_key)
            order by
                case when relation = 'unmerged' and effective_at is null then 0 else 1 end asc,
                effective_at desc nulls last,
                case when relation = 'unmerged' then 0 else 1 end asc,
                generated_at desc nulls last,
                relation asc,
                old_key asc
        ) as pair_rank
    from statements
    where old_key != new_key
),

-- A record is merged into one other, and a name is changed to one other: the latest holds. Of
-- statements that two records are one person all hold.
ranked_of_old as (
    select
        *,
        relation != 'same_person' as has_survivor,
        row_number() over (
            partition by
                entity,
                old_key,
                case when relation = 'same_person' then new_key end
            order by
                effective_at desc nulls last,
                generated_at desc nulls last,
                relation asc,
                new_key asc
        ) as old_rank
    from ranked_of_pair
    where pair_rank = 1 and relation != 'unmerged'
),

edges as (
    select
        entity,
        old_key,
        new_key,
        has_survivor
    from ranked_of_old
    where old_rank = 1
),

-- Everything that the links lead to from an identifier. `union` drops what was reached before, so a
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

-- What may stand for a person: the end of the chains, and where they have none, the circle. A
-- record that others were merged into goes before one that is only said to be the same person.
candidates as (
    select
        edges.entity,
        edges.new_key as candidate_key,
        min(case when edges.has_survivor then 0 else 1 end) as preference
    from edges
    left join edges as further
        on edges.entity = further.entity and edges.new_key = further.old_key
    where further.old_key is null
    group by edges.entity, edges.new_key
    union all
    select
        entity,
        old_key as candidate_key,
        2 as preference
    from walks
    where old_key = reached_key
),

neighbours as (
    select
        entity,
        old_key as identifier_key,
        new_key as neighbour_key
    from edges
    union
    select
        entity,
        new_key as identifier_key,
        old_key as neighbour_key
    from edges
),

-- All identifiers of the person whom a candidate may stand for.
members as (
    select
        entity,
        candidate_key,
        preference,
        candidate_key as member_key
    from candidates
    union
    select
        members.entity,
        members.candidate_key,
        members.preference,
        neighbours.neighbour_key as member_key
    from members
    inner join neighbours
        on
            members.entity = neighbours.entity
            and members.member_key = neighbours.identifier_key
),

ranked_of_member as (
    select
        entity,
        member_key,
        candidate_key,
        row_number() over (
            partition by entity, member_key
            order by preference asc, candidate_key asc
        ) as candidate_rank
    from members
),

int_id_links__resolved as (
    select
        entity,
        member_key as old_key,
        candidate_key as canonical_key
    from ranked_of_member
    where candidate_rank = 1 and member_key != candidate_key
)

select * from int_id_links__resolved
