"""Identity numbers, addresses and forbidden grounds. Every number here is invented."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jamlik.privacy.grounds import Ground
from jamlik.privacy.scan import TraceKind, grounds_in_columns, is_identity_number, traces_in_column, traces_in_text


def check_digit(nine: str) -> str:
    total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(nine))
    return str(-total % 10)


def number(year=1985, month=7, day=9, serial=980, *, between="", century=True, coordination=False) -> str:
    date = f"{year:04}{month:02}{day + 60 * coordination:02}"
    full = date + f"{serial:03}" + check_digit(date[2:] + f"{serial:03}")
    head, tail = full[:8], full[8:]
    return (head if century else head[2:]) + between + tail


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2026, 12, 31)),
    st.integers(0, 999),
    st.sampled_from(["", "-", "+", " "]),
    st.booleans(),
    st.booleans(),
)
def test_every_valid_number_is_found_in_running_text(born, serial, between, century, coordination):
    text = number(born.year, born.month, born.day, serial, between=between, century=century, coordination=coordination)
    found = traces_in_text(f"Eleven ({text}), åk 9.")
    assert [trace.kind for trace in found] == [
        TraceKind.COORDINATION_NUMBER if coordination else TraceKind.PERSONAL_NUMBER
    ]
    assert is_identity_number(text)


@pytest.mark.parametrize("place", range(10))
def test_wrong_digit_is_not_a_number(place):
    digits = number(century=False)
    other = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
    assert not is_identity_number(other)


@pytest.mark.parametrize(
    "text", ["08-123 45 67", "2024-03-01", "556036-0793", "1 234 567 890", "3,1415926535", "0126A0010"]
)
def test_other_numbers_are_left_alone(text):
    assert not [trace for trace in traces_in_text(text) if trace.kind is not TraceKind.EMAIL]


def test_impossible_date_is_not_a_number():
    date = "850230"
    assert not is_identity_number(date + "980" + check_digit(date + "980"))


def test_address_is_found_and_not_repeated():
    found = traces_in_text("Skriv till anna.test@ekby.example.se i dag")
    assert [trace.kind for trace in found] == [TraceKind.EMAIL]
    assert "anna" not in repr(found)


def test_column_of_bare_numbers_is_found_even_as_floats():
    values = [float(number(1950 + i, century=False, serial=100 + i)) for i in range(10)]
    found = traces_in_column(values)
    assert [(f.kind, f.rows_n, f.first_row) for f in found] == [(TraceKind.PERSONAL_NUMBER, 10, 0)]


def test_column_with_one_number_in_free_text_is_found():
    found = traces_in_column(["bra", None, "", f"se {number(between='-')}", "dåligt"] + ["ok"] * 100)
    assert [(f.rows_n, f.first_row) for f in found] == [(1, 3)]


def test_column_of_large_sums_is_left_alone():
    assert traces_in_column(range(8_507_099_000, 8_507_109_000, 7)) == ()


@pytest.mark.parametrize(
    ("column", "ground"),
    [
        ("etnicitet", Ground.ETHNICITY),
        ("Etnisk_tillhörighet", Ground.ETHNICITY),
        ("EthnicGroup", Ground.ETHNICITY),
        ("etninen tausta", Ground.ETHNICITY),
        ("religion", Ground.RELIGION),
        ("trosuppfattning", Ground.RELIGION),
        ("Uskonto", Ground.RELIGION),
        ("sexuell läggning", Ground.SEXUAL_ORIENTATION),
        ("sexual_orientation", Ground.SEXUAL_ORIENTATION),
        ("könsidentitet", Ground.GENDER_IDENTITY),
        ("sukupuoli-identiteetti", Ground.GENDER_IDENTITY),
        ("Har funktionsnedsättning", Ground.DISABILITY),
        ("disability", Ground.DISABILITY),
        ("vammaisuus", Ground.DISABILITY),
        ("nationell minoritet", Ground.NATIONAL_MINORITY),
        ("personnummer", Ground.IDENTITY),
        ("PersonNr", Ground.IDENTITY),
    ],
)
def test_ground_as_a_column_of_person_rows_is_refused_with_an_alternative(column, ground):
    (found,) = grounds_in_columns(["kön", column, "omrade"], person_rows=True, data_source="anonymous_survey")
    assert (found.column, found.ground, found.refused) == (column, ground, True)
    assert set(found.alternative) == {"sv", "en", "fi"}


@pytest.mark.parametrize(
    "column",
    ["kön", "ålder", "område", "basområde", "inkomst", "trots", "tro_pa_framtiden", "trafik", "raster", "transport",
     "grasyta", "sexår", "förskola", "behörig", "samtliga", "region", "race_time", "funktion", "romtid", "same_day"],
)  # fmt: skip
def test_ordinary_column_is_left_alone(column):
    assert grounds_in_columns([column], person_rows=True) == ()


@pytest.mark.parametrize("column", ["modersmål", "hemspråk", "Födelseland"])
def test_proxy_is_a_warning_only(column):
    (found,) = grounds_in_columns([column], person_rows=True)
    assert found.ground is None
    assert not found.refused


@pytest.mark.parametrize(
    ("column", "source", "refused"),
    [
        ("religion", "register", True),
        ("religion", "service_aggregate", True),
        ("religion", "anonymous_survey", False),
        ("funktionsnedsättning", "service_aggregate", False),
        ("funktionsnedsättning", "register", True),
    ],
)
def test_ground_in_aggregates_depends_on_the_declared_source(column, source, refused):
    (found,) = grounds_in_columns([column], person_rows=False, data_source=source)
    assert found.refused is refused
