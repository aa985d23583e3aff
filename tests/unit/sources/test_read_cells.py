from __future__ import annotations

import json

import pytest

from jamlik.model.dataset import Column, ColumnRole, Dataset, IndicatorColumns, MapSpec, RowKind
from jamlik.model.errors import ErrorKind, JamlikError, Severity
from jamlik.model.groupings import group_of
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Status
from jamlik.sources.read import read_cells
from jamlik.sources.reader import UNKNOWN_LAYOUT

SHARE = Indicator("local:andel", {"sv": "Andel"}, Kind.PROPORTION)


def dataset(*columns, indicators=None, **more):
    roles = {"K": ColumnRole.SEX, "O": ColumnRole.AREA, "P": ColumnRole.PERIOD, "A": ColumnRole.AGE}
    made = [c if isinstance(c, Column) else Column(c, roles[c[0].upper()]) for c in columns]
    specs = indicators or (IndicatorColumns(SHARE, count="antal", base="bas"),)
    more = {"period": "2024", "rows": RowKind.COUNTS, **more}
    return Dataset("fil.csv", "Test", layout=UNKNOWN_LAYOUT, columns=tuple(made), indicators=tuple(specs), **more)


def by_group(found):
    return {cell.group: cell for cell in found.cells}


def problems(found):
    return [(p.code, p.severity, p.where.row, p.count) for p in found.problems]


def test_counts_become_cells_with_totals_as_groups_without_the_dimension(written):
    found = read_cells(
        dataset("kon", "omr"),
        path=written(
            """
            omr;kon;antal;bas
            01;Flickor;5;10
            01;Pojkar;6;12
            01;Samtliga;11;22
            Hela kommunen;Samtliga;11;22
            """
        ),
    )
    cells = by_group(found)
    assert cells[group_of(area="01", sex="K")].count_n == 5
    assert cells[group_of(area="01")].base_n == 22
    assert cells[()].base_n == 22
    assert [d.name for d in found.dimensions] == ["sex", "area"]
    assert {cell.period for cell in found.cells} == {"2024"}
    assert found.problems == ()
    assert len(found.input_key) == 64


@pytest.mark.parametrize(
    ("count", "base", "expected"),
    [
        ("..", "40", (Status.SUPPRESSED, None, 40, "..")),
        (".", "0", (Status.NOT_APPLICABLE, None, 0, ".")),
        ("", "40", (Status.MISSING, None, 40, "")),
        ("5", "..", (Status.SUPPRESSED, None, None, "..")),
        ("0", "40", (Status.SHOWN, 0, 40, "")),
    ],
)
def test_a_missing_count_keeps_its_reason(written, count, base, expected):
    path = written(f"omr;antal;bas\n01;{count};{base}\n02;1;2\n03;3;4\n")
    cell = by_group(read_cells(dataset("omr"), path=path))[group_of(area="01")]
    assert (cell.status, cell.count_n, cell.base_n, cell.reason) == expected


def test_a_count_below_five_is_bounded_in_per_cent(written):
    path = written("omr;antal;bas\n01;<5;40\n02;1;2\n")
    cell = by_group(read_cells(dataset("omr"), path=path))[group_of(area="01")]
    assert (cell.status, cell.low, cell.high, cell.count_n) == (Status.BOUNDED, 0, 10, None)


@pytest.mark.parametrize(
    ("value", "base", "low", "high"),
    [("~100", "50", 92, 98), ("~100", "..", None, 100), ("~0", "50", 2, 8), ("~100", "3", 0, pytest.approx(200 / 3))],
)
def test_a_share_hidden_near_the_end_of_the_scale_has_limits(written, value, base, low, high):
    spec = IndicatorColumns(SHARE, value="andel", base="bas")
    path = written(f"omr;andel;bas\n01;{value};{base}\n02;50,0;20\n")
    cell = by_group(read_cells(dataset("omr", indicators=[spec], rows=RowKind.VALUES), path=path))[group_of(area="01")]
    assert (cell.status, cell.low, cell.high, cell.reason) == (Status.BOUNDED, low, high, value)


def test_published_values_keep_value_base_and_error(written):
    spec = IndicatorColumns(
        Indicator("local:lon", {"sv": "Lön"}, Kind.VALUE, unit="kr"), value="lon", base="n", se="se"
    )
    path = written("omr;lon;n;se\n01;36 300;140;250,5\n02;..;..;..\n")
    cells = by_group(read_cells(dataset("omr", indicators=[spec], rows=RowKind.VALUES), path=path))
    first = cells[group_of(area="01")]
    assert (first.value, first.base_n, first.se) == (36300, 140, 250.5)
    assert cells[group_of(area="02")].status is Status.SUPPRESSED


