"""Who groups are compared with: the rest, a named group, the best off."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from jamlik.analysis import findings
from jamlik.calls import analyse
from jamlik.model.errors import JamlikError
from jamlik.model.findings import Certainty
from jamlik.model.groupings import Group
from jamlik.model.indicators import Direction
from jamlik.model.questions import Reference
from jamlik.model.tables import Status
from tests.support.tables import PASSED, analysed, cells_of, found

TABLE = """
period area n    yes
2022   N    900  500
2022   S    900  700
2022   V    900  600
2023   N    900  510
2023   S    900  690
2023   V    900  600
2024   N    900  500
2024   S    900  640
2024   V    900  660
"""


def with_reference(kind: str, code: str = "", table: str = TABLE, **changes: object):
    source = cells_of(table, replace(PASSED, **changes))
    return replace(source, dataset=replace(source.dataset, references={"area": Reference(kind, code)}))


def test_named_reference() -> None:
    result = analysed(with_reference("named", "V"))
    assert {f.group for f in result.findings} == {(("area", "N"),), (("area", "S"),)}
    assert found(result, "area=N").gap == pytest.approx(100 * (500 - 660) / 900)


def test_best_off_group_is_chosen_from_the_years_before() -> None:
    result = analysed(with_reference("best"))
    assert {f.reference for f in result.findings} == {(("area", "S"),)}
    assert found(result, "area=V").gap == pytest.approx(100 * (660 - 640) / 900)


def test_best_off_group_follows_the_direction() -> None:
    result = analysed(with_reference("best", direction=Direction.DOWN))
    assert {f.reference for f in result.findings} == {(("area", "N"),)}


def test_best_off_question_is_the_same_when_another_group_becomes_best() -> None:
    turned = TABLE.replace("690", "400").replace("700", "400")
    one, other = (
        found(analysed(with_reference("best")), "area=N"),
        found(analysed(with_reference("best", table=turned)), "area=N"),
    )
    assert one.reference != other.reference
    assert one.question_key == other.question_key


def test_unknown_dimension_or_code_is_a_clear_error() -> None:
    with pytest.raises(JamlikError, match="Gruppen X finns inte"):
        analysed(with_reference("named", "X"))
    source = cells_of(TABLE)
    with pytest.raises(JamlikError, match="Det går inte att välja"):
        analysed(replace(source, dataset=replace(source.dataset, references={"ort": Reference("rest")})))


def test_weighted_survey_uses_weighted_levels_and_kish_size() -> None:
    rng = np.random.default_rng(8)
    size = 4000
    sex = rng.choice(["Kvinna", "Man"], size)
    weight = rng.choice([0.5, 3.0], size)
    satisfied = rng.random(size) < np.where(weight > 1, 0.7, 0.4) + np.where(sex == "Man", 0.08, 0.0)
    frame = pl.DataFrame({"kön": sex, "vikt": weight, "nöjd": np.where(satisfied, "ja", "nej")})
    finding = found(analyse(frame).result, "sex=K")
    women = sex == "Kvinna"
    share = (weight * satisfied)[women].sum() / weight[women].sum()
    kish = weight[women].sum() ** 2 / (weight[women] ** 2).sum()
    level = next(v for v in analyse(frame).result.levels if v.group == (("sex", "K"),))
    assert finding.level == pytest.approx(100 * share)
    assert level.base_n == women.sum()
    width = 2 * 1.96 * np.sqrt(share * (1 - share) / kish) * 100
    assert level.high - level.low == pytest.approx(width, rel=0.01)
    assert finding.certainty is not Certainty.NOT_TESTABLE


def test_ratio_is_told_for_means_and_shares() -> None:
    finding = found(analysed(with_reference("named", "V")), "area=N")
    assert finding.ratio == pytest.approx(500 / 660)
    assert finding.ratio_low < 500 / 660 < finding.ratio_high
    assert finding.ratio_high < 1


def test_level_has_its_own_trend() -> None:
    trend = found(analysed(with_reference("rest")), "area=V").trend
    assert trend is not None
    assert trend.level_slope == pytest.approx(100 * 30 / 900, abs=0.2)
    assert trend.level_slope_low < trend.level_slope < trend.level_slope_high
    assert trend.reference_slope is not None


def test_focus_asks_only_about_ones_own_area() -> None:
    table = "area sex n yes\n" + "\n".join(f"{area} {sex} 900 {yes}" for area, sex, yes in AREAS)
    result = analysed(cells_of(table, focus="0126"))
    assert {dict(f.group)["area"] for f in result.findings} == {"0126"}
    assert found(result, "area=0126").reference_label == "övriga kommuner"
    assert found(result, "area=0126,sex=K", "area=0126,sex=M").dimension == "sex"


def same_gap_elsewhere(places: dict[str, tuple[float, float]], group: Group, reference: Group) -> dict[str, float]:
    """What a sentence about 0126 says of the same gap in other places, by published values of women and men."""
    cells = {
        ("i", "2024", (("area", code), ("sex", sex))): SimpleNamespace(status=Status.SHOWN, value=value)
        for code, values in places.items()
        for sex, value in zip("KM", values, strict=True)
    }
    area = SimpleNamespace(codes=tuple(places), labels={code: f"Plats {code}" for code in places})
    finding = SimpleNamespace(indicator="i", period="2024", group=group, reference=reference)
    return findings._elsewhere(finding, SimpleNamespace(cells=cells, dimensions={"area": area}), "0126", "sv")


def test_same_gap_elsewhere_is_told_of_a_few_places_and_never_of_a_gap_between_places() -> None:
    places = {"0126": (70.0, 60.0), "0127": (68.5, 66.0), "0180": (61.0, 65.0)}
    women, men, others = (
        (("area", "0126"), ("sex", "K")),
        (("area", "0126"), ("sex", "M")),
        (("area", "!0126"), ("sex", "K")),
    )
    assert same_gap_elsewhere(places, women, men) == {"Plats 0127": 2.5, "Plats 0180": -4.0}
    assert same_gap_elsewhere(places, women, others) == {}, "both sides would move to one place and differ by nothing"
    country = places | {f"{1400 + number}": (50.0, 50.0) for number in range(20)}
    assert same_gap_elsewhere(country, women, men) == {}, "a sentence does not name a whole country"


AREAS = [
    ("0126", "K", 500),
    ("0126", "M", 430),
    ("0127", "K", 520),
    ("0127", "M", 500),
    ("0180", "K", 600),
    ("0180", "M", 610),
]
