"""Gaps of whole analyses against numbers worked out another way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from jamlik.model.findings import Certainty
from jamlik.model.groupings import Dimension, Role
from jamlik.model.indicators import Direction, Indicator, Kind
from jamlik.model.tables import Cell, Status
from tests.support.tables import PASSED, VALUE, analysed, cells_of, found

TWO_AREAS = """
area sex n    yes
N    K   400  300
N    M   380  250
S    K   500  420
S    M   520  410
V    K   300  240
V    M   310  245
"""


def test_sex_gap_equals_newcombe_by_statsmodels() -> None:
    finding = found(analysed(cells_of(TWO_AREAS)), "sex=K", "sex=M")
    yes, n, yes_m, n_m = 960, 1200, 905, 1210
    low, high = confint_proportions_2indep(yes, n, yes_m, n_m, method="newcomb", compare="diff")
    assert finding.level == pytest.approx(100 * yes / n)
    assert finding.gap == pytest.approx(100 * (yes / n - yes_m / n_m))
    assert (finding.gap_low, finding.gap_high) == pytest.approx((100 * low, 100 * high), abs=1e-6)
    assert finding.persons == pytest.approx((yes_m / n_m - yes / n) * n)
    assert finding.worse_off == "reference"
    assert finding.persons_worse_off == pytest.approx((yes / n - yes_m / n_m) * n_m)


def test_area_is_compared_with_everybody_else_not_with_the_total() -> None:
    finding = found(analysed(cells_of(TWO_AREAS)), "area=N")
    assert finding.reference == (("area", "!N"),)
    assert finding.base_n == 780
    assert finding.reference_n == 1630
    assert finding.level_reference == pytest.approx(100 * (420 + 410 + 240 + 245) / 1630)


def test_girls_in_an_area_are_compared_with_boys_there_and_with_girls_elsewhere() -> None:
    result = analysed(cells_of(TWO_AREAS))
    there = found(result, "area=N,sex=K", "area=N,sex=M")
    elsewhere = found(result, "area=N,sex=K", "area=!N,sex=K")
    assert there.gap == pytest.approx(100 * (300 / 400 - 250 / 380))
    assert elsewhere.gap == pytest.approx(100 * (300 / 400 - 660 / 800))
    assert there.dimension == elsewhere.dimension == "sex+area"


def test_margins_are_the_sum_of_their_parts() -> None:
    result = analysed(cells_of(TWO_AREAS))
    whole = next(level for level in result.levels if level.group == ())
    assert (whole.base_n, whole.count_n) == (2410, 1865)


def test_margin_of_the_file_is_kept_even_where_it_is_not_the_sum() -> None:
    result = analysed(cells_of(TWO_AREAS + "* * 2411 1866"))
    whole = next(level for level in result.levels if level.group == ())
    assert (whole.base_n, whole.count_n) == (2411, 1866)


def test_part_without_figure_is_left_out_of_the_margin_and_part_hidden_by_the_source_hides_it() -> None:
    missing = analysed(cells_of(TWO_AREAS.replace("310  245", "310  -"), rules="already_published"), max_way=1)
    assert found(missing, "area=N").gap is not None
    hidden = analysed(cells_of(TWO_AREAS.replace("310  245", "310  ..")), max_way=1)
    assert found(hidden, "sex=K").gap is None
    assert found(hidden, "sex=K").status is Status.SUPPRESSED


def test_mean_gap_equals_welch_by_statsmodels() -> None:
    rng = np.random.default_rng(4)
    girls, boys = rng.normal(220, 40, 90), rng.normal(205, 55, 70)
    indicator = Indicator(
        "local:merit", {"sv": "Merit"}, Kind.MEAN, unit="poäng", direction=Direction.UP, threshold=3, base_key="m"
    )
    source = cells_of(TWO_AREAS, indicator)

    cells = tuple(
        Cell(
            "local:merit",
            "2024",
            (("sex", sex),),
            base_n=float(len(y)),
            total=float(y.sum()),
            square=float((y**2).sum()),
        )
        for sex, y in (("K", girls), ("M", boys))
    )
    sexes = (Dimension("sex", Role.SEX, {"K": "K", "M": "M"}),)
    finding = found(analysed(replace(source, cells=cells, dimensions=sexes)), "sex=K")
    expected = CompareMeans(DescrStatsW(girls), DescrStatsW(boys))
    low, high = expected.tconfint_diff(usevar="unequal")
    assert (finding.gap_low, finding.gap_high) == pytest.approx((low, high), rel=1e-9)
    assert finding.p_value == pytest.approx(expected.ttest_ind(usevar="unequal")[1], rel=1e-8)
    assert finding.persons is None


SERIES = """
area sex period value
0126 K   2016   10.1
0126 M   2016   8.0
0126 K   2017   9.8
0126 M   2017   8.1
0126 K   2018   10.3
0126 M   2018   7.9
0126 K   2019   10.0
0126 M   2019   8.2
0126 K   2020   9.9
0126 M   2020   8.0
0000 K   2020   9.0
0000 M   2020   8.5
"""


def test_published_values_take_their_uncertainty_from_the_series_and_say_so() -> None:
    result = analysed(cells_of(SERIES, VALUE, focus="0126"))
    finding = result.findings[0]
    gaps = np.array([2.1, 1.7, 2.4, 1.8, 1.9])
    years = np.arange(5.0)
    residual = gaps - np.polyval(np.polyfit(years, gaps, 1), years)
    se = float(np.sqrt((residual**2).sum() / 3))
    assert finding.gap == pytest.approx(1.9)
    assert finding.gap_high - finding.gap == pytest.approx(3.182446 * se, rel=1e-5)
    assert "serien" in finding.sentence
    assert "0000 +0,5" in finding.sentence
    assert finding.dimension == "sex"
    assert finding.persons is None


def test_published_values_with_too_short_a_series_are_not_testable() -> None:
    short = "\n".join(SERIES.strip().splitlines()[:1] + SERIES.strip().splitlines()[-6:])
    finding = analysed(cells_of(short, VALUE, focus="0126")).findings[0]
    assert finding.certainty is Certainty.NOT_TESTABLE
    assert finding.rank is None
    assert finding.p_value is None
    assert finding.gap == pytest.approx(1.9)


def test_equal_groups_give_no_gap() -> None:
    same = "sex n yes\nK 500 300\nM 500 300"
    finding = found(analysed(cells_of(same)), "sex=K")
    assert finding.gap == 0
    assert finding.certainty is Certainty.UNCLEAR
    assert finding.worse_off == ""
    assert "Nivån är lika" in finding.sentence


def test_swapped_labels_flip_the_sign() -> None:
    flipped = TWO_AREAS.replace(" K ", " X ").replace(" M ", " K ").replace(" X ", " M ")
    one, other = found(analysed(cells_of(TWO_AREAS)), "sex=K"), found(analysed(cells_of(flipped)), "sex=K")
    assert one.gap == pytest.approx(-other.gap)
    assert one.p_value == pytest.approx(other.p_value)


def test_directions_decide_who_is_worse_off_and_neutral_names_nobody() -> None:

    for direction, worse in ((Direction.UP, "reference"), (Direction.DOWN, "group"), (Direction.NEUTRAL, "")):
        indicator = replace(PASSED, direction=direction)
        assert found(analysed(cells_of(TWO_AREAS, indicator)), "sex=K").worse_off == worse