def test_rows_that_cannot_be_are_left_out_and_named(written):
    found = read_cells(
        dataset("omr"),
        path=written("omr;antal;bas\n01;5;10\n02;11;10\n03;-1;10\n04;fem;10\n05;6;10\n06;7;10\n"),
    )
    assert [c.group for c in found.cells] == [group_of(area=code) for code in ("01", "05", "06")]
    assert problems(found) == [
        ("text_in_number", Severity.SKIPPED, 5, 1),
        ("negative_count", Severity.SKIPPED, 4, 1),
        ("count_over_base", Severity.SKIPPED, 3, 1),
    ]


def test_a_column_of_mostly_text_is_an_error(written):
    with pytest.raises(JamlikError, match="mest text") as caught:
        read_cells(dataset("omr"), path=written("omr;antal;bas\n01;ja;10\n02;nej;10\n03;1;10\n"))
    assert (caught.value.kind, caught.value.where.row, caught.value.where.column) == (ErrorKind.CONTRACT, 2, "antal")


def test_rows_that_agree_are_merged_and_noted(written):
    found = read_cells(dataset("omr"), path=written("omr;antal;bas\n01;5;10\n02;6;10\n01;5;10\n"))
    assert len(found.cells) == 2
    assert problems(found) == [("duplicate_cell", Severity.NOTE, 4, 1)]


def test_rows_that_disagree_are_refused_with_both_rows(written):
    with pytest.raises(JamlikError, match="Rad 2 och rad 4") as caught:
        read_cells(dataset("omr"), path=written("omr;antal;bas\n01;5;10\n02;6;10\n01;7;10\n"))
    assert caught.value.kind is ErrorKind.CONTRACT
    assert caught.value.where.row == 4


def test_a_total_that_is_not_the_sum_is_noted_and_kept(written):
    found = read_cells(
        dataset("kon", "omr"),
        path=written("omr;kon;antal;bas\n01;K;5;10\n01;M;6;10\n01;T;12;20\n02;K;1;4\n02;M;1;4\n02;T;2;8\n"),
    )
    assert by_group(found)[group_of(area="01")].count_n == 12
    assert problems(found) == [("total_is_not_sum", Severity.NOTE, None, 1)]


def test_a_total_with_a_hidden_part_is_not_checked(written):
    found = read_cells(
        dataset("kon", "omr"),
        path=written("omr;kon;antal;bas\n01;K;..;10\n01;M;6;10\n01;T;12;20\n02;K;1;9\n02;M;2;9\n"),
    )
    assert found.problems == ()


def test_rows_of_unknown_groups_and_periods_are_left_out(written):
    found = read_cells(
        dataset("kon", Column("ar", ColumnRole.PERIOD)),
        path=written("ar;kon;antal;bas\n2023;K;5;10\n2023;vet ej;1;10\nförra året;K;5;10\n2024;M;5;10\n"),
    )
    assert [(c.period, c.group) for c in found.cells] == [("2023", group_of(sex="K")), ("2024", group_of(sex="M"))]
    assert problems(found) == [
        ("unknown_period", Severity.SKIPPED, 4, 1),
        ("unknown_sex", Severity.SKIPPED, 3, 1),
    ]


def test_no_readable_period_is_an_error(written):
    with pytest.raises(JamlikError, match="Ingen period"):
        read_cells(dataset(Column("ar", ColumnRole.PERIOD)), path=written("ar;antal;bas\nnu;5;10\nsen;1;10\n"))


def test_wide_columns_become_rows(written):
    columns = [
        Column(f"{sex} | {name} {year}", ColumnRole.COUNT, fixed={"sex": code, "period": year}, measure=name)
        for sex, code in (("Flickor", "K"), ("Pojkar", "M"))
        for year in ("2023", "2024")
        for name in ("antal", "bas")
    ]
    found = read_cells(
        dataset("omr", *columns),
        path=written("omr;" + ";".join(c.name for c in columns) + "\n01;1;10;2;11;3;12;4;13\n02;5;10;6;11;7;12;8;13\n"),
    )
    cells = {(c.period, c.group): (c.count_n, c.base_n) for c in found.cells}
    assert len(cells) == 8
    assert cells["2024", group_of(area="01", sex="K")] == (2, 11)
    assert cells["2023", group_of(area="02", sex="M")] == (7, 12)


