-- The macro's list of characteristics and the seed that explains them hold the same names.
with named as (
    {% for term in casemix_terms() -%}
        select '{{ term }}' as term
        {% if not loop.last %}union all{% endif %}
    {% endfor -%}
),

collected as (
    select term
    from {{ ref('casemix_terms') }}
    where is_collected
)

select
    named.term as in_macro,
    collected.term as in_seed
from named
full outer join collected on named.term = collected.term
where named.term is null or collected.term is null
