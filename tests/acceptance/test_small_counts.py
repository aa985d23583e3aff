"""Real figures full of counts of 1 to 4 (people whose education is unknown, by base area and sex): none gets out."""

from __future__ import annotations

import itertools
import re

import pytest
from openpyxl import load_workbook

from tests.acceptance.conftest import EXAMPLE
from tests.acceptance.recomputed import area_figures, codes_of

pytestmark = pytest.mark.slow

COUNT, BASE = "missing_data", "population_aged_25_64"
INDICATOR = f"""
[[indicator]]
id = "local:okand_utbildning"
name = "Okänd utbildning, 25–64 år"
kind = "proportion"
count = "{COUNT}"
base = "{BASE}"
"""


@pytest.fixture(scope="module")
def figures(data):
    return area_figures(data / "sodertorn" / "basomraden_huddinge_kon_2000-2017.csv.gz")


@pytest.fixture
def report(command, data, tmp_path):
    """The folder of an analysis of that measure alone, in the last three years that have it."""
    head = EXAMPLE.read_text(encoding="utf-8").split("[[indicator]]")[0]
    head = re.sub(r'\[missing\]\n"0" = "suppressed"\n', "", head)
    head = head.replace("[where]", '[where]\nar = ["2015", "2016", "2017"]')
    (tmp_path / "dataset.toml").write_text(head + INDICATOR, encoding="utf-8")
    file = data / "sodertorn" / "basomraden_huddinge_kon_2000-2017.csv.gz"
    done = command("analyse", tmp_path / "dataset.toml", "--file", file, "--out", tmp_path / "ut")
    assert done.code == 0, done.err
    return tmp_path / "ut"


def shown_counts(report):
    """Counts in the level sheet by year and codes; None where no number stands."""
    book = load_workbook(report / "tables.xlsx", read_only=True)
    sheet = iter(list(book["Nivåer"].iter_rows(values_only=True)))
    book.close()
    head = list(next(sheet))
    period, codes, count, level, base = (
        head.index(name) for name in ("Period", "Koder", "Antal det gäller", "Nivå", "Personer i gruppen")
    )
    found = {}
    for row in sheet:
        numbers = [row[i] for i in (count, level, base)]
        assert len({isinstance(n, int | float) for n in numbers[:2]}) == 1, row
        key = (str(row[period]), tuple(sorted(codes_of(row[codes] or "").items())))
        found[key] = numbers[0] if isinstance(numbers[0], int | float) else None
    return found


def true_count(figures, key):
    year, group = key
    codes = dict(group)
    areas = [codes["area"]] if "area" in codes else sorted({area for _, _, area, _ in figures})
    sexes = [codes["sex"]] if "sex" in codes else ["K", "M"]
    return sum(figures.get((COUNT, year, a, s), 0) for a in areas for s in sexes)


def test_no_count_of_one_to_four_is_shown_or_left_over(report, figures):
    shown = shown_counts(report)
    small = [key for key in shown if 1 <= true_count(figures, key) <= 4]
    assert len(small) > 20, "the test has lost its small counts"
    assert not [key for key in small if shown[key] is not None]
    assert sum(count is not None for count in shown.values()) > 0.2 * len(shown)
    for key, count in shown.items():
        assert count is None or count == true_count(figures, key)
    left_over = [
        hidden
        for parts, whole in _sums(shown)
        for hidden in [[cell for cell in (*parts, whole) if shown.get(cell) is None]]
        if len(hidden) == 1
    ]
    assert left_over == []


def _sums(shown):
    """Every sum that can be read off the report: women and men in an area, all areas of a sex."""
    years = {year for year, _ in shown}
    areas = {dict(group)["area"] for _, group in shown if "area" in dict(group)}
    for year, area in itertools.product(years, areas):
        yield [(year, (("area", area), ("sex", s))) for s in "KM"], (year, (("area", area),))
    for year in years:
        yield [(year, (("area", a),)) for a in areas], (year, ())
        yield [(year, (("sex", s),)) for s in "KM"], (year, ())
        for sex in "KM":
            yield [(year, (("area", a), ("sex", sex))) for a in areas], (year, (("sex", sex),))


def test_hidden_groups_have_no_number_in_any_file(report, figures):
    shown = shown_counts(report)
    text = (report / "findings.csv").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        codes = re.search(r"area=(\d+),sex=K,.*?area=\1,sex=M", line)
        if codes is None:
            continue
        keys = [(line.split("@")[1][:4], (("area", codes[1]), ("sex", s))) for s in "KM"]
        if any(shown.get(key) is None for key in keys):
            assert "not_testable" in line
            assert ",suppressed," in line or ",missing," in line
