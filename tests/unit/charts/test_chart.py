"""A chart is whole or it is not built; it shows itself, in every language and width."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import altair as alt
import pytest

from jamlik.charts import Chart, ChartTable, TableCell
from jamlik.model.words import LANGUAGES
from tests.support.results import made_result
from tests.unit.charts.conftest import all_charts
from tests.unit.charts.svg_reading import SVG, everything, texts, walked

KINDS = {"dots", "lines", "multiples", "map", "overview"}
ROOT_ATTRIBUTES = {"width", "height", "viewBox", "role", "lang", "aria-labelledby", "aria-describedby", "fill"}


def test_every_kind_of_chart_is_made(charts):
    assert {chart.kind for chart in charts} == KINDS


@pytest.mark.parametrize("part", ["kind", "title", "description", "source"])
def test_chart_without_a_part_is_not_built(charts, part):
    with pytest.raises(ValueError, match=part):
        dataclasses.replace(charts[0], **{part: "  "})


def test_table_without_rows_columns_or_with_ragged_rows_is_not_built():
    cell = TableCell("1", 1.0)
    with pytest.raises(ValueError, match="columns and rows"):
        ChartTable(("A",), (), (True,))
    with pytest.raises(ValueError, match="one cell for each column"):
        ChartTable(("A", "B"), ((cell,),), (True, True))


def test_chart_of_another_language_than_ours_is_not_built(charts):
    with pytest.raises(ValueError, match="de"):
        dataclasses.replace(charts[0], lang="de")


@pytest.mark.parametrize(("lang", "width"), [("sv", 640), ("sv", 360), ("en", 640), ("fi", 640)])
def test_svg_is_valid_xml_with_title_description_and_nothing_but_drawing(charts, lang, width):
    for chart in charts:
        svg = chart.svg(lang, width=width)
        root = ET.fromstring(svg)
        own = chart.in_language(lang)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert root.get("lang") == lang
        title, description = root[0], root[1]
        assert (title.tag, title.text) == (f"{SVG}title", own.title)
        assert (description.tag, description.text) == (f"{SVG}desc", own.description)
        assert root.get("aria-labelledby") == title.get("id")
        assert root.get("aria-describedby") == description.get("id")
        assert float(root.get("width", "0")) == width
        assert set(root.keys()) <= ROOT_ATTRIBUTES
        for element in list(root.iter())[1:]:
            assert element.tag in {f"{SVG}{t}" for t in ("g", "path", "line", "rect", "text", "title", "desc")}
            assert not [name for name in element.attrib if name.startswith(("aria", "role", "on", "style", "class"))]


def test_svg_asks_nothing_of_anybody(charts):
    for chart in charts:
        svg = chart.svg(heading=True)
        assert "://" not in svg.replace("http://www.w3.org/2000/svg", "", 1)
        assert svg.count("http") == 1
        assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
        assert not re.search(r"<style|<script|@import|@font-face|url\((?!#)|href", svg)


def test_svg_needs_no_prefix_whatever_else_names_the_namespace(charts):
    before = dict(ET._namespace_map)
    try:
        ET.register_namespace("svg", "http://www.w3.org/2000/svg")
        assert "svg:" not in charts[0].svg(width=500)
        assert "svg:" not in charts[0].svg(width=500, heading=True)
    finally:
        ET._namespace_map.clear()
        ET._namespace_map.update(before)


def test_identifiers_differ_between_charts(charts):
    names = [name for chart in charts for name in re.findall(r'id="([^"]+)"', chart.svg())]
    assert len(names) == len(set(names))


def test_same_result_gives_the_same_bytes_in_another_process(charts):
    program = (
        "import hashlib, tests.unit.charts.conftest as c; from tests.support.results import made_result;"
        "print([hashlib.sha256(x.svg().encode()).hexdigest() for x in c.all_charts(made_result())][:4])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == str([hashlib.sha256(chart.svg().encode()).hexdigest() for chart in charts][:4])


def test_specification_is_vega_lite():
    made = all_charts(made_result(areas=2, periods=3, indicators=("local:behoriga-yrkesprogram",)))
    assert {chart.kind for chart in made} == KINDS
    for chart in made:
        alt.Chart.from_dict(chart.spec, validate=True)


def test_every_mark_is_silent(charts):
    def marks(spec):
        if isinstance(spec, dict):
            if "mark" in spec:
                yield spec["mark"]
            for value in spec.values():
                yield from marks(value)
        elif isinstance(spec, list):
            for value in spec:
                yield from marks(value)

    for chart in charts:
        found = list(marks(chart.spec))
        assert found
        assert all(mark["aria"] is False for mark in found)
        assert chart.spec["config"]["aria"] is False


@pytest.mark.parametrize("width", [640, 360])
@pytest.mark.parametrize("areas", [2, 8, 33, 42])
def test_labels_stay_on_the_paper_and_off_each_other(areas, width):
    periods = {2: 2, 8: 6, 33: 18, 42: 3}[areas]
    named = "local:ekonomiskt-bistand" if areas == 33 else "local:behoriga-yrkesprogram"
    for chart in all_charts(made_result(areas=areas, periods=periods, indicators=(named,))):
        svg = chart.svg(width=width)
        _, _, wide, high = map(float, ET.fromstring(svg).get("viewBox").split())
        found = [text for text in texts(svg) if text.text != "×"]
        assert len(found) > 5
        for i, text in enumerate(found):
            assert text.left > -1, (chart.kind, text)
            assert text.right < wide + 1, (chart.kind, text)
            assert text.top > -1, (chart.kind, text)
            assert text.bottom < high + 1, (chart.kind, text)
            assert not [other.text for other in found[i + 1 :] if text.overlaps(other)], (chart.kind, text)


def test_letters_are_large_enough_to_read(charts):
    for chart in charts:
        assert min(text.size for text in texts(chart.svg(width=360))) >= 11


def test_dots_stay_on_the_paper(charts):
    for chart in charts:
        for width in (640, 360):
            root = ET.fromstring(chart.svg(width=width))
            for _, x, y in walked(root):
                assert -1 <= x <= width + 1
                assert -1 <= y <= float(root.get("height", "0")) + 1


def test_heading_adds_title_and_source_to_the_picture(charts):
    for chart in charts:
        plain, headed = chart.svg(), chart.svg(heading=True)
        shown = " ".join(text.text for text in texts(headed))
        assert chart.title.split()[0] in shown
        assert chart.source.split(":")[1].split()[0] in shown
        assert float(ET.fromstring(headed).get("height")) > float(ET.fromstring(plain).get("height"))


def test_notebook_gets_picture_and_words(charts):
    bundle = charts[0]._repr_mimebundle_(include=None, exclude=None)
    assert bundle["image/svg+xml"] == charts[0]._repr_svg_()
    assert charts[0].description in bundle["text/plain"]
    assert charts[0].source in bundle["text/plain"]


def test_chart_cannot_be_changed(charts):
    with pytest.raises(dataclasses.FrozenInstanceError):
        charts[0].title = "x"
    assert isinstance(charts[0], Chart)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_chart_in_another_language_is_all_in_it(charts, lang):
    foreign = {"sv": ("not shown", "ei näytetä"), "en": ("visas inte", "ei näytetä"), "fi": ("visas inte", "not shown")}
    for chart in charts:
        other = chart.in_language(lang)
        assert other.lang == lang
        assert other.kind == chart.kind
        told = everything(other.svg()) + other.description + "".join(c.text for row in other.data.rows for c in row)
        assert not [words for words in foreign[lang] if words in told]


def test_numbers_follow_the_language(charts):
    dots = next(chart for chart in charts if chart.kind == "dots")
    assert "86,8\xa0%" in dots.description
    assert "86.8%" in dots.in_language("en").description
    assert ">6,0<" not in dots.svg("en")
