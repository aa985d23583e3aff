"""The four real files through the real command: what comes out, that it is right, and that nothing small shows."""

from __future__ import annotations

import html
import re

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.acceptance.command import SIX
from tests.acceptance.conftest import real_arguments
from tests.acceptance.recomputed import (
    area_figures,
    area_sides,
    difference,
    election_sides,
    kolada_values,
    school_side,
)

pytestmark = pytest.mark.slow

NAMED = (
    "finding_id,rank,indicator,period,dimension,group,reference,level,level_reference,gap,gap_low,gap_high,"
    "p_value,q_value,persons,certainty,sentence"
).split(",")
NUMBERS = (
    "level level_reference gap gap_low gap_high p_value q_value persons persons_low persons_high persons_worse_off "
    "ratio ratio_low ratio_high effect base_n reference_n trend_first_gap trend_slope trend_slope_low trend_slope_high "
    "trend_p_value trend_q_value explained unexplained unexplained_low unexplained_high"
).split()
PERIODS = {"areas": {"2014", "2015", "2017"}, "school": {"2024/25"}, "election": {"2022"}}
FILES = ("areas", "school", "kolada", "election")
each_file = pytest.mark.parametrize("name", FILES)
LIMITS = ("level", "level_reference", "gap", "gap_low", "gap_high")


@each_file
def test_real_file_gives_six_files_and_exit_zero(analysed, name):
    report = analysed(name)
    assert report.run.code == 0, report.run.err
    assert sorted(path.name for path in report.folder.iterdir()) == sorted(SIX)
    assert all(path.stat().st_size > 300 for path in report.folder.iterdir())
    assert "Traceback" not in report.run.err
    assert len(re.findall(r"^ *\d+\. ", report.run.out, re.MULTILINE)) == 10
    assert str(report.folder) in report.run.err


@each_file
def test_findings_csv_has_the_named_columns_first_and_legal_values(analysed, name):
    rows = analysed(name).rows
    assert list(rows[0])[: len(NAMED)] == NAMED
    assert {row["certainty"] for row in rows} <= {"clear", "indicated", "unclear", "not_testable"}
    assert len({row["finding_id"] for row in rows}) == len(rows)
    assert all(row["finding_id"].endswith("@" + row["period"]) for row in rows)
    assert all(row["group"] and row["reference"] and row["sentence"] and row["indicator"] for row in rows)
    assert all(set(re.split(r"\+", row["dimension"])) for row in rows)
    if name in PERIODS:
        assert {row["period"] for row in rows} <= PERIODS[name]


@each_file
def test_ranks_are_contiguous_and_certain_findings_come_first(analysed, name):
    rows = analysed(name).rows
    ranks = [int(row["rank"]) for row in rows if row["rank"]]
    assert ranks == list(range(1, len(ranks) + 1))
    assert not [row for row in rows if row["certainty"] == "not_testable" and row["rank"]]
    tested = [row["certainty"] for row in rows if row["rank"]]
    assert "unclear" not in tested[: sum(c in ("clear", "indicated") for c in tested)]
    assert tested[0] == "clear"


@each_file
def test_numbers_agree_within_a_row(analysed, name):
    for row in analysed(name).rows:
        if row["certainty"] in ("clear", "indicated"):
            assert float(row["q_value"]) < 0.05
        if row["gap_low"]:
            assert float(row["gap_low"]) <= float(row["gap"]) <= float(row["gap_high"])
        if row["p_value"]:
            assert 0 <= float(row["p_value"]) <= 1
            assert 0 <= float(row["q_value"]) <= 1


@each_file
def test_hidden_rows_hold_no_number_in_any_column(analysed, name):
    report = analysed(name)
    for row in report.rows:
        if row["status"] == "shown":
            continue
        assert not [column for column in NUMBERS if row[column]], row["finding_id"]
        assert row["certainty"] == "not_testable"
        said = row["sentence"].replace(row["indicator_name"], "").replace(row["group"], "")
        assert not re.search(r"\d|mer|färre|högre|lägre", said.replace(row["reference"], "")), row["sentence"]
    for finding in report.content["content"]["findings"]:
        if finding["status"] != "shown":
            assert not [column for column in NUMBERS if finding.get(column) not in (None, [])]
            assert finding["trend"] is None


