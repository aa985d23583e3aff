from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jamlik.model.dataset import Column, ColumnRole, Dataset, FileLayout, IndicatorColumns, MapSpec, RowKind
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.indicators import Direction, Indicator, Kind
from jamlik.model.questions import Reference
from jamlik.model.words import words
from jamlik.sources.schema import SECTIONS
from jamlik.sources.toml import dataset_toml_text, parsed_dataset, read_dataset
from jamlik.sources.tomllines import key_lines

EXAMPLE = """\
# en kommentar
path = "fil.csv"
title = "Skola"
rows = "counts"

[layout]
delimiter = ";"

[missing]
".." = "suppressed"

[[column]]
name = "kon"
role = "sex"

[[column]]
name = "omr"
role = "area"
labels = { "01" = "Norr", "02" = "Söder" }

[[indicator]]
id = "local:andel"
name = "Andel"
kind = "proportion"
count = "antal"
base = "bas"
"""


def error(text):
    with pytest.raises(JamlikError) as caught:
        parsed_dataset(text)
    assert caught.value.kind is ErrorKind.CONTRACT
    return caught.value


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_what_is_written_by_hand_is_read():
    found = parsed_dataset(EXAMPLE)
    assert (found.rows, found.layout.delimiter, found.layout.encoding) == (RowKind.COUNTS, ";", "")
    assert found.columns[1].labels == {"01": "Norr", "02": "Söder"}
    assert found.indicators[0].indicator.name == {"sv": "Andel"}
    assert found.missing == {"..": "suppressed"}


@pytest.mark.parametrize(
    ("right", "wrong", "what", "do"),
    [
        ('title = "Skola"', 'titel = "Skola"', "'titel' finns inte", "'title'"),
        ('delimiter = ";"', 'delimeter = ";"', "'delimeter' finns inte", "'delimiter'"),
        ('role = "sex"', 'role = "kön"', "'role' kan inte vara", ""),
        ('role = "area"', 'role = "aera"', "'role' kan inte vara", "'area'"),
        ('rows = "counts"', 'rows = "count"', "'rows' kan inte vara", "'counts'"),
        ('kind = "proportion"', "kind = 5", "'kind' ska vara en text", ""),
        ('".." = "suppressed"', '".." = "hidden"', "kan inte betyda", ""),
        ('base = "bas"', 'bas = "bas"', "'bas' finns inte", "'base'"),
        ('id = "local:andel"', 'id = "andel"', "saknar början", "local:andel"),
    ],
)
def test_an_error_names_its_line_and_the_nearest_word(right, wrong, what, do):
    text = EXAMPLE.replace(right, wrong)
    found = error(text)
    assert what in found.what
    assert found.where.row == line_of(text, wrong)
    assert do in found.do


def test_a_missing_key_is_named_at_its_table():
    text = EXAMPLE.replace('role = "area"\n', "")
    found = error(text)
    assert "'role' saknas" in found.what
    assert found.where.row == [n for n, line in enumerate(text.splitlines(), 1) if line == "[[column]]"][1]


def test_text_that_is_no_toml_names_the_line():
    text = EXAMPLE.replace('title = "Skola"', "title = Skola")
    assert error(text).where.row == 3


@pytest.mark.parametrize(
    ("more", "what", "part"),
    [
        ('[[column]]\nname = "kon"\nrole = "ignore"', "två gånger", 'name = "kon"'),
        ('[references]\nsex = { kind = "named" }', "behöver en kod", "sex = {"),
        ('[references]\nsex = { kind = "nobody" }', "'kind' kan inte vara", "sex = {"),
        ("[where]\nkommun = 126", "lista av texter", "kommun = 126"),
        ('[map]\npath = "karta.geojson"', "'property' saknas", "[map]"),
    ],
)
def test_what_does_not_hold_together_is_named(more, what, part):
    text = f"{EXAMPLE}\n{more}\n"
    found = error(text)
    assert what in found.what
    assert found.where.row == [n for n, line in enumerate(text.splitlines(), 1) if part in line][-1]


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ('count = "antal"\nbase = "bas"\n', "", "saknar både"),
        ('base = "bas"', 'value = "andel"', "både count och value"),
        ('kind = "proportion"', 'kind = "proportion"\ndirection = "target"', "målvärde"),
        ('rows = "counts"', 'rows = "persons"', "saknar outcome"),
    ],
)
def test_an_indicator_says_where_its_numbers_come_from(right, wrong, what):
    assert what in error(EXAMPLE.replace(right, wrong)).what


def test_the_written_file_explains_every_key_it_has():
    text = dataset_toml_text(parsed_dataset(EXAMPLE), lang="sv", evidence={"kon": "Namnet säger kön."})
    assert "# Namnet säger kön." in text
    assert "# Rapportens rubrik." in text
    assert "# role: Vad kolumnen är." in text
    assert parsed_dataset(text) == parsed_dataset(EXAMPLE)


@pytest.mark.parametrize("lang", ["sv", "en", "fi"])
def test_every_key_of_the_schema_is_explained(lang):
    told = words(lang, "sources.key")
    keys = {f"{section.name or 'top'}.{key.name}" for section in SECTIONS for key in section.keys}
    assert keys == set(told)
    assert parsed_dataset(dataset_toml_text(parsed_dataset(EXAMPLE), lang=lang)) == parsed_dataset(EXAMPLE)


