"""The truth about Ekby: every comparison once, nothing where nothing is planted, plants of the sizes they say."""

from __future__ import annotations

import statistics
from dataclasses import replace

import pytest

from jamlik.model.groupings import group_of
from jamlik.model.questions import Comparison, comparisons, question_key
from jamlik.sources.ekby import PLANTS, SERVICES, Plant, ekby_dimensions, ekby_indicators, ekby_truth
from jamlik.sources.ekby.grid import population_grid
from jamlik.sources.ekby.plants import PlantKind, is_target
from jamlik.sources.ekby.services import service_spec
from jamlik.sources.ekby.truth import group_text, service_truth

services = pytest.mark.parametrize("spec", SERVICES, ids=lambda spec: spec.name)
PLANTED = [row for row in ekby_truth() if row.planted]


def row_of(indicator: str, group: str, reference: str):
    return next(
        row for row in ekby_truth() if (row.indicator, row.group, row.reference) == (indicator, group, reference)
    )


@services
def test_truth_of_service_holds_every_comparison_once(spec):
    asked = comparisons(ekby_dimensions(spec.name))
    expected = {
        question_key(indicator=indicator, comparison=comparison)
        for indicator in ekby_indicators(spec.name)
        for comparison in asked
    }
    keys = [row.question_key for row in ekby_truth() if row.service == spec.name]
    assert len(keys) == len(set(keys)) == len(asked) * len(spec.outcomes)
    assert set(keys) == expected


@services
def test_truth_without_plants_is_exactly_zero_everywhere(spec):
    for row in service_truth(spec, plants=()):
        assert row.expected_gap == 0.0
        assert row.trend_expected == 0.0
        assert row.expected_gap_adjusted == (None if spec.covariate is None else 0.0)
        assert row.expected_level == row.expected_level_reference
        assert (row.planted, row.influenced_by, row.oracle_power, row.explained) == ("", "", None, "")


def test_comparison_that_no_plant_touches_is_exactly_zero():
    untouched = [row for row in ekby_truth() if not row.influenced_by]
    assert len(untouched) > 900
    assert all(row.expected_gap == 0.0 and row.trend_expected == 0.0 for row in untouched)
    assert not any(row.planted for row in untouched)


def test_comparison_with_a_gap_or_a_trend_names_the_plants_behind_it():
    for row in ekby_truth():
        if row.expected_gap or row.trend_expected:
            assert row.influenced_by
        assert set(row.planted.split()) <= set(row.influenced_by.split())


def test_three_indicators_are_noise_only():
    noise = {indicator for spec in SERVICES for indicator in ekby_indicators(spec.name)} - {
        row.indicator for row in ekby_truth() if row.influenced_by
    }
    assert noise == {"local:fast_omsorgskontakt", "local:fatt_paminnelse", "local:svarat_pa_enkat"}


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.id)
def test_plant_is_detectable_but_not_trivial(plant):
    powers = [power for row in PLANTED if plant.id in row.planted.split() for power in _powers(row)]
    assert powers
    assert all(0.60 <= power <= 0.99 for power in powers)


def _powers(row):
    return [row.oracle_power, *([row.oracle_power_adjusted] if row.oracle_power_adjusted else [])]


def test_power_follows_from_gap_and_standard_error():
    normal = statistics.NormalDist()
    for row in PLANTED:
        distance = abs(row.expected_gap) / row.expected_se
        assert row.oracle_power == pytest.approx(
            normal.cdf(distance - 1.959964) + normal.cdf(-distance - 1.959964), abs=1e-3
        )


def test_powers_spread_around_ninety_percent():
    powers = [row.oracle_power for row in PLANTED]
    assert 0.87 <= statistics.median(powers) <= 0.93
    assert min(powers) < 0.70
    assert max(powers) > 0.97


@pytest.mark.parametrize(
    ("indicator", "group", "reference", "gap", "slope"),
    [
        ("local:behorig_till_gymnasiet", "sex=K", "sex=M", 11.0, 0.0),
        ("local:meritvarde", "sex=K", "sex=M", 8.8, -2.2),
        ("local:inskriven", "area=E04", "area=!E04", -7.4, 0.0),
        ("local:nojd", "sex=K", "sex=M", -8.5, -1.7),
        ("local:beviljade_timmar", "sex=K", "sex=M", -3.9, 0.0),
        ("local:aktiv_lantagare", "sex=K,age=16-24", "sex=M,age=16-24", 6.7, 0.0),
        ("local:besokt_program", "sex=K", "sex=M", 2.6, -0.6),
        ("local:besokt_program", "age=65-", "age=!65-", 3.1, 0.0),
        ("local:foreningsmedlem", "sex=K,area=E03", "sex=M,area=E03", -9.5, 0.0),
        ("local:foreningsmedlem", "sex=K,age=17-20,area=E01", "sex=M,age=17-20,area=E01", -16.0, 0.0),
    ],
)
def test_gap_and_trend_are_those_of_the_plant(indicator, group, reference, gap, slope):
    row = row_of(indicator, group, reference)
    assert row.expected_gap == pytest.approx(gap, abs=1e-9)
    assert row.trend_expected == pytest.approx(slope, abs=1e-9)


