"""Shares above 150 % are a slip of the source and are not compared."""

from __future__ import annotations

from dataclasses import replace

from tests.support.tables import VALUE, analysed, cells_of

SERIES = "area sex period value\n" + "\n".join(
    f"0126 {sex} {year} {level + wobble}"
    for sex, level in (("K", 88.0), ("M", 84.0))
    for year, wobble in zip(range(2016, 2022), (0.1, -0.4, 0.3, 0.2, -0.3, 0.1), strict=True)
)
SHARE = replace(VALUE, unit="%", name={"sv": "Behöriga, andel (%)"})


def test_share_that_lost_its_decimal_mark_is_missing_and_told() -> None:
    slipped = SERIES.replace("0126 M 2021 84.1", "0126 M 2021 841.0")
    result = analysed(cells_of(slipped, SHARE, focus="0126"))
    finding = result.findings[0]
    assert finding.period == "2020"
    assert finding.level_reference == 83.7
    (problem,) = result.problems
    assert (problem.code, problem.count) == ("implausible_share", 1)


def test_value_above_150_in_another_unit_is_kept() -> None:
    result = analysed(cells_of(SERIES.replace("84.1", "841.0"), VALUE, focus="0126"))
    assert result.findings[0].level_reference == 841.0
    assert result.problems == ()
