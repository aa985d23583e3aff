"""Unordered inequality against WHO's healthequal, closed forms, simulation and its own laws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from jamlik.stats import attributable_risk, between_group_spread, entropy_index, mean_deviation

Columns = dict[str, npt.NDArray[np.str_]]
Golden = Callable[[str], Columns]
UNORDERED = {"who_nonordered_sba": 100.0, "who_nonordered_u5mr": 1000.0}
ALL = {"who_ordered_sba": 100.0, "who_ordered_u5mr": 1000.0} | UNORDERED
Z = {0.95: 1.959963984540054, 0.9: 1.6448536269514722}
groups = st.lists(st.tuples(st.floats(0.2, 0.95), st.floats(0.001, 0.1), st.integers(1, 500)), min_size=2, max_size=8)


def who_groups(golden: Golden, dataset: str) -> dict[str, Any]:
    rows = golden("healthequal/aggregated_input.csv")
    here = rows["dataset"] == dataset
    data: dict[str, Any] = {name: rows[name][here].astype(float) for name in ("estimate", "se", "population")}
    data["average"] = float(rows["setting_average"][here][0])
    data["favourable"] = rows["favourable_indicator"][here][0] == "1"
    data["reference"] = int(np.argmax(rows["reference_subgroup"][here] == "1"))
    data["best"] = int(np.argmax(data["estimate"]) if data["favourable"] else np.argmin(data["estimate"]))
    return data


def who_rows(golden: Golden, file: str, **wanted: str) -> list[dict[str, str]]:
    table = golden(f"healthequal/{file}.csv")
    rows = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    return [row for row in rows if all(row[name] == cell for name, cell in wanted.items())]


def confidence_of(options: str) -> float:
    return 0.9 if options.endswith("0.9") else 0.95


@pytest.mark.parametrize("dataset", UNORDERED)
@pytest.mark.parametrize("measure", ["bgv", "ti", "mld"])
def test_variance_and_entropy_on_who_cases_match(golden: Golden, dataset: str, measure: str) -> None:
    data = who_groups(golden, dataset)
    given_data = {"value": data["estimate"], "population": data["population"], "se": data["se"]}
    rows = who_rows(golden, "expected" if measure == "bgv" else "corrected", dataset=dataset, measure=measure)
    assert len(rows) == 2
    prefix = "" if measure == "bgv" else "corrected_"
    for row in rows:
        confidence = confidence_of(row["options"])
        if measure == "bgv":
            found, times = between_group_spread(**given_data, measure="variance", confidence=confidence), 1
        else:
            kind: Any = "theil" if measure == "ti" else "log_deviation"
            found, times = entropy_index(**given_data, measure=kind, confidence=confidence), 1000
        half = Z[confidence] * found.se
        mine = np.array([found.value, found.se, found.value - half, found.value + half]) * times
        wanted = [float(row[prefix + name]) for name in ("estimate", "se", "lowerci", "upperci")]
        np.testing.assert_allclose(mine, wanted, rtol=1e-9)


@pytest.mark.parametrize("dataset", UNORDERED)
def test_deviation_and_variation_on_who_cases_match(golden: Golden, dataset: str) -> None:
    data = who_groups(golden, dataset)
    for name, kind, times in (("bgsd", "deviation", 1), ("covar", "variation", 100)):
        found = between_group_spread(
            value=data["estimate"], population=data["population"], se=data["se"], measure=kind  # type: ignore[arg-type]
        )  # fmt: skip
        row = who_rows(golden, "expected", dataset=dataset, measure=name)[0]
        assert found.value * times == pytest.approx(float(row["estimate"]), rel=1e-9)
        assert found.corrected.value < found.value


DISTANCES = {
    "mdmu": {"weighted": False}, "mdmw": {"weighted": True},
    "mdbu": {"weighted": False, "centre_group": "best"}, "mdbw": {"weighted": True, "centre_group": "best"},
    "mdru": {"weighted": False, "centre_group": "reference"}, "mdrw": {"weighted": True, "centre_group": "reference"},
    "idisu": {"weighted": False, "relative": True}, "idisw": {"weighted": True, "relative": True},
}  # fmt: skip


@pytest.mark.parametrize("dataset", UNORDERED)
@pytest.mark.parametrize("measure", DISTANCES)
def test_mean_deviation_on_who_cases_matches(golden: Golden, dataset: str, measure: str) -> None:
    data = who_groups(golden, dataset)
    options: dict[str, Any] = dict(DISTANCES[measure])
    kind = options.pop("centre_group", "")
    if kind == "best":
        options["best"] = "highest" if data["favourable"] else "lowest"
    elif kind:
        options["centre_group"] = data[kind]
    times = 100 if options.get("relative") else 1
    for row in who_rows(golden, "expected", dataset=dataset, measure=measure):
        average = row["options"].startswith("setting_average")
        centre = {"centre": data["average"]} if average else {}
        draws = 40_000
        found = mean_deviation(
            value=data["estimate"], population=data["population"], se=data["se"],
            bounds=(0, UNORDERED[dataset]), draws=draws, rng=np.random.default_rng(1), **options, **centre,
        )  # fmt: skip
        assert found.value * times == pytest.approx(float(row["estimate"]), rel=1e-9)
        variants = {"setting_average"} if average else {"", "pop", "resimulated mean"}
        (reference,) = [
            r for r in who_rows(golden, "simci_reference", dataset=dataset, measure=measure) if r["variant"] in variants
        ]
        wanted = np.array([float(reference["lowerci"]), float(reference["upperci"])])
        np.testing.assert_allclose([found.low * times, found.high * times], wanted, atol=0.01 * np.ptp(wanted), rtol=0)


@pytest.mark.parametrize("dataset", ALL)
def test_attributable_risk_on_who_cases_matches(golden: Golden, dataset: str) -> None:
    data = who_groups(golden, dataset)
    best = len(data["estimate"]) - 1 if dataset.startswith("who_ordered") else data["best"]
    for confidence in (0.95, 0.9):
        risk, fraction = attributable_risk(
            value=data["estimate"], population=data["population"], best_group=best, scale=ALL[dataset],
            confidence=confidence,
        )  # fmt: skip
        options = f"pop+scaleval; conf.level={confidence}"
        row = who_rows(golden, "expected", dataset=dataset, measure="parisk", options=options)[0]
        wanted = [float(row[name]) for name in ("estimate", "lowerci", "upperci")]
        np.testing.assert_allclose([risk.value, risk.low, risk.high], wanted, rtol=1e-9)
        row = who_rows(golden, "corrected", dataset=dataset, measure="paf", options=options)[0]
        wanted = [float(row[f"corrected_{name}"]) for name in ("estimate", "lowerci", "upperci")]
        np.testing.assert_allclose(100 * np.array([fraction.value, fraction.low, fraction.high]), wanted, rtol=1e-9)


def test_two_groups_against_the_exact_distribution_match() -> None:
    # With two groups the variance is p1 p2 d², and d is normal: its square over its variance is noncentral chi-square.
    value, se, people = np.array([0.4, 0.5]), np.array([0.02, 0.025]), np.array([300, 100])
    found = between_group_spread(value=value, population=people, se=se, measure="deviation").corrected
    noise = np.hypot(*se)
    for limit, tail in ((found.low, 0.975), (found.high, 0.025)):
        gap = float(limit) / np.sqrt(0.75 * 0.25)
        assert scipy_stats.ncx2.cdf((0.1 / noise) ** 2, 1, (gap / noise) ** 2) == pytest.approx(tail, abs=1e-6)


def test_entropy_by_hand() -> None:
    value, share = np.array([1.0, 2, 6]), np.array([0.5, 0.3, 0.2])
    mean = share @ value
    theil = entropy_index(value=value, population=share * 40).value
    assert theil == pytest.approx((share * value / mean * np.log(value / mean)).sum())
    log_deviation = entropy_index(value=value, population=share, measure="log_deviation").value
    assert log_deviation == pytest.approx(np.log(mean) - share @ np.log(value))
    empty = entropy_index(value=[0, 1], population=1, se=0.1)
    assert empty.value == pytest.approx(np.log(2))
    assert np.isnan(entropy_index(value=[0, 1], population=1, measure="log_deviation").value)
    assert np.isnan(entropy_index(value=[0, 0], population=1).value)


@given(groups, st.floats(0.1, 50), st.randoms(use_true_random=False))
def test_spreads_keep_their_laws(rows: list[tuple[float, float, int]], scale: float, order: Any) -> None:
    value, se, people = np.array(rows).T
    turned = list(range(value.size))
    order.shuffle(turned)
    measures = [
        (lambda **k: between_group_spread(measure="variance", **k), 2),
        (lambda **k: between_group_spread(measure="deviation", **k), 1),
        (lambda **k: between_group_spread(measure="variation", **k), 0),
        (lambda **k: entropy_index(measure="theil", **k), 0),
        (lambda **k: entropy_index(measure="log_deviation", **k), 0),
    ]
    alike = np.full(value.size, 0.4)
    for measure, power in measures:
        found = measure(
            value=np.stack([value, value * scale, value[turned], alike]),
            population=np.stack([people, people * 3, people[turned], people]),
            se=np.stack([se, se * scale, se[turned], se]),
        )
        plain, scaled, shuffled, equal = found.value
        assert scaled == pytest.approx(plain * scale**power, rel=1e-6, abs=1e-12)
        assert shuffled == pytest.approx(plain, abs=1e-12)
        assert equal == pytest.approx(0, abs=1e-7)
        high = found.corrected.high
        assert high[1] == pytest.approx(high[0] * scale**power, rel=1e-4, abs=1e-6)
        assert high[2] == pytest.approx(high[0], rel=1e-4, abs=1e-6)
        assert found.corrected.low[3] == 0
        assert (found.corrected.low <= high).all()
        assert (found.corrected.value <= found.value + 1e-12).all()
        split = measure(value=np.repeat(value, 2), population=np.repeat(people / 2, 2))
        assert split.value == pytest.approx(plain, abs=1e-9)


def test_spreads_without_noise_are_known_exactly_and_missing_noise_leaves_the_value() -> None:
    exact = between_group_spread(value=[1, 3], population=1, se=0)
    assert (exact.corrected.low, exact.corrected.value, exact.corrected.high) == (1, 1, 1)
    unknown = between_group_spread(value=[1, 3], population=1)
    assert unknown.value == 1
    assert np.isnan(unknown.corrected.low)
    assert np.isnan(unknown.se)
    one = between_group_spread(value=[1, np.nan, 4], population=[1, 5, 0], se=1)
    assert np.isnan([one.value, one.se, one.corrected.value, one.corrected.low]).all()
    without = between_group_spread(value=[1, np.nan, 4, 7], population=[1, 5, 0, 2], se=[1, 1, np.nan, 1])
    plain = between_group_spread(value=[1, 7], population=[1, 2], se=1)
    assert without.corrected.high == pytest.approx(float(plain.corrected.high))


def test_mean_deviation_of_missing_groups_is_defined() -> None:
    rng = np.random.default_rng(1)
    found = mean_deviation(value=[1, np.nan, 4], population=[1, 5, 1], rng=rng)
    assert found.value == 1.5
    assert np.isnan(found.low)
    assert np.isnan(mean_deviation(value=[1, np.nan, 4], population=1, centre_group=1, rng=rng).value)
    assert np.isnan(mean_deviation(value=[1, np.nan], population=1, rng=rng).value)
    with pytest.raises(ValueError, match="not both"):
        mean_deviation(value=[1, 2], population=1, centre=1, centre_group=1, rng=rng)
    many = mean_deviation(value=np.ones((7, 3, 4)), population=1, se=0.1, draws=20, rng=rng, centre_group=2)
    assert many.low.shape == (7, 3)


def test_attributable_risk_with_standard_errors_covers_near_95_percent() -> None:
    rng = np.random.default_rng(4)
    people, true = np.array([400, 700, 300, 500]), np.array([0.3, 0.4, 0.45, 0.6])
    count = rng.binomial(people, true, (4000, 4))
    value = count / people
    se = np.sqrt(value * (1 - value) / people)
    risk, fraction = attributable_risk(value=value, population=people, best_group=3, se=se)
    mean = people @ true / people.sum()
    for found, wanted in ((risk, 0.6 - mean), (fraction, 0.6 / mean - 1)):
        assert 0.94 < ((found.low <= wanted) & (wanted <= found.high)).mean() < 0.96
    missing, _ = attributable_risk(value=[0.1, np.nan], population=1, best_group=1, se=0.1)
    assert np.isnan(missing.value)


@pytest.mark.parametrize(("number", "people", "spread"), [(2, 300, 0.0), (3, 200, 0.05), (10, 500, 0.03), (34, 100, 0)])
def test_spreads_cover_near_95_percent_where_whos_do_not(number: int, people: int, spread: float) -> None:
    rng = np.random.default_rng(number)
    size = rng.integers(people // 2, people * 2, number)
    true = 0.3 + spread * rng.standard_normal(number)
    count = rng.binomial(size, true, (1500, number))
    value, smooth = count / size, (count + 0.5) / (size + 1)
    data = {"value": value, "population": size, "se": np.sqrt(smooth * (1 - smooth) / size)}
    exact = {"value": true, "population": size}
    for measure in (between_group_spread, entropy_index):
        found, wanted = measure(**data), measure(**exact).value  # type: ignore[operator]
        slack = 1e-7
        inside = (found.corrected.low <= wanted + slack) & (wanted - slack <= found.corrected.high)
        assert 0.935 < inside.mean() < 0.985
        if number == 34:
            assert (np.abs(found.value - wanted) <= 1.96 * found.se).mean() < 0.5


def test_few_events_give_wide_limits_or_none_and_never_an_empty_interval() -> None:
    people, count = np.full(12, 20), np.array([0, 1, 0, 0, 2, 1, 0, 0, 0, 1, 0, 1])
    se = np.sqrt((count + 0.5) / 21 * (20.5 - count) / 21 / 20)
    found = between_group_spread(value=count / people, population=people, se=se).corrected
    assert found.low == 0
    assert found.high > 0.02
    alike = between_group_spread(value=[0, 0], population=20, se=0.03).corrected
    assert 0 == alike.low == alike.value < alike.high
    entropy = entropy_index(value=count / people, population=people, se=se)
    assert np.isfinite(entropy.value)
    assert np.isnan([entropy.corrected.low, entropy.corrected.value, entropy.corrected.high]).all()
