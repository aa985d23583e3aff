"""Identity numbers and addresses in columns of any name are refused, in the first batch or a later one."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from jamlik.analysis.lawful import Lookout
from jamlik.calls import analyse
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.sources.reader import ROW


def check_digit(nine: str) -> str:
    total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(nine))
    return str(-total % 10)


def numbers(n: int, *, between: str = "", century: bool = True) -> list[str]:
    """Invented numbers that pass date and check digit."""
    found = []
    for i in range(n):
        ten = f"{50 + i % 40}{1 + i % 12:02}{1 + i % 28:02}{i % 1000:03}"
        found.append(f"{'19' if century else ''}{ten[:6]}{between}{ten[6:]}{check_digit(ten)}")
    return found


def looked(values: list[object], *, mail: bool = True, rows: int = 50) -> JamlikError | None:
    """Look at a column batch by batch; what was said, or None."""
    frame = pl.DataFrame({"kod2": pl.Series(values, strict=False), ROW: range(2, len(values) + 2)})
    lookout = Lookout("fil.csv", mail=mail)
    try:
        for batch in frame.iter_slices(rows):
            lookout(batch)
    except JamlikError as refused:
        return refused
    return None


@pytest.mark.parametrize(
    "form", ["850709-9805", "8507099805", "19850709-9805", "198507099805", 8507099805, 1.98507099805e11]
)
def test_column_of_identity_numbers_is_refused_however_they_are_written(form):
    ten = check_digit("850709980")
    values = [form.replace("9805", f"980{ten}") if isinstance(form, str) else int(form) // 10 * 10 + int(ten)] * 20
    said = looked([float(v) for v in values] if isinstance(form, float) else values)
    assert said is not None
    assert said.kind is ErrorKind.FORBIDDEN_GROUND
    assert (said.where.column, said.where.row) == ("kod2", 2)
    assert "20 rader" in said.what
    assert "850709" not in str(said)


def test_one_number_in_a_late_batch_is_refused_with_its_row():
    said = looked(["inget"] * 170 + [f"ring {numbers(1)[0]} i dag", "inget"])
    assert said is not None
    assert said.where.row == 172
    assert "1 rad " in said.what


def test_address_is_refused_in_person_rows_only():
    values = ["inget"] * 10 + ["anna@ekby.example.se"]
    said = looked(values)
    assert said is not None
    assert "e-post" in said.what
    assert "anna" not in str(said)
    assert looked(values, mail=False) is None


def test_numbers_that_only_look_like_it_are_left_alone():
    began = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    times = [began + dt.timedelta(minutes=37 * n) for n in range(500)]
    assert looked([t.strftime("%Y%m%d%H%M") for t in times]) is None
    assert looked([t.strftime("%Y%m%d %H%M") for t in times]) is None
    assert looked(times) is None
    assert looked(list(range(8_507_099_000, 8_507_109_000, 17))) is None
    assert looked([1234567.25 * n for n in range(300)]) is None
    assert looked([True, False, None] * 20) is None


def persons(column: list[str]) -> pl.DataFrame:
    n = len(column)
    return pl.DataFrame(
        {
            "kon": ["K", "M"] * (n // 2),
            "skola": ["Norr", "Norr", "Söder"] * (n // 3),
            "kod2": column,
            "klarade": ["ja", "ja", "ja", "nej"] * (n // 4),
        }
    )


def test_oddly_named_column_that_no_analysis_uses_is_refused():
    with pytest.raises(JamlikError, match="personnummer") as refused:
        analyse(persons(numbers(600, between="-")))
    assert refused.value.kind is ErrorKind.FORBIDDEN_GROUND
    assert refused.value.where.column == "kod2"


def test_rows_far_down_are_looked_at_too(monkeypatch):
    monkeypatch.setattr("jamlik.sources.reader._BATCH_ROWS", 120)
    column = [""] * 588 + numbers(12, between="-")
    with pytest.raises(JamlikError, match="12 rader") as refused:
        analyse(persons(column))
    assert refused.value.where.row == 589


def test_lookout_is_used_for_counts_as_well(written_counts):
    with pytest.raises(JamlikError, match="personnummer"):
        analyse(written_counts)


@pytest.fixture
def written_counts() -> pl.DataFrame:
    rows = [(a, s, 40 + i, 90 + i) for i, (a, s) in enumerate((a, s) for a in "ABCD" for s in "KM")]
    frame = pl.DataFrame(rows, schema=["område", "kön", "antal_ja", "antal_elever"], orient="row")
    return frame.with_columns(pl.Series("ansvarig", numbers(8, between="-")))
