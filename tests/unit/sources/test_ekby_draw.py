"""People of Ekby: what is counted among them agrees with the truth, by an oracle that knows nothing of the grid."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jamlik.sources.ekby import SERVICES, draw_service, ekby_dimensions, ekby_indicators, ekby_population, ekby_truth
from jamlik.sources.ekby.services import service_spec
from tests.support.oracle import People, adjusted_verdict, gap_verdict, group_from, trend_verdict

services = pytest.mark.parametrize("spec", SERVICES, ids=lambda spec: spec.name)
LAST = {spec.name: spec.periods[-1] for spec in SERVICES}


def rows_of(service: str):
    return [row for row in ekby_truth() if row.service == service]


def scale_of(row) -> float:
    return ekby_indicators(row.service)[row.indicator].multiplier


def told(row) -> dict[str, str]:
    return {"indicator": row.indicator, "group": row.group, "reference": row.reference}


@pytest.fixture(scope="module", params=SERVICES, ids=lambda spec: spec.name)
def many(request):
    """Thirty draws of a service as one, last period only: thirty times as many people, the same expectations."""
    rng = np.random.default_rng(20240607)
    name = request.param.name
    drawn = [draw_service(name, rng=rng) for _ in range(30)]
    last = [table.filter(pc.equal(table["period"], LAST[name])) for table in drawn]
    return name, People(pa.concat_tables(last))


def test_gaps_counted_agree_with_the_truth(many):
    service, people = many
    distances = []
    for row in rows_of(service):
        verdict = gap_verdict(people, period=LAST[service], **told(row))
        distances.append((verdict.gap - row.expected_gap / scale_of(row)) / verdict.se)
    assert np.max(np.abs(distances)) < 4.5
    assert 0.6 < np.mean(np.square(distances)) < 1.6


def test_levels_counted_agree_with_the_truth(many):
    service, people = many
    distances = []
    for row in rows_of(service):
        for group, expected in ((row.group, row.expected_level), (row.reference, row.expected_level_reference)):
            values = people.values[row.indicator][people.among(group_from(group), period=LAST[service])]
            answered = values[~np.isnan(values)]
            se = np.std(answered) / np.sqrt(answered.size)
            distances.append((np.mean(answered) - expected / scale_of(row)) / se)
    assert np.max(np.abs(distances)) < 4.5
    assert 0.6 < np.mean(np.square(distances)) < 1.6


def test_adjusted_gaps_counted_agree_with_the_truth(many):
    service, people = many
    covariate = service_spec(service).covariate
    if covariate is None:
        assert all(row.expected_gap_adjusted is None for row in rows_of(service))
        return
    distances = []
    for row in rows_of(service):
        verdict = adjusted_verdict(people, period=LAST[service], covariate=covariate.name, **told(row))
        distances.append((verdict.gap - row.expected_gap_adjusted / scale_of(row)) / verdict.se)
    assert np.max(np.abs(distances)) < 4.5
    assert 0.6 < np.mean(np.square(distances)) < 1.6


def test_base_counted_agrees_with_the_truth(many):
    service, people = many
    for row in rows_of(service)[::7]:
        inside = people.among(group_from(row.group), period=LAST[service])
        counted = np.sum(inside & ~np.isnan(people.values[row.indicator])) / 30
        assert counted == pytest.approx(row.base_n, abs=5.0 * np.sqrt(row.base_n / 30) + 0.1)


@services
def test_trends_counted_agree_with_the_truth(spec):
    rng = np.random.default_rng(7)
    people = People(pa.concat_tables([draw_service(spec.name, rng=rng) for _ in range(10)]))
    years = {period: float(2019 + place) for place, period in enumerate(spec.periods)}
    for row in [row for row in rows_of(spec.name) if row.planted or row.dimension == "sex"]:
        verdict = trend_verdict(people, years=years, **told(row))
        assert abs(verdict.gap - row.trend_expected / scale_of(row)) < 4.0 * verdict.se


@pytest.mark.parametrize("service", ["grundskola", "forskola", "hemtjanst", "idrott"])
def test_oracle_power_by_simulation_agrees_with_the_analytic_one(service):
    draws, rng = 200, np.random.default_rng(11)
    planted = [row for row in rows_of(service) if row.planted]
    spec = service_spec(service)
    years = {period: float(place) for place, period in enumerate(spec.periods)}
    found = np.zeros((len(planted), 3))
    for _ in range(draws):
        people = People(draw_service(service, rng=rng))
        for place, row in enumerate(planted):
            found[place, 0] += gap_verdict(people, period=LAST[service], **told(row)).found
            if row.oracle_power_adjusted and spec.covariate:
                by = spec.covariate.name
                found[place, 1] += adjusted_verdict(people, period=LAST[service], covariate=by, **told(row)).found
            if row.oracle_power_trend:
                found[place, 2] += trend_verdict(people, years=years, **told(row)).found
    for place, row in enumerate(planted):
        powers = (row.oracle_power, row.oracle_power_adjusted, row.oracle_power_trend)
        for power, share in zip(powers, found[place] / draws, strict=True):
            if power:
                assert share == pytest.approx(power, abs=4.0 * np.sqrt(power * (1 - power) / draws) + 0.01), row.planted


def test_oracle_finds_nothing_more_often_than_it_should():
    draws, rng, found = 200, np.random.default_rng(13), []
    row = next(row for row in rows_of("idrott") if row.indicator == "local:svarat_pa_enkat" and row.group == "sex=K")
    for _ in range(draws):
        people = People(draw_service("idrott", rng=rng))
        found += [
            gap_verdict(people, indicator=row.indicator, group="sex=K", reference="sex=M", period=period).found
            for period in service_spec("idrott").periods
        ]
    assert np.mean(found) == pytest.approx(0.05, abs=0.02)


@services
def test_table_has_the_columns_that_a_reader_gives(spec):
    table = draw_service(spec.name, rng=np.random.default_rng(3))
    dimensions, indicators = ekby_dimensions(spec.name), ekby_indicators(spec.name)
    assert table.column_names == ["period", *(d.name for d in dimensions), *indicators]
    assert table.num_rows == sum(spec.people)
    for dimension in dimensions:
        assert set(table[dimension.name].unique().to_pylist()) == set(dimension.codes)
    for name in indicators:
        assert table[name].type == pa.float64()


def test_kommundel_is_the_one_the_small_area_lies_in():
    table = draw_service("forskola", rng=np.random.default_rng(3))
    pairs = set(zip(table["area"].to_pylist(), table["smaomrade"].to_pylist(), strict=True))
    assert len(pairs) == 24
    assert all(part.startswith(area) for area, part in pairs)


@pytest.mark.parametrize(
    ("service", "indicator", "low", "high"),
    [
        ("grundskola", "local:meritvarde", 60, 340),
        ("forskola", "local:kotid_dagar", 0, 500),
        ("hemtjanst", "local:beviljade_timmar", 0, 400),
    ],
)
def test_numbers_lie_where_such_numbers_can_lie(service, indicator, low, high):
    values = draw_service(service, rng=np.random.default_rng(5))[indicator]
    assert pc.min(values).as_py() >= low
    assert pc.max(values).as_py() <= high


def test_some_do_not_answer_and_everything_else_is_complete():
    for spec in SERVICES:
        table = draw_service(spec.name, rng=np.random.default_rng(9))
        silent = {name: table[name].null_count / table.num_rows for name in table.column_names}
        nojd = silent.pop("local:nojd", 0.06)
        assert nojd == pytest.approx(0.06, abs=0.015)
        assert not any(silent.values())


def test_same_seed_gives_the_same_people_and_another_seed_others():
    first, again, other = ekby_population(4), ekby_population(4), ekby_population(5)
    assert first == again
    assert all(first[name] != other[name] for name in first)


def test_people_without_plants_do_not_differ():
    rng = np.random.default_rng(17)
    people = People(pa.concat_tables([draw_service("grundskola", rng=rng, plants=()) for _ in range(20)]))
    planted = [row for row in rows_of("grundskola") if row.planted]
    assert planted
    for row in planted:
        assert abs((verdict := gap_verdict(people, period=row.period, **told(row))).gap) < 4.0 * verdict.se


def test_unknown_service_is_named_in_the_error():
    with pytest.raises(KeyError, match="badhus"):
        draw_service("badhus", rng=np.random.default_rng(0))