def test_a_long_file_joins_count_and_base_by_measure(written):
    spec = IndicatorColumns(SHARE, count="sysselsatta", base="befolkning")
    columns = ("omr", Column("matt", ColumnRole.MEASURE), Column("varde", ColumnRole.VALUE))
    path = written("omr;matt;varde\n01;sysselsatta;5\n01;befolkning;10\n02;befolkning;8\n03;sysselsatta;2\n")
    cells = by_group(read_cells(dataset(*columns, indicators=[spec]), path=path))
    assert (cells[group_of(area="01")].count_n, cells[group_of(area="01")].base_n) == (5, 10)
    assert cells[group_of(area="03")].status is Status.MISSING
    assert group_of(area="02") not in cells
    with pytest.raises(JamlikError, match="Måttet") as caught:
        read_cells(
            dataset(*columns, indicators=[IndicatorColumns(SHARE, count="sysselsata", base="befolkning")]), path=path
        )
    assert "sysselsatta" in caught.value.do


def test_nested_areas_keep_the_finest_in_the_group_and_know_their_parents(written):
    columns = (
        Column("kommun", ColumnRole.AREA, dimension="area", names_from="namn", width=4),
        Column("namn", ColumnRole.AREA_NAME),
        Column("distrikt", ColumnRole.AREA, dimension="distrikt", nested_in="area"),
    )
    found = read_cells(
        dataset(*columns),
        path=written("kommun;namn;distrikt;antal;bas\n126;Huddinge;A;5;10\n126;Huddinge;B;1;10\n126;Huddinge;;6;20\n"),
    )
    assert [c.group for c in found.cells] == [(("area", "0126"),), (("distrikt", "A"),), (("distrikt", "B"),)]
    area, distrikt = found.dimensions
    assert area.labels == {"0126": "Huddinge"}
    assert (distrikt.nested_in, distrikt.parents) == ("area", {"A": "0126", "B": "0126"})


def test_ages_are_ordered_and_bands_without_limits_are_totals(written):
    found = read_cells(
        dataset("alder"), path=written("alder;antal;bas\n80+;1;5\n0-5 år;1;5\n6–15 år;2;5\nsamtliga åldrar;4;15\n")
    )
    assert found.dimensions[0].codes == ("0-5", "6-15", "80-")
    assert () in by_group(found)


def test_where_keeps_rows_with_and_without_leading_zeros(written):
    path = written("kommun;omr;antal;bas\n126;A;5;10\n127;B;6;10\n")
    found = read_cells(dataset("omr", where={"kommun": ("0126",)}), path=path)
    assert [c.group for c in found.cells] == [group_of(area="A")]
    with pytest.raises(JamlikError, match="Ingen rad") as caught:
        read_cells(dataset("omr", where={"kommun": ("9999",)}), path=path)
    assert caught.value.kind is ErrorKind.NOTHING_TO_ANALYSE


def test_a_column_that_is_not_there_is_named_with_the_nearest(written):
    with pytest.raises(JamlikError, match="'antl'") as caught:
        read_cells(
            dataset("omr", indicators=[IndicatorColumns(SHARE, count="antl", base="bas")]),
            path=written("omr;antal;bas\n01;5;10\n"),
        )
    assert "'antal'" in caught.value.do


def test_area_codes_are_held_against_the_map(written, tmp_path):
    shape = {"type": "Polygon", "coordinates": [[[18, 59], [18.1, 59], [18.1, 59.1], [18, 59]]]}
    features = [{"type": "Feature", "properties": {"kod": "01"}, "geometry": shape}]
    (tmp_path / "karta.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    spec = MapSpec("karta.geojson", "kod")
    found = read_cells(dataset("omr", map=spec), path=written("omr;antal;bas\n01;5;10\n77;6;10\n"))
    assert [(p.code, p.detail, p.count) for p in found.problems] == [("unknown_area", "77", 1)]
    with pytest.raises(JamlikError, match="Ingen områdeskod"):
        read_cells(dataset("omr", map=spec), path=written("omr;antal;bas\n88;5;10\n77;6;10\n"))


def test_area_codes_are_held_against_the_list(written):
    listed = Column("omr", ColumnRole.AREA, labels={"01": "Norr", "02": "Söder"})
    found = read_cells(dataset(listed), path=written("omr;antal;bas\n02;5;10\n01;5;10\n77;6;10\n"))
    assert found.dimensions[0].labels == {"01": "Norr", "02": "Söder", "77": "77"}
    assert [(p.code, p.severity, p.where.column, p.detail) for p in found.problems] == [
        ("unknown_area", Severity.NOTE, "omr", "77")
    ]


def test_persons_are_not_read_as_cells(written):
    with pytest.raises(JamlikError, match="persons"):
        read_cells(dataset("omr", rows=RowKind.PERSONS), path=written("omr;antal;bas\n01;5;10\n"))