@each_file
def test_json_repeats_the_csv(analysed, name):
    report = analysed(name)
    told = report.content["findings"]
    assert [f["finding_id"] for f in told] == [row["finding_id"] for row in report.rows]
    for finding, row in zip(told, report.rows, strict=True):
        assert finding["certainty"] == row["certainty"]
        for column in ("level", "gap", "q_value", "persons"):
            shown = finding[column]
            assert (shown is None) == (row[column] == ""), (row["finding_id"], column)
            assert shown is None or float(row[column]) == pytest.approx(shown, rel=1e-9, abs=5.1e-7)


@each_file
def test_workbook_page_and_pdf_say_the_same_as_the_csv(analysed, name):
    report = analysed(name)
    book = load_workbook(report.folder / "tables.xlsx", read_only=True)
    assert book["Skillnader"].max_row == len(report.rows) + 1
    book.close()
    top = report.rows[0]["sentence"]
    # Line breaks fall anywhere in a PDF, so only letters and digits are compared.
    said = [re.sub(r"\W", "", part) for part in re.split(r"\. ", top)[:2]]
    pdf = PdfReader(report.folder / "report.pdf")
    printed = re.sub(r"\W", "", "".join(page.extract_text() for page in pdf.pages[:12]))
    page = re.sub(r"\W", "", html.unescape(re.sub(r"<[^>]+>", "", report.page)))
    assert all(part in printed and part in page for part in said), said
    assert not re.search(r"""<(?:img|script|link|iframe|source|use)[^>]+(?:src|href)=["']?(?!data:|#)""", report.page)
    assert not re.search(r"url\((?!['\"]?(?:data:|#))", report.page)
    assert '<html lang="sv"' in report.page


@each_file
def test_run_json_says_how_and_nothing_of_where(analysed, data, name):
    report = analysed(name)
    facts = report.facts
    assert re.fullmatch(r"[0-9a-f]{64}", facts["input"]["key"])
    assert facts["input"]["name"] in {getattr(w, "name", "") for w in real_arguments(data)[name]}
    assert {"jamlik", "python", "numpy", "duckdb"} <= set(facts["versions"])
    for file in SIX[:3] + SIX[4:5]:
        text = (report.folder / file).read_text(encoding="utf-8")
        assert str(data) not in text
        assert str(report.folder.parent) not in text
    assert facts["fingerprint"] == report.content["fingerprint"]


def test_base_areas_agree_with_figures_worked_out_again(analysed, data):
    side = area_sides(area_figures(data / "sodertorn" / "basomraden_huddinge_kon_2000-2017.csv.gz"))
    shown = analysed("areas").shown()
    assert len(shown) > 350
    for row in shown:
        group = side(row["indicator"], row["period"], row["group_code"])
        reference = side(row["indicator"], row["period"], row["reference_code"])
        assert group is not None, row
        assert reference is not None, row
        expected = difference(group, reference)
        for column, figure in zip(LIMITS, expected, strict=True):
            assert float(row[column]) == pytest.approx(figure, abs=0.0500001), (row["finding_id"], column)
        assert (float(row["base_n"]), float(row["reference_n"])) == (group[1], reference[1])
        assert float(row["persons"]) == pytest.approx(-expected[2] / 100 * group[1], abs=0.5000001)


def test_base_areas_answer_area_sex_and_change_since_2000_with_maps(analysed):
    report = analysed("areas")
    clear = [row for row in report.rows if row["certainty"] == "clear"]
    assert {"sex", "area", "sex+area"} <= {row["dimension"] for row in clear}
    changed = [row for row in report.shown() if row["trend_first_period"]]
    assert {row["trend_first_period"] for row in changed} == {"2000"}
    assert {row["levelling"] for row in changed} >= {"widening", "levelling_up", "levelling_down"}
    assert all(report.page.count(f"Karta: {name}") for name in {row["indicator_name"] for row in report.shown()})


def levels_of(report, indicator_names):
    """Rows of the level sheet: indicator name, period, codes, level, low, high, base, count."""
    book = load_workbook(report.folder / "tables.xlsx", read_only=True)
    sheet = iter(list(book["Nivåer"].iter_rows(values_only=True)))
    book.close()
    head = list(next(sheet))
    columns = ["Mått", "Period", "Koder", "Nivå", "Lägst", "Högst", "Personer i gruppen", "Antal det gäller"]
    places = [head.index(c) for c in columns]
    return [tuple(row[p] for p in places) for row in sheet if row[0] in indicator_names]