def test_rest_of_the_municipality_holds_the_other_plants():
    # By hand: each plant's size times the share of the rest who are in its group.
    row = row_of("local:foreningsmedlem", "area=E08", "area=!E08")
    girls, e01, e03, e07, rest = 0.49, 0.17, 0.14, 0.10, 0.92
    expected = (6.8 * e07 + 9.5 * girls * e03 + 16.0 * girls * 0.26 * e01) / rest
    assert row.expected_gap == pytest.approx(expected, abs=1e-9)
    assert row.planted == ""
    assert row.influenced_by == "idrott-flickor idrott-omrade-okar idrott-flickor-unga"


def test_composition_explains_its_gap_in_full():
    for indicator in ("local:behorig_till_gymnasiet", "local:meritvarde"):
        row = row_of(indicator, "area=E06", "area=!E06")
        assert row.expected_gap < -10.0
        assert row.expected_gap_adjusted == 0.0
        assert row.explained == "yes"
        assert row.oracle_power_adjusted is None


def test_effect_remains_after_adjustment():
    for indicator, group, reference in (
        ("local:inskriven", "area=E04", "area=!E04"),
        ("local:beviljade_timmar", "sex=K", "sex=M"),
    ):
        row = row_of(indicator, group, reference)
        assert row.expected_gap_adjusted == pytest.approx(row.expected_gap, abs=1e-9)
        assert row.explained == "no"


def test_gap_that_levels_down_closes_while_the_better_off_lose():
    spec = service_spec("bibliotek")
    grid = population_grid(spec)
    women = grid.position["sex"] == 0
    level = grid.level["besokt_program"]
    ordinary = grid.position["age"] == 0
    own, other = level[:, women & ordinary].mean(axis=1), level[:, ~women & ordinary].mean(axis=1)
    assert (own > other).all()
    assert own[-1] < own[0]
    assert own[-1] - other[-1] < own[0] - other[0]


def test_plant_that_is_new_is_not_there_before_its_first_year():
    plant = next(plant for plant in PLANTS if plant.id == "kotid-ny")
    assert [plant.size_in(year) for year in (2021, 2022, 2024)] == [0.0, 7.2, 7.2]


def test_plant_ids_are_unique_and_name_what_exists():
    assert len({plant.id for plant in PLANTS}) == len(PLANTS)
    for plant in PLANTS:
        slugs = {outcome.slug for outcome in service_spec(plant.service).outcomes}
        assert plant.indicator in slugs or plant.kind is PlantKind.COMPOSITION


def test_target_of_a_plant_among_boys_is_girls_against_boys():
    plant = Plant("x", "idrott", "foreningsmedlem", group_of(area="E01", sex="M"), 0.1)
    here = Comparison(group_of(area="E01", sex="K"), group_of(area="E01", sex="M"), "sex")
    across = Comparison(group_of(area="E01", sex="M"), group_of(area="!E01", sex="M"), "area")
    others = Comparison(group_of(area="E01", sex="K"), group_of(area="!E01", sex="K"), "area")
    wider = Comparison(group_of(sex="K"), group_of(sex="M"), "sex")
    found = [is_target(comparison, plant=plant) for comparison in (here, across, others, wider)]
    assert found == [True, True, False, False]


@pytest.mark.parametrize("size", [0.5, -0.7])
def test_plant_that_leaves_the_scale_is_refused(size):
    plant = replace(next(plant for plant in PLANTS if plant.id == "skola-kon"), size=size)
    with pytest.raises(ValueError, match="behorig_till_gymnasiet"):
        population_grid(service_spec("grundskola"), plants=(plant,))


def test_composition_that_leaves_nobody_at_a_level_is_refused():
    plant = replace(next(plant for plant in PLANTS if plant.kind is PlantKind.COMPOSITION), size=0.38)
    with pytest.raises(ValueError, match="nobody"):
        population_grid(service_spec("grundskola"), plants=(plant,))


def test_group_is_written_with_sex_age_and_area_first():
    assert group_text(group_of(area="E03", sex="K", age="7-12")) == "sex=K,age=7-12,area=E03"
    assert group_text(group_of(smaomrade="!E0301")) == "smaomrade=!E0301"
