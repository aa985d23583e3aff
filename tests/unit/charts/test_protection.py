"""What may not be shown is nowhere in a chart: not in the specification, the picture, the words or the table."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest

from jamlik.charts import charts_for, dots_chart, lines_chart, map_chart, multiples_chart, overview_chart
from jamlik.model.findings import Certainty
from jamlik.model.tables import Status
from jamlik.model.words import LANGUAGES
from tests.support.results import made_result
from tests.unit.charts.conftest import all_charts
from tests.unit.charts.svg_reading import everything, texts

SCHOOL, SUPPORT, LIBRARY = "local:behoriga-yrkesprogram", "local:ekonomiskt-bistand", "local:biblioteksbesok"
NOT_SHOWN = (Status.SUPPRESSED, Status.MISSING, Status.NOT_APPLICABLE)


def told(chart):
    """Everything that leaves with a chart."""
    table = [[(cell.text, cell.number) for cell in row] for row in chart.data.rows]
    words = [chart.title, chart.description, chart.source, chart.data.columns, chart.data.note, table]
    return (
        json.dumps([chart.spec, words], ensure_ascii=False) + everything(chart.svg()) + everything(chart.svg(width=360))
    )


def with_leak(result, number):
    """The same result, but every level and finding that may not be shown carries a number all the same."""
    levels = tuple(
        dataclasses.replace(x, value=number, low=number, high=number, shrunken=number, base_n=number, count_n=number)
        if x.status in NOT_SHOWN
        else dataclasses.replace(x, value=number, low=number, high=number, shrunken=number)
        if x.status is Status.BOUNDED
        else dataclasses.replace(x, bound_low=number, bound_high=number)
        for x in result.levels
    )
    findings = tuple(
        f
        if f.status is Status.SHOWN
        else dataclasses.replace(
            f,
            rank=1,
            gap=number,
            gap_low=number,
            gap_high=number,
            level=number,
            certainty=Certainty.CLEAR,
            persons=number,
        )
        for f in result.findings
    )
    return dataclasses.replace(result, levels=levels, findings=findings)


def test_hidden_numbers_are_nowhere_whatever_a_level_carries(result, charts):
    for plain, leaking in zip(charts, all_charts(with_leak(result, 4321.99)), strict=True):
        text = told(leaking)
        assert not re.search(r"4\D?321", text), leaking.kind
        assert told(plain) == text, leaking.kind


def test_picture_is_drawn_from_rounded_numbers_only(result):
    """Two results that print the same numbers give the same bytes, although their unrounded numbers differ."""

    def nudged(by):
        def near(value, name):
            return value if value is None or name in ("base_n", "count_n") else value + by

        names = ("value", "low", "high", "shrunken", "bound_low", "bound_high")
        levels = tuple(dataclasses.replace(x, **{n: near(getattr(x, n), n) for n in names}) for x in result.levels)
        gaps = ("gap", "gap_low", "gap_high")
        findings = tuple(
            dataclasses.replace(
                f, **{n: near(None if getattr(f, n) is None else round(getattr(f, n), 1), n) for n in gaps}
            )
            for f in result.findings
        )
        return dataclasses.replace(result, levels=levels, findings=findings)

    for one, other in zip(all_charts(nudged(0.0012345)), all_charts(nudged(0.0023456)), strict=True):
        assert told(one) == told(other), one.kind
        assert one.svg() == other.svg()
        assert "12345" not in told(one)


def test_every_number_in_the_specification_is_a_printed_one(result, charts):
    fields = ("value", "low", "high", "gap", "other")
    for chart in charts:
        rows = [row for layer in layers_of(chart.spec) for row in layer["data"]["values"]]
        for row in rows:
            for field in fields:
                number = row.get(field)
                assert number is None or number == round(number, 2), (chart.kind, row)


def layers_of(spec):
    if "data" in spec:
        yield spec
    for key in ("concat", "layer"):
        for part in spec.get(key, ()):
            yield from layers_of(part)


def rows_of(chart, mark):
    return [row for layer in layers_of(chart.spec) if layer["mark"]["type"] == mark for row in layer["data"]["values"]]


def test_hidden_group_has_words_and_no_mark_in_dots(result):
    chart = dots_chart(result, result.table.indicators[SCHOOL], by="area")
    drawn = {row.get("group") for row in rows_of(chart, "point") if "group" in row}
    assert "Solbacken" not in drawn
    assert "Ängsö" not in drawn
    assert sum(text.text == "visas inte" for text in texts(chart.svg())) == 3
    cells = {row[0].text: list(row[1:]) for row in chart.data.rows}
    assert [cell.text for cell in cells["Solbacken"]] == ["visas inte", "", "visas inte", ""]
    assert all(cell.number is None for cell in cells["Solbacken"])


def test_bounded_value_is_a_range_and_no_dot(result):
    chart = dots_chart(result, result.table.indicators[SCHOOL], by="area")
    ranges = rows_of(chart, "bar")
    assert [(row["group"], row["sex"], row["low"], row["high"]) for row in ranges] == [("Björkhagen", "K", 95.0, 100.0)]
    assert not [row for row in rows_of(chart, "point") if row.get("group") == "Björkhagen"]
    assert "95,0–100,0" in {cell.text for row in chart.data.rows for cell in row}


def test_each_reason_has_its_own_words(result):
    chart = dots_chart(result, result.table.indicators[LIBRARY], by="area")
    shown = {text.text for text in texts(chart.svg())}
    assert "gäller inte" in shown
    assert "visas inte" not in shown
    first = dataclasses.replace(result, latest={LIBRARY: result.periods[0]})
    late = dots_chart(first, result.table.indicators[LIBRARY], by="area")
    assert "uppgift saknas" in {text.text for text in texts(late.svg())}


def test_line_is_broken_and_marked_where_nothing_is_shown(result):
    about = result.table.indicators[SUPPORT]
    chart = lines_chart(result, about, group=(("area", "05"),))
    drawn = {row["period"] for row in rows_of(chart, "line")}
    assert drawn == {"2020", "2022", "2023"}
    runs = {row["period"]: row["run"] for row in rows_of(chart, "line")}
    assert runs["2020"] != runs["2022"] == runs["2023"]
    assert sum(text.text == "×" for text in texts(chart.svg())) == 3
    hidden = next(row for row in chart.data.rows if row[0].text == "2025")
    assert [cell.text for cell in hidden] == ["2025", "visas inte", "", "visas inte", "", "visas inte", ""]


def test_gap_is_not_drawn_where_one_side_is_hidden(result):
    levels = tuple(
        dataclasses.replace(x, status=Status.SUPPRESSED, value=None, low=None, high=None)
        if (x.indicator, x.period, x.group) == (SCHOOL, "2025", (("sex", "K"),))
        else x
        for x in result.levels
    )
    chart = lines_chart(dataclasses.replace(result, levels=levels), result.table.indicators[SCHOOL])
    last = chart.data.rows[-1]
    assert last[5].text == "visas inte"
    assert last[6].text == ""
    gap = [layer for layer in layers_of(chart.spec["concat"][1]) if layer["mark"]["type"] == "line"]
    assert "2025" not in {row["period"] for row in gap[0]["data"]["values"]}


def test_hidden_area_is_hatched_and_never_coloured(result):
    chart = map_chart(result, result.table.indicators[SCHOOL])
    white = [x for x in layers_of(chart.spec) if x["mark"]["type"] == "geoshape" and x["mark"]["fill"] == "#FFFFFF"]
    facts = [row["properties"] for row in white[0]["data"]["values"]]
    assert {fact["area"] for fact in facts} == {"Solbacken", "Ängsö"}
    assert all(fact["value"] is None for fact in facts)
    assert "visas inte" in {text.text for text in texts(chart.svg())}


def test_area_without_any_figure_is_named_in_small_multiples(result):
    levels = tuple(
        dataclasses.replace(x, status=Status.SUPPRESSED, value=None, low=None, high=None, shrunken=None)
        if dict(x.group).get("area") == "02"
        else x
        for x in result.levels
    )
    chart = multiples_chart(dataclasses.replace(result, levels=levels), result.table.indicators[SUPPORT])
    assert chart.data.rows[-1][0].text == "Centrum"
    shown = texts(chart.svg())
    assert "Centrum" in {text.text for text in shown}
    assert [text for text in shown if text.text == "visas inte" and text.size == 12]


def test_finding_that_may_not_be_shown_is_left_out_and_counted(result):
    chart = overview_chart(with_leak(result, 4321.99), top=50)
    sure = (Certainty.CLEAR, Certainty.INDICATED)
    shown = [f for f in result.findings if f.status is Status.SHOWN and f.certainty in sure]
    assert len(chart.data.rows) == len(shown)
    assert "3 jämförelser visas inte." in chart.description


@pytest.mark.parametrize("lang", LANGUAGES)
def test_description_says_how_many_are_hidden(result, lang):
    chart = next(c for c in charts_for(result, SCHOOL, lang=lang) if c.kind == "dots")
    said = {"sv": "5 siffror visas inte", "en": "5 figures are not shown", "fi": "5 lukua ei näytetä"}
    assert said[lang] in chart.description


def test_perturbed_level_is_drawn_like_a_shown_one(result):
    levels = tuple(
        dataclasses.replace(x, status=Status.PERTURBED) if x.status is Status.SHOWN else x for x in result.levels
    )
    other = dataclasses.replace(result, levels=levels)
    about = result.table.indicators[SUPPORT]
    assert dots_chart(other, about, by="area").svg() == dots_chart(result, about, by="area").svg()


def test_nothing_to_show_gives_no_chart():
    made = made_result(geography=True)
    levels = tuple(
        dataclasses.replace(x, status=Status.SUPPRESSED, value=None, low=None, high=None) for x in made.levels
    )
    assert charts_for(dataclasses.replace(made, levels=levels), SCHOOL) == ()
    assert overview_chart(dataclasses.replace(made, findings=())) is None
