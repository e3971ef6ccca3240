with pairs as (
    select * from {{ ref('int_attunement__pairs') }}
),

means as (
    select
        episode_key,
        client_key,
        clinician_key,
        instrument,
        clinician_instrument,
        count(*) as n_pairs,
        max(session_on) as last_pair_on,
        count(case when is_overestimated then 1 end) as overestimated_n,
        {{ safe_ratio(exact_sum('client_pomp'), 'count(*)') }} as client_mean,
        {{ safe_ratio(exact_sum('clinician_pomp'), 'count(*)') }} as clinician_mean,
        {{ safe_ratio(exact_sum('difference'), 'count(*)') }} as bias,
        {{ safe_ratio(exact_sum('abs(difference)'), 'count(*)') }} as mad
    from pairs
    group by episode_key, client_key, clinician_key, instrument, clinician_instrument
),

squares as (
    select
        means.episode_key,
        means.instrument,
        means.clinician_instrument,
        {{ centred_sum('pairs.client_pomp', 'means.client_mean') }} as s_xx,
        {{ centred_sum('pairs.clinician_pomp', 'means.clinician_mean') }} as s_yy,
        {{ centred_sum(
            'pairs.client_pomp', 'means.client_mean',
            'pairs.clinician_pomp', 'means.clinician_mean'
        ) }} as s_xy
    from means
    inner join pairs
        on
            means.episode_key = pairs.episode_key
            and means.instrument = pairs.instrument
            and means.clinician_instrument = pairs.clinician_instrument
    group by means.episode_key, means.instrument, means.clinician_instrument
),

measured as (
    select
        means.*,
        squares.s_xx,
        squares.s_yy,
        squares.s_xy,
        means.n_pairs >= {{ param('attunement_min_pairs') }} as is_enough
    from means
    inner join squares
        on
            means.episode_key = squares.episode_key
            and means.instrument = squares.instrument
            and means.clinician_instrument = squares.clinician_instrument
),

attunement as (
    select
        {{ row_key([
            "'attunement'", 'episode_key', 'instrument', 'clinician_instrument'
        ]) }} as attunement_key,
        episode_key,
        client_key,
        clinician_key,
        instrument,
        clinician_instrument,
        n_pairs,
        last_pair_on,
        round(client_mean, 12) as client_mean,
        round(clinician_mean, 12) as clinician_mean,
        round(bias, 12) as bias,
        round(mad, 12) as mad,
        round(
            sqrt(greatest(0.0, s_xx + s_yy - 2 * s_xy) / nullif(n_pairs - 1, 0)), 12
        ) as difference_sd,
        overestimated_n,
        {{ safe_ratio('overestimated_n', 'n_pairs') }} as overestimated_share,
        case when is_enough then round({{ correlation('s_xx', 's_yy', 's_xy') }}, 12) end
            as tracking_r,
        case
            when is_enough
                then round({{ icc_a1('n_pairs', 's_xx', 's_yy', 's_xy', 'bias') }}, 12)
        end as icc_a1,
        case
            when is_enough
                then round({{ concordance('n_pairs', 's_xx', 's_yy', 's_xy', 'bias') }}, 12)
        end as ccc,
        cast({{ param('params_version') }} as integer) as params_version
    from measured
)

select * from attunement
