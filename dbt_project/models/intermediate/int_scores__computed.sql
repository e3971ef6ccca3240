with

responses as (
    select * from {{ ref('int_responses__checked') }}
),

items as (
    select * from {{ ref('stg_instrument_items') }}
),

scales as (
    select * from {{ ref('stg_instrument_scales') }}
),

required_items as (
    select * from {{ ref('instrument_required_items') }}
),

parameters as (
    select cast({{ param('total_mismatch_tolerance') }} as decimal(9, 4)) as tolerance
),

-- One row per response and scale it counts for: a WAI item counts for its subscale and the total.
scored_items as (
    select
        responses.response_key,
        responses.instrument_code,
        responses.respondent,
        responses.instrument,
        items.scale,
        responses.value is not null as is_present,
        required_items.item is not null as is_required,
        case
            when responses.is_in_range and items.is_reversed
                then cast(items.minimum + items.maximum - responses.value as decimal(9, 4))
            when responses.is_in_range
                then cast(responses.value as decimal(9, 4))
        end as scored
    from responses
    inner join items
        on responses.instrument = items.instrument and responses.scale = items.item
    left join required_items
        on
            items.instrument = required_items.instrument
            and items.scale = required_items.scale
            and items.item = required_items.item
),

required_counts as (
    select
        instrument,
        scale,
        count(*) as required_count
    from required_items
    group by instrument, scale
),

-- Sums stay decimal: binary fractions would make 16.1 - 15.1 something else than 1.
sums as (
    select
        response_key,
        instrument_code,
        respondent,
        instrument,
        scale,
        count(scored) as items_answered,
        sum(case when is_present then 1 else 0 end) as items_present,
        sum(case when is_required and scored is not null then 1 else 0 end) as required_answered,
        sum(scored) as item_sum
    from scored_items
    group by response_key, instrument_code, respondent, instrument, scale
),

-- metrics.md 1.1 rule 3: the answered items stand for the missing ones, up to max_missing; of the
-- OQ-45 with their mean rounded (1.4). Half a point is rounded up, on every engine.
prorated as (
    select
        sums.response_key,
        sums.instrument_code,
        sums.respondent,
        sums.instrument,
        sums.scale,
        sums.items_answered,
        sums.items_present,
        scales.method,
        scales.item_count,
        case
            when
                sums.items_answered > 0
                and scales.item_count - sums.items_answered <= scales.max_missing
                and sums.required_answered = coalesce(required_counts.required_count, 0)
                then
                    scales.multiplier
                    * case
                        when scales.method = 'mean'
                            then cast(sums.item_sum as double) / sums.items_answered
                        when scales.method = 'sum_filled'
                            then
                                cast(sums.item_sum as double)
                                + (scales.item_count - sums.items_answered)
                                * floor(cast(sums.item_sum as double) / sums.items_answered + 0.5)
                        else
                            cast(sums.item_sum as double) * scales.item_count / sums.items_answered
                    end
        end as raw_score
    from sums
    inner join scales
        on sums.instrument = scales.instrument and sums.scale = scales.scale
    left join required_counts
        on
            sums.instrument = required_counts.instrument
            and sums.scale = required_counts.scale
),

subscale_counts as (
    select
        instrument,
        count(*) as subscale_count
    from scales
    where scale != 'total'
    group by instrument
),

-- A total of prorated subscales (WAI, OQ-45, DASS-21, PCL-5) needs every one of them, and no more
-- items missing in all than its own max_missing.
totals_of_scales as (
    select
        prorated.response_key,
        prorated.instrument_code,
        prorated.respondent,
        prorated.instrument,
        scales.method,
        subscale_counts.subscale_count,
        count(prorated.raw_score) as subscales_scored,
        sum(prorated.raw_score) as raw_score
    from prorated
    inner join subscale_counts
        on prorated.instrument = subscale_counts.instrument
    inner join scales
        on
            prorated.instrument = scales.instrument
            and scales.scale = 'total'
            and scales.method = 'sum_of_scales'
    where prorated.scale != 'total'
    group by
        prorated.response_key,
        prorated.instrument_code,
        prorated.respondent,
        prorated.instrument,
        scales.method,
        subscale_counts.subscale_count
),

computed as (
    select
        prorated.response_key,
        prorated.instrument_code,
        prorated.respondent,
        prorated.instrument,
        prorated.scale,
        prorated.items_answered,
        prorated.items_present,
        prorated.item_count,
        cast(
            case
                when prorated.method != 'sum_of_scales' then prorated.raw_score
                when prorated.raw_score is null then null
                when totals_of_scales.subscales_scored = totals_of_scales.subscale_count
                    then totals_of_scales.raw_score
            end as decimal(9, 4)
        ) as computed_score
    from prorated
    left join totals_of_scales
        on
            prorated.response_key = totals_of_scales.response_key
            and prorated.instrument_code = totals_of_scales.instrument_code
            and prorated.respondent = totals_of_scales.respondent
            -- an equality of columns: with a constant here DuckDB compares every row with every row
            and prorated.method = totals_of_scales.method
),

supplied as (
    select
        response_key,
        instrument_code,
        respondent,
        instrument,
        scale,
        is_in_range,
        value is not null as is_present,
        try_cast(value as decimal(9, 4)) as supplied_score
    from responses
    where is_scale
),

united as (
    select
        computed.items_answered,
        computed.item_count,
        computed.computed_score,
        supplied.supplied_score,
        coalesce(computed.response_key, supplied.response_key) as response_key,
        coalesce(computed.instrument_code, supplied.instrument_code) as instrument_code,
        coalesce(computed.respondent, supplied.respondent) as respondent,
        coalesce(computed.instrument, supplied.instrument) as instrument,
        coalesce(computed.scale, supplied.scale) as scale,
        coalesce(computed.items_present, 0) > 0 as has_items,
        coalesce(supplied.is_present, false) as has_supplied,
        coalesce(supplied.is_in_range, false) as is_supplied_in_range
    from computed
    full outer join supplied
        on
            computed.response_key = supplied.response_key
            and computed.instrument_code = supplied.instrument_code
            and computed.respondent = supplied.respondent
            and computed.scale = supplied.scale
),

-- Items decide where there are any; a supplied total speaks only for a form without items.
judged as (
    select
        united.*,
        parameters.tolerance,
        case
            when united.has_items then united.computed_score
            when united.is_supplied_in_range then united.supplied_score
        end as score
    from united
    cross join parameters
),

int_scores__computed as (
    select
        judged.response_key,
        judged.instrument_code,
        judged.respondent,
        judged.instrument,
        judged.scale,
        judged.score,
        case
            when judged.score is null then null
            when judged.has_items then 'computed'
            else 'supplied'
        end as score_source,
        case when judged.has_items then cast(judged.items_answered as integer) end
            as items_answered,
        coalesce(judged.item_count, scales.item_count) as items_expected,
        judged.has_items and judged.items_answered < judged.item_count as is_prorated,
        judged.supplied_score,
        coalesce(
            judged.has_items
            and judged.score is not null
            and judged.has_supplied
            and (
                judged.supplied_score is null
                or abs(judged.supplied_score - judged.score) > judged.tolerance
            ),
            false
        ) as is_total_mismatch,
        case
            when judged.score is not null then null
            when judged.has_supplied and not judged.has_items then 'out_of_range'
            -- a subscale nobody began is not an incomplete one
            when judged.scale = 'total' or judged.items_answered > 0 then 'incomplete'
        end as unscored_rule
    from judged
    inner join scales
        on judged.instrument = scales.instrument and judged.scale = scales.scale
)

select * from int_scores__computed
