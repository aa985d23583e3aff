"""Counts and their bases under all sorts of headers, and persons that must stay persons."""

from __future__ import annotations

import random

import polars as pl
import pytest

from jamlik.calls import analyse
from jamlik.model.dataset import RowKind
from jamlik.sources.inspect import inspect_file
from jamlik.sources.read import read_cells

GROUPS = {
    "Område;Kön": [(area, sex) for area in ("Norr", "Söder", "Väster", "Öster") for sex in ("Kvinnor", "Män")],
    "Kön;Ålder": [(sex, age) for sex in "KM" for age in ("18-29", "30-49", "50-64", "65+")],
    "Årskurs;Kön": [(str(year), sex) for year in range(1, 10) for sex in ("flicka", "pojke")],
    "Enhetskod;Kön": [(str(11_000 + 7 * n), sex) for n in range(150) for sex in "KM"],
    "Skola;Kön": [(f"Skola {n}", sex) for n in range(250) for sex in "KM"],
}
HEADERS = [
    "Antal nöjda;Antal",
    "Antal;Antal nöjda",
    "Nöjda;Svarande",
    "Behöriga;Elever",
    "Behöriga elever;Elever totalt",
    "Röstande;Röstberättigade",
    "Godkända;Alla",
    "Inskrivna;Barn",
    "Ja;Antal svar",
    "Täljare;Nämnare",
    "Med bistånd;Invånare",
    "Uppnått målen;Underlag",
    "Employed;Population",
    "Passed;Pupils",
    "Hyväksytyt;Oppilaat",
]


def table(groups: str, numbers: str, *, seed: int = 3) -> str:
    draw = random.Random(seed)
    lines = [f"{groups};{numbers}"]
    for group in GROUPS[groups]:
        base = draw.randint(60, 400)
        pair = [draw.randint(10, base - 5), base]
        if numbers.startswith("Antal;"):
            pair.reverse()
        lines.append(";".join([*group, *map(str, pair)]))
    return "\n".join(lines)


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("numbers", HEADERS)
def test_count_and_base_are_known_under_any_header(written, groups, numbers):
    path = written(table(groups, numbers))
    found = inspect_file(path)
    count, base = numbers.split(";")[:: -1 if numbers.startswith("Antal;") else 1]
    assert found.rows is RowKind.COUNTS
    assert [(spec.count, spec.base) for spec in found.dataset.indicators] == [(count, base)]
    cells = read_cells(found.dataset, path=path).cells
    assert len(cells) == len(GROUPS[groups])


@pytest.mark.parametrize("numbers", ["Medelålder;Medellön", "Nöjda;Ej nöjda", "Poäng;Lön"])
@pytest.mark.parametrize("groups", ["Område;Kön", "Kön;Ålder"])
def test_two_numbers_of_other_sorts_are_no_count_and_base(written, groups, numbers):
    found = inspect_file(written(table(groups, numbers)))
    assert found.rows is RowKind.VALUES
    assert not any(spec.base for spec in found.dataset.indicators)


def people(**columns: list[object]) -> pl.DataFrame:
    draw = random.Random(5)
    n = 600
    made = {"kön": [draw.choice("KM") for _ in range(n)], "skola": [draw.choice(["Norr", "Söder"]) for _ in range(n)]}
    return pl.DataFrame(made | columns)


def whole(low: int, high: int, *, seed: int) -> list[object]:
    draw = random.Random(seed)
    return [draw.randint(low, high) for _ in range(600)]


PERSONS = {
    "household": {"barn": whole(0, 2, seed=1), "personer": whole(3, 6, seed=2)},
    "tests": {"rätta": whole(10, 20, seed=1), "alla frågor": [20] * 600},
    "hours": {"beviljade": whole(10, 60, seed=1), "behov": whole(60, 90, seed=2)},
    "grade": {"årskurs": whole(7, 9, seed=1), "meritvärde": whole(100, 340, seed=2)},
    "comment": {
        "kommentar": [f"skrev {n}" for n in range(600)],
        "barn": whole(0, 2, seed=1),
        "personer": whole(3, 6, seed=2),
    },
    "running": {"löpnr": list(range(600)), "poäng": whole(10, 60, seed=1), "svar": whole(60, 90, seed=2)},
}


@pytest.mark.parametrize("columns", PERSONS.values(), ids=PERSONS)
def test_persons_with_two_numbers_stay_persons(columns):
    assert inspect_file(people(**columns)).rows is RowKind.PERSONS


def test_counts_without_the_word_give_a_report(written):
    result = analyse(written(table("Område;Kön", "Nöjda;Svarande"))).result
    assert result.family.tested_n > 0
    assert {finding.method for finding in result.findings} == {"newcombe"}
