"""What each chart shows: which rows, in which order, with which words, and when it is not made at all."""

from __future__ import annotations

import dataclasses
import re

import pytest

from jamlik.charts import charts_for, dots_chart, lines_chart, map_chart, multiples_chart, overview_chart
from jamlik.charts.palette import CLASSES
from jamlik.charts.series import period_labels, runs
from jamlik.charts.subject import NUMBER_SHOWN, years_of
from jamlik.model.findings import Certainty, GapTrend, Levelling
from jamlik.model.groupings import Dimension, Role
from jamlik.model.indicators import Kind
from jamlik.model.tables import Status
from jamlik.model.words import LANGUAGES, published
from jamlik.reports.rounding import published_result
from tests.support.results import INDICATORS, made_result
from tests.unit.charts.conftest import all_charts
from tests.unit.charts.svg_reading import texts
from tests.unit.charts.test_protection import layers_of, rows_of

SCHOOL, SUPPORT, LIBRARY = "local:behoriga-yrkesprogram", "local:ekonomiskt-bistand", "local:biblioteksbesok"

TREND = GapTrend("2020", "2025", 0.0, 0.1, 0.0, 0.2, 0.5, 0.5, Levelling.UNKNOWN)


def kinds(charts):
    return [chart.kind for chart in charts]


def lix(text):
    """Läsbarhetsindex: words per sentence plus the share of words longer than six letters."""
    words = re.findall(r"[^\W\d_]+|\d[\d,\xa0]*", text)
    sentences = len(re.findall(r"[.:!?](?:\s|$)", text)) or 1
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


def test_dots_go_from_the_highest_area_down_after_the_total(result):
    chart = dots_chart(result, INDICATORS[SUPPORT], by="area")
    labels = [row[0].text for row in chart.data.rows]
    latest = {x.group: x.value for x in result.levels if x.indicator == SUPPORT and x.period == "2025"}
    names = result.table.dimensions["area"].labels
    levels = {names[code]: latest[(("area", code),)] for code in names}
    assert labels[0] == "Totalt"
    assert labels[1:] == sorted(labels[1:], key=lambda label: -levels[label])


def test_dots_hold_the_published_levels_of_both_sexes(result):
    chart = dots_chart(result, INDICATORS[SUPPORT], by="area")
    drawn = {(row["group"], row["sex"]): row["value"] for row in rows_of(chart, "point") if "sex" in row}
    latest = {x.group: x.value for x in result.levels if x.indicator == SUPPORT and x.period == "2025"}
    assert drawn["Centrum", "K"] == latest[("area", "02"), ("sex", "K")]
    assert drawn["Totalt", "M"] == latest[(("sex", "M"),)]
    assert len(drawn) == 2 + 2 * 6


def test_sexes_are_told_apart_by_shape_colour_and_name(result):
    chart = dots_chart(result, INDICATORS[SUPPORT], by="area")
    looks = {(x["mark"]["shape"], x["mark"]["fill"]) for x in layers_of(chart.spec) if x["mark"]["type"] == "point"}
    assert {("circle", "#004F5D"), ("diamond", "#C46A00")} <= looks
    found = [text for text in texts(chart.svg()) if text.text in ("Kvinnor", "Män")]
    assert len(found) == 4  # in the key, and beside the first dots
    assert {text.colour for text in found} == {"#1F2933", "#004F5D", "#8A4B00"}


def test_ages_keep_their_own_order(result):
    ages = {f"{n:02d}": f"{n}0–{n}9 år" for n in range(1, 9)}
    age = Dimension("area", Role.AGE, ages, title="Ålder")
    table = dataclasses.replace(result.table, dimensions={**result.table.dimensions, "area": age})
    other = dataclasses.replace(result, table=table, names={}, geography=None)
    chart = dots_chart(other, INDICATORS[SUPPORT], by="area")
    assert [row[0].text for row in chart.data.rows] == ["Totalt", *ages.values()]
    assert "efter ålder" in chart.title
    assert kinds(charts_for(other, SUPPORT)) == ["dots", "lines"]