@pytest.mark.parametrize(
    ("section", "made"),
    [("", Dataset), ("layout", FileLayout), ("column", Column), ("map", MapSpec), ("references", Reference)],
)
def test_the_schema_has_every_field_of_the_model(section, made):
    keys = {key.name for key in next(s for s in SECTIONS if s.name == section).keys}
    fields = {field.name for field in dataclasses.fields(made)}
    apart = {"layout", "columns", "indicators", "missing", "where", "references", "map"} if made is Dataset else set()
    assert keys == fields - apart


def test_the_schema_has_every_field_of_an_indicator():
    keys = {key.name for key in next(s for s in SECTIONS if s.name == "indicator").keys}
    fields = {field.name for made in (Indicator, IndicatorColumns) for field in dataclasses.fields(made)}
    assert keys == fields - {"indicator"}


def test_paths_lead_from_the_descriptions_folder(tmp_path):
    (tmp_path / "karta.geojson").write_text("{}")
    text = EXAMPLE + '\n[map]\npath = "karta.geojson"\nproperty = "kod"\n'
    (tmp_path / "dataset.toml").write_text(text, encoding="utf-8")
    found = read_dataset(tmp_path / "dataset.toml")
    assert found.path == str(tmp_path / "fil.csv")
    assert found.map is not None
    assert found.map.path == str(tmp_path / "karta.geojson")


def test_a_description_that_cannot_be_read_says_why(tmp_path):
    with pytest.raises(JamlikError) as caught:
        read_dataset(tmp_path / "borta.toml")
    assert caught.value.kind is ErrorKind.UNREADABLE
    (tmp_path / "latin.toml").write_bytes('title = "Kön"'.encode("cp1252"))
    with pytest.raises(JamlikError, match="UTF-8"):
        read_dataset(tmp_path / "latin.toml")


def test_lines_of_keys_survive_brackets_quotes_and_comments():
    text = 'a = """\n[x]\nb = 1\n"""\nc = [ # ]\n  "]",\n]\n[t."k y"]\n"d.e" = 1 # [f]\nf.g = 2\n'
    text += '[[l]]\n[[l]]\nh = "#["\ni = 1\n[l.m]\nn = 1\n'
    assert dict(key_lines(text)) == {
        ("a",): 1,
        ("c",): 5,
        ("t", "k y"): 8,
        ("t", "k y", "d.e"): 9,
        ("t", "k y", "f"): 10,
        ("t", "k y", "f", "g"): 10,
        ("l", 0): 11,
        ("l", 1): 12,
        ("l", 1, "h"): 13,
        ("l", 1, "i"): 14,
        ("l", 1, "m"): 15,
        ("l", 1, "m", "n"): 16,
    }


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
names = texts.filter(bool)
numbers = st.floats(allow_nan=False, allow_infinity=False)
tables = st.dictionaries(names, texts, max_size=3)
columns = st.builds(
    Column,
    name=names,
    role=st.sampled_from(ColumnRole),
    dimension=texts,
    age_breaks=st.sets(st.integers(0, 100), max_size=4).map(lambda ages: tuple(sorted(ages))),
    labels=tables,
    may_be_unequal=st.booleans(),
    fixed=tables,
    measure=texts,
    width=st.integers(0, 9),
)
indicators = st.builds(
    lambda slug, **parts: IndicatorColumns(Indicator(f"local:{slug}", **parts), count="antal", base="bas"),
    slug=names,
    name=st.fixed_dictionaries({"sv": texts}),
    kind=st.sampled_from(Kind),
    unit=texts,
    direction=st.sampled_from([Direction.UP, Direction.DOWN, Direction.NEUTRAL]),
    target=st.none() | numbers,
    threshold=numbers,
    multiplier=numbers,
    description=st.fixed_dictionaries({"sv": texts}) | st.just({}),
    theme=texts,
)
datasets = st.builds(
    Dataset,
    path=texts,
    title=texts,
    rows=st.just(RowKind.COUNTS),
    layout=st.builds(
        FileLayout,
        encoding=st.sampled_from(["", "utf-8", "cp1252"]),
        delimiter=st.sampled_from(["", ";", "\t"]),
        decimal=st.sampled_from(["", ",", "."]),
        skip_rows=st.integers(-1, 20),
        header_rows=st.integers(-1, 2),
        sheet=texts,
        compression=st.sampled_from(["", "gzip"]),
        format=st.sampled_from(["", "csv", "excel"]),
    ),
    columns=st.lists(columns, max_size=4, unique_by=lambda c: c.name).map(tuple),
    indicators=st.lists(indicators, max_size=3, unique_by=lambda s: s.indicator.id).map(tuple),
    source=texts,
    missing=st.dictionaries(texts, st.sampled_from(["suppressed", "missing", "not_applicable"]), max_size=3),
    where=st.dictionaries(names, st.lists(texts, max_size=3).map(tuple), max_size=2),
    references=st.dictionaries(names, st.just(Reference("named", "M")) | st.just(Reference("rest")), max_size=2),
    map=st.none() | st.builds(MapSpec, path=texts, property=texts, dimension=texts, source=texts),
    max_way=st.integers(1, 3),
)


@given(datasets)
def test_a_dataset_that_is_written_is_read_back(dataset):
    assert parsed_dataset(dataset_toml_text(dataset)) == dataset