def test_base_areas_never_show_a_count_of_one_to_four_or_what_gives_it_back(analysed, data):
    report = analysed("areas")
    figures = area_figures(data / "sodertorn" / "basomraden_huddinge_kon_2000-2017.csv.gz")
    side = area_sides(figures)
    ids = {row["indicator_name"]: row["indicator"] for row in report.rows}
    levels = levels_of(report, ids)
    assert len(levels) > 4000
    small = hidden = 0
    for name, period, codes, *numbers in levels:
        counts = side(ids[name], str(period), codes or "")
        if counts is None:
            assert not any(isinstance(n, int | float) for n in numbers), (name, period, codes)
            continue
        if 1 <= counts[0] <= 4 or 1 <= counts[1] - counts[0] <= 4:
            small += 1
            assert not any(isinstance(n, int | float) for n in numbers), (name, period, codes)
        elif not isinstance(numbers[0], int | float):
            hidden += 1
    assert hidden < 0.05 * len(levels)
    assert small


def test_election_agrees_with_figures_worked_out_again(analysed, data):
    side = election_sides(data / "val" / "ko_tab3_2022.xlsx", "0126")
    shown = analysed("election").shown()
    assert len(shown) > 55
    for row in shown:
        group, reference = side(row["group_code"]), side(row["reference_code"])
        for column, figure in zip(LIMITS, difference(group, reference), strict=True):
            assert float(row[column]) == pytest.approx(figure, abs=0.0500001), (row["group"], column)
        assert (float(row["base_n"]), float(row["reference_n"])) == (group[1], reference[1])


def test_school_agrees_with_figures_worked_out_again(analysed, data):
    file = data / "skolverket" / "behorighet_grundskola_2024_25.csv"
    names = ["yrkesprog", "estetiskt", "ekonomi", "naturvetenskapligt"]
    sides = {name: school_side(file, column) for column, name in enumerate(names)}
    checked = 0
    for row in analysed("school").shown()[::7]:
        side = sides[next(name for name in names if name in row["indicator"])]
        group, reference = side(row["group_code"]), side(row["reference_code"])
        if group is None or reference is None:
            continue
        for column, figure in zip(LIMITS, difference(group, reference), strict=True):
            assert float(row[column]) == pytest.approx(figure, abs=0.0500001), (row["group"], column)
        checked += 1
    assert checked > 100


def test_school_girls_and_boys_by_municipality_without_a_word_on_bounded_figures(analysed):
    rows = analysed("school").rows
    girls = [row for row in rows if row["dimension"] == "sex+area" and row["group_code"].endswith("sex=K")]
    assert len({row["group_code"] for row in girls}) >= 290
    bounded = [row for row in rows if row["status"] == "bounded"]
    assert bounded
    assert not [row for row in bounded if row["level"] or row["level_reference"]]


def test_kolada_agrees_with_the_file_and_names_riket_and_the_others(analysed, data):
    report = analysed("kolada")
    (file,) = sorted((data / "kolada").glob("kolada_konsuppdelat_*.csv.gz"))
    own = kolada_values(file, "0126")
    both = {kpi for (kpi, _), values in own.items() if {"K", "M"} <= set(values)}
    reported = {row["indicator"].removeprefix("kolada:") for row in report.rows}
    assert reported <= both
    # A share far above 100 % is taken for a lost decimal mark, left out and told.
    odd = {kpi for (kpi, _), values in own.items() if max(values.values()) > 150}
    assert both - reported <= odd
    assert all(kpi in report.page for kpi in both - reported)
    assert len(both - reported) <= 3
    for row in report.shown():
        kpi = row["indicator"].removeprefix("kolada:")
        if kpi in odd and row["unit"] == "%":
            continue
        newest = max(year for (k, year), values in own.items() if k == kpi and {"K", "M"} <= set(values))
        assert row["period"] == newest
        values = own[kpi, newest]
        whole = "." not in row["gap"] + row["level"] + row["level_reference"]
        near = 0.501 if whole else 0.0501
        assert float(row["gap"]) == pytest.approx(values["K"] - values["M"], abs=near), row["indicator"]
        assert float(row["level"]) == pytest.approx(values["K"], abs=near), row["indicator"]
    ten = [row["sentence"] for row in report.rows[:10]]
    country = kolada_values(file, "0000")
    for row in report.rows[:10]:
        there = {"K", "M"} <= set(country.get((row["indicator"].removeprefix("kolada:"), row["period"]), {}))
        assert ("Riket" in row["sentence"]) == there, row["sentence"]
    assert sum("Riket" in sentence for sentence in ten) >= 8
    assert any("Botkyrka" in sentence and "Helsingborg" in sentence and "Borås" in sentence for sentence in ten)
    named = [row for row in report.rows if row["indicator_name"] != row["indicator"].removeprefix("kolada:")]
    assert len(named) > 0.98 * len(report.rows)