def test_many_areas_show_both_ends_and_say_so():
    result = made_result(areas=42, periods=2, indicators=(SUPPORT,))
    chart = dots_chart(result, INDICATORS[SUPPORT], by="area")
    drawn = {row["group"] for row in rows_of(chart, "point") if "group" in row}
    assert len(chart.data.rows) == 43
    labels = [row[0].text for row in chart.data.rows]
    assert drawn <= set(labels[:16] + labels[-15:])
    assert "12 rader i mitten finns bara i tabellen." in chart.description
    assert any("12 rader till i tabellen" in text.text for text in texts(chart.svg()))


def test_mostly_hidden_sexes_give_one_dot_an_area_and_a_chart_of_the_sexes(result):
    levels = tuple(
        dataclasses.replace(x, status=Status.SUPPRESSED, value=None, low=None, high=None) if len(x.group) == 2 else x
        for x in result.levels
    )
    charts = charts_for(dataclasses.replace(result, levels=levels), SUPPORT)
    assert kinds(charts) == ["dots", "dots", "lines", "multiples", "map"]
    assert [row[0].text for row in charts[0].data.rows] == ["Totalt", "Kvinnor", "Män"]
    assert len(charts[1].data.columns) == 3


def test_lines_have_the_gap_and_its_interval_from_the_finding(result):
    chart = lines_chart(result, INDICATORS[SCHOOL])
    finding = next(f for f in result.findings if f.indicator == SCHOOL and f.dimension == "sex")
    last = chart.data.rows[-1]
    assert last[5].number == round(finding.gap, 1)
    assert last[6].text == "−2,0 till +6,2"
    first = chart.data.rows[0]
    assert first[5].number == pytest.approx(first[1].number - first[3].number)
    assert first[6].text == ""
    assert any("Skillnad: kvinnor minus män" in text.text for text in texts(chart.svg()))


def test_lines_turn_a_finding_that_was_asked_the_other_way(result):
    turned = tuple(
        dataclasses.replace(
            f, group=f.reference, reference=f.group, gap=-f.gap, gap_low=-f.gap_high, gap_high=-f.gap_low
        )
        if f.dimension == "sex"
        else f
        for f in result.findings
    )
    other = lines_chart(dataclasses.replace(result, findings=turned), INDICATORS[SCHOOL])
    assert other.data == lines_chart(result, INDICATORS[SCHOOL]).data


def test_line_ends_are_named_with_their_last_value(result):
    shown = {text.text for text in texts(lines_chart(result, INDICATORS[SCHOOL]).svg())}
    assert {"Kvinnor 88,3", "Män 86,2", "+2,1"} <= shown
    area = {text.text for text in texts(lines_chart(result, INDICATORS[SUPPORT], group=(("area", "05"),)).svg())}
    assert any("(2023)" in text for text in area)


def test_runs_never_cross_a_gap():
    assert runs([1.0, None, 2.0, 3.0, None]) == ((0,), (2, 3))
    assert runs([None, None]) == ()


def test_period_labels_thin_out_from_the_last():
    years = [str(year) for year in range(2000, 2018)]
    assert period_labels(years, 2000) == tuple(years)
    thin = period_labels(years, 300)
    assert thin[-1] == "2017"
    assert 3 <= sum(bool(label) for label in thin) <= 8


def test_periods_lie_at_their_years_or_in_their_order():
    assert years_of(["2000", "2005", "2006"]) == (2000.0, 2005.0, 2006.0)
    assert years_of(["2020/21", "2022"]) == (2020.5, 2022.0)
    assert years_of(["före", "efter"]) == (0.0, 1.0)


def test_small_multiples_share_one_scale(result):
    chart = multiples_chart(result, INDICATORS[SCHOOL])
    scales = {
        (tuple(layer["encoding"]["y"]["scale"]["domain"]))
        for layer in layers_of(chart.spec)
        if layer["mark"]["type"] == "line"
    }
    assert len(scales) == 1
    assert len(chart.spec["concat"]) == 8
    assert "Varje kommundel har en egen ruta." in chart.description


