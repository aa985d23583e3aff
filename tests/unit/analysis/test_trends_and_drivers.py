"""Gaps over time, levelling down, and what a covariate explains."""

from __future__ import annotations

import pytest

from jamlik.model.findings import Levelling
from tests.support.tables import analysed, cells_of, found


def series(girls: list[int], boys: list[int], n: int = 4000) -> str:
    lines = ["period sex n yes"]
    for i, (k, m) in enumerate(zip(girls, boys, strict=True)):
        lines += [f"{2019 + i} K {n} {k}", f"{2019 + i} M {n} {m}"]
    return "\n".join(lines)


def test_gap_that_closes_because_the_worse_off_improve_is_levelling_up() -> None:
    finding = found(analysed(cells_of(series([3200] * 5, [2400, 2560, 2720, 2880, 3040]))), "sex=K")
    assert finding.trend is not None
    assert finding.trend.levelling is Levelling.UP
    assert finding.trend.slope == pytest.approx(-4.0, abs=0.05)
    assert finding.trend.first_gap == pytest.approx(20.0)
    assert "minskat sedan 2019" in finding.sentence


def test_gap_that_closes_because_the_better_off_fall_is_levelling_down_and_said_so() -> None:
    finding = found(analysed(cells_of(series([3200, 3040, 2880, 2720, 2560], [2400] * 5))), "sex=K")
    assert finding.trend is not None
    assert finding.trend.levelling is Levelling.DOWN
    assert "bara för att den andra gruppen fått det sämre" in finding.sentence


def test_gap_that_grows_is_widening() -> None:
    finding = found(analysed(cells_of(series([2600, 2700, 2800, 2900, 3000], [2400] * 5))), "sex=K")
    assert finding.trend is not None
    assert finding.trend.levelling is Levelling.WIDENING
    assert "ökat sedan 2019" in finding.sentence


def test_gap_that_stays_has_no_words_about_change() -> None:
    finding = found(analysed(cells_of(series([2600] * 5, [2400] * 5))), "sex=K")
    assert finding.trend is not None
    assert finding.trend.levelling is Levelling.UNCHANGED
    assert "sedan" not in finding.sentence


def test_two_periods_give_no_trend() -> None:
    assert found(analysed(cells_of(series([2600, 2700], [2400, 2400]))), "sex=K").trend is None


COMPOSITION = """
area need n    yes
N    low  200  160
N    high 800  320
S    low  800  640
S    high 200  80
V    low  800  640
V    high 200  80
"""


def test_gap_that_composition_explains_has_nothing_left() -> None:
    finding = found(analysed(cells_of(COMPOSITION)), "area=N")
    assert finding.gap == pytest.approx(100 * (480 / 1000 - 1440 / 2000))
    (part,) = finding.explained
    assert part.unexplained == pytest.approx(0, abs=1e-9)
    assert part.explained == pytest.approx(finding.gap)
    assert (part.range_low, part.range_high) == pytest.approx((0, 0), abs=1e-9)
    assert "ingen skillnad kvar" in finding.sentence


def test_gap_within_strata_is_left_unexplained_with_its_range() -> None:
    table = COMPOSITION.replace("N    low  200  160", "N    low  200  120").replace("800  320", "800  240")
    finding = found(analysed(cells_of(table)), "area=N")
    (part,) = finding.explained
    low, high = -20.0, -10.0  # within the strata: 60 against 80 %, 30 against 40 %
    assert low <= part.range_low <= part.unexplained <= part.range_high <= high
    composition = {"low": (200 + 1600) / 3000, "high": (800 + 400) / 3000}
    assert part.unexplained == pytest.approx(low * composition["low"] + high * composition["high"])


def test_hidden_stratum_means_no_decomposition() -> None:
    table = COMPOSITION.replace("N    low  200  160", "N    low  20   2")
    result = analysed(cells_of(table))
    assert found(result, "area=N").explained == ()


def test_covariates_are_not_compared_themselves() -> None:
    assert all("need" not in f.dimension for f in analysed(cells_of(COMPOSITION)).findings)