def test_map_colours_shrunken_levels_and_says_so(result):
    chart = map_chart(result, INDICATORS[SCHOOL])
    drawn = {row["properties"]["area"]: row["properties"]["value"] for row in rows_of(chart, "geoshape")}
    shrunken = {x.group: x.shrunken for x in result.levels if x.indicator == SCHOOL and x.period == "2025"}
    assert drawn["Centrum"] == shrunken[(("area", "02"),)]
    assert "utjämnade värden" in chart.description
    assert "Utjämnat värde" in chart.data.columns
    raw = dataclasses.replace(result, levels=tuple(dataclasses.replace(x, shrunken=None) for x in result.levels))
    plain = map_chart(raw, INDICATORS[SCHOOL])
    assert "utjämnade" not in plain.description
    assert "Utjämnat värde" not in plain.data.columns


def test_map_classes_hold_their_values(result):
    chart = map_chart(result, INDICATORS[SCHOOL])
    shown = [text.text for text in texts(chart.svg())]
    assert {"under 80,0", "80,0–84,9", "85,0–89,9", "90,0 eller mer"} <= set(shown)
    by_fill = {}
    for layer in layers_of(chart.spec):
        if layer["mark"]["type"] == "geoshape" and layer["mark"]["fill"] != "#FFFFFF":
            values = [row["properties"]["value"] for row in layer["data"]["values"]]
            by_fill[layer["mark"]["fill"]] = (min(values), max(values))
    assert by_fill[CLASSES[0]][1] < 80 <= 85 <= by_fill[CLASSES[3]][0]
    assert by_fill[CLASSES[3]][1] < 90 <= by_fill[CLASSES[4]][0]


def test_map_names_areas_it_has_no_shape_for(result):
    shapes = {code: shape for code, shape in result.geography.shapes.items() if code != "01"}
    geography = dataclasses.replace(result.geography, shapes=shapes)
    chart = map_chart(dataclasses.replace(result, geography=geography), INDICATORS[SCHOOL])
    assert "1 område finns inte på kartan." in chart.description


def test_map_leaves_areas_outside_the_figures_plain_and_unnamed(result):
    shapes = {**result.geography.shapes, "99": result.geography.shapes["01"]}
    geography = dataclasses.replace(result.geography, shapes=shapes)
    chart = map_chart(dataclasses.replace(result, geography=geography), INDICATORS[SCHOOL])
    assert "ingår inte i siffrorna" in {text.text for text in texts(chart.svg())}
    assert "99" not in {cell.text for row in chart.data.rows for cell in row}
    assert "saknas" not in chart.description


def test_labels_from_the_file_get_a_capital_and_codes_a_word(result):
    names = {**result.names, "sex:K": "kvinnor", "sex:M": "män"}
    area = dataclasses.replace(result.table.dimensions["area"], title="baskod2010")
    table = dataclasses.replace(result.table, dimensions={**result.table.dimensions, "area": area})
    other = dataclasses.replace(result, names=names, table=table, levels=narrow(result.levels))
    chart = dots_chart(other, INDICATORS[SCHOOL], by="area")
    assert "Kvinnor" in {text.text for text in texts(chart.svg())}
    assert "där ligger kvinnor" in chart.description.lower()
    assert "efter område" in chart.title


def test_map_credits_its_geography(result):
    assert any("påhittad karta" in text.text for text in texts(map_chart(result, INDICATORS[SCHOOL]).svg()))


def test_overview_follows_rank_within_certainty(result):
    chart = overview_chart(result, top=15)
    sure = [f.rank for f in result.findings if f.rank and f.certainty in (Certainty.CLEAR, Certainty.INDICATED)]
    assert [row[0].number for row in chart.data.rows] == sorted(sure)[:15]
    for part in chart.spec["concat"]:
        drawn = {row["rank"]: row["y"] for row in rows_of_part(part)}
        findings = {f.rank: f for f in result.findings}
        order = sorted(drawn, key=lambda rank: drawn[rank])
        place = [Certainty.CLEAR, Certainty.INDICATED, Certainty.UNCLEAR].index
        assert order == sorted(order, key=lambda rank: (place(findings[rank].certainty), rank))


def rows_of_part(part):
    rows = [row for x in layers_of(part) if x["mark"]["type"] == "point" for row in x["data"]["values"]]
    return [row for row in rows if "rank" in row]


def test_overview_gives_each_unit_its_own_scale(result):
    chart = overview_chart(result)
    units = {row[6].text for row in chart.data.rows}
    assert units == {"procentenheter", "besök"}
    assert len(chart.spec["concat"]) == len(units)


def test_overview_title_counts_what_is_shown(result):
    assert overview_chart(result, top=1).title == "Den skillnad som betyder mest"
    assert overview_chart(result, top=7).title == "De 7 skillnader som betyder mest"


def test_charts_fit_the_data():
    assert kinds(charts_for(made_result(), SUPPORT)) == ["dots", "lines", "multiples", "map"]
    assert kinds(charts_for(made_result(periods=1), SUPPORT)) == ["dots", "map"]
    assert kinds(charts_for(made_result(periods=2), SUPPORT)) == ["dots", "lines", "map"]
    assert kinds(charts_for(made_result(geography=False), SUPPORT)) == ["dots", "lines", "multiples"]
    assert kinds(charts_for(made_result(areas=1), SUPPORT)) == ["dots", "lines"]
    assert kinds(charts_for(made_result(areas=41, periods=3), SUPPORT)) == ["dots", "lines", "map"]


def test_indicator_may_be_named_or_given(result):
    assert charts_for(result, SUPPORT)[0] == charts_for(result, INDICATORS[SUPPORT])[0]
    with pytest.raises(KeyError):
        charts_for(result, "local:finns-inte")


def without_sex(result):
    levels = tuple(x for x in result.levels if "sex" not in dict(x.group))
    dimensions = {"area": result.table.dimensions["area"]}
    return dataclasses.replace(result, levels=levels, table=dataclasses.replace(result.table, dimensions=dimensions))


def test_result_without_sex_has_one_dot_and_one_line(result):
    charts = charts_for(without_sex(result), SUPPORT)
    assert kinds(charts) == ["dots", "lines", "multiples", "map"]
    assert charts[0].data.columns == ("Kommundel", "Värde", "Osäkerhet")
    assert charts[1].data.columns[1:] == ("Totalt", "Totalt: osäkerhet")
    for chart in charts:
        assert not {"Kvinnor", "Män"} & {text.text for text in texts(chart.svg())}


def test_published_values_without_total_or_intervals_follow_the_area_in_focus(result):
    """Kolada's shape: areas by sex, one of them one's own, no total over areas, no intervals, another unit."""
    levels = tuple(
        dataclasses.replace(x, low=None, high=None, shrunken=None, base_n=None, count_n=None)
        for x in result.levels
        if "area" in dict(x.group)
    )
    about = dataclasses.replace(INDICATORS[LIBRARY], kind=Kind.VALUE, unit="kr")
    table = dataclasses.replace(result.table, indicators={LIBRARY: about})
    other = dataclasses.replace(result, levels=levels, table=table, focus="02", geography=None)
    charts = charts_for(other, LIBRARY)
    assert kinds(charts) == ["dots", "lines", "multiples"]
    assert "Centrum" in charts[1].title
    shown = {text.text for text in texts(charts[0].svg())}
    assert any(text.startswith("Centrum 6") for text in shown)
    assert not any("Osäkerhet" in text for text in shown)


@pytest.mark.parametrize("areas", [8, 33])
def test_swedish_descriptions_are_plain(areas):
    result = made_result(areas=areas)
    for chart in all_charts(result):
        own = chart.description
        for indicator in INDICATORS.values():  # a name is not ours to simplify
            own = own.replace(indicator.title("sv"), "måttet")
        assert lix(own) < 40, (chart.kind, own)


def test_lix_of_known_text():
    assert lix("Katten sitter. Hunden springer fort.") == pytest.approx(5 / 2 + 100 * 1 / 5)


def narrow(levels, by=0.0):
    """The same levels with intervals of hardly any width, or wide ones."""
    return tuple(x if x.value is None else dataclasses.replace(x, low=x.value - by, high=x.value + by) for x in levels)


CLOSE = {
    "sv": ("inte går att skilja åt", "Könen går inte att skilja åt", "Ingen ändring är större"),
    "en": ("too uncertain to be told apart", "The sexes cannot be told apart", "No change is larger"),
    "fi": ("ettei niitä voi erottaa", "Sukupuolia ei voi erottaa", "Mikään muutos ei ole"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_description_makes_no_fact_of_noise(result, lang):
    noisy = dataclasses.replace(result, levels=narrow(result.levels, by=60.0), findings=())
    ends, sexes, changes = CLOSE[lang]
    dots = dots_chart(noisy, INDICATORS[SCHOOL], by="area", lang=lang).description
    assert ends in dots
    assert sexes in dots
    assert ends in map_chart(noisy, INDICATORS[SCHOOL], lang=lang).description
    many = multiples_chart(noisy, INDICATORS[SUPPORT], by="area", lang=lang).description
    assert changes in many
    sure = dataclasses.replace(result, levels=narrow(result.levels), findings=())
    for chart in (
        dots_chart(sure, INDICATORS[SCHOOL], by="area", lang=lang),
        multiples_chart(sure, INDICATORS[SUPPORT], by="area", lang=lang),
    ):
        assert not any(told in chart.description for told in CLOSE[lang])


def test_sex_gap_that_the_analysis_is_unsure_of_is_not_told_as_the_largest(result):
    unsure = tuple(dataclasses.replace(f, certainty=Certainty.UNCLEAR) for f in result.findings)
    told = dots_chart(dataclasses.replace(result, findings=unsure), INDICATORS[SCHOOL], by="area").description
    sure = tuple(dataclasses.replace(f, certainty=Certainty.CLEAR) for f in result.findings if f.status in NUMBER_SHOWN)
    other = dots_chart(dataclasses.replace(result, findings=sure), INDICATORS[SCHOOL], by="area").description
    assert "största säkra" not in told
    assert "största säkra" in other


def test_gap_is_rounded_once_and_is_the_same_in_chart_and_table(result):
    sides = ((("sex", "K"),), (("sex", "M"),))
    values = {sides[0]: 40.149, sides[1]: 32.05}  # 40,1 and 32,1, and 8,1 between them
    levels = tuple(
        dataclasses.replace(x, value=values[x.group], low=values[x.group] - 1, high=values[x.group] + 1)
        if x.indicator == SCHOOL and x.group in values
        else x
        for x in result.levels
    )
    gap = values[sides[0]] - values[sides[1]]

    def about(finding):
        if finding.indicator != SCHOOL or {finding.group, finding.reference} != set(sides):
            return finding
        size = gap if finding.group == sides[0] else -gap
        trend = dataclasses.replace(finding.trend or TREND, first_period=result.periods[0], first_gap=size)
        return dataclasses.replace(finding, gap=size, gap_low=size - 2, gap_high=size + 2, trend=trend)

    whole = dataclasses.replace(result, levels=levels, findings=tuple(about(f) for f in result.findings))
    for shown in (whole, published_result(whole)):
        finding = next(f for f in shown.findings if f.indicator == SCHOOL and {f.group, f.reference} == set(sides))
        assert published(abs(finding.gap), 1) == 8.1
        chart = lines_chart(shown, INDICATORS[SCHOOL])
        gaps = [next(cell.text for cell in row if cell.text[:1] in "+−") for row in chart.data.rows]
        assert gaps[0] == gaps[-1] == "+8,1"
        assert "Skillnaden var 8,1 procentenheter" in chart.description
        assert "den 8,1 procentenheter" in chart.description


@pytest.mark.parametrize("lang", LANGUAGES)
def test_description_gives_range_and_biggest_difference(result, lang):
    surely = dataclasses.replace(result, levels=narrow(result.levels))
    chart = dots_chart(surely, INDICATORS[SCHOOL], by="area", lang=lang)
    for expected in ("Centrum", "Gamla hamnen och Kvarnholmen", "Östra skogen"):
        assert expected in chart.description
    for number in ("71,3", "96,9", "6,4"):
        assert (number if lang != "en" else number.replace(",", ".")) in chart.description


def test_long_indicator_name_is_broken_not_cut(result):
    chart = dots_chart(result, INDICATORS[SCHOOL], by="area")
    for width in (640, 360):
        shown = " ".join(text.text for text in texts(chart.svg(width=width, heading=True)))
        assert INDICATORS[SCHOOL].title("sv") in shown


def test_overview_without_a_sure_difference_says_so(result):
    unsure = tuple(dataclasses.replace(f, certainty=Certainty.UNCLEAR) for f in result.findings if f.rank)
    chart = overview_chart(dataclasses.replace(result, findings=unsure))
    assert chart.title.startswith("Ingen säker skillnad")
