"""A person who is alone in a hidden cell, and so knows it, learns no other sensitive number exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.attack.attacker import Attack, Worked
from tests.attack.files import Trial, counts_file, persons_file, trial

PAIRS = "area sex n yes\nA K 60 1\nA M 70 1\nB K 80 30\nB M 90 40\nC K 300 120\nC M 310 130"
SPREAD = "area sex n yes\nA K 60 1\nA M 70 20\nB K 80 2\nB M 90 40\nC K 300 1\nC M 310 130\nD K 90 44\nD M 95 41"


def _inside(own: Worked, other: Worked) -> bool:
    """Whether one group holds the other: what it tells is about the same person."""
    return set(own.cell[2]) <= set(other.cell[2]) or set(other.cell[2]) <= set(own.cell[2])


def _learnt(made: Trial) -> list[str]:
    """What single persons learn of others: numbers that nobody else can determine."""
    outside = Attack(made.release).worked(enough=1)
    found = []
    for own in outside:
        if made.truth.value(own) != 1:
            continue
        name = (own.what, own.cell[0], own.cell[1], own.cell[2])
        for other in Attack(made.release, extra={name: 1.0}).worked(enough=1):
            if made.truth.sensitive(other) and other.interval.width == 0 and not _inside(own, other):
                found.append(f"{own.what} of {own.cell} tells {other.what} of {other.cell}")
    return found


@pytest.mark.parametrize("table", [PAIRS, SPREAD], ids=["pairs", "spread"])
def test_single_person_learns_nothing_of_others(table: str, tmp_path: Path) -> None:
    made = trial(counts_file(tmp_path, table), tmp_path / "out")
    assert made.release.hidden
    assert _learnt(made) == []


@pytest.mark.slow
def test_single_person_among_few_learns_nothing_of_others(tmp_path: Path) -> None:
    rng = np.random.default_rng(21)
    people = zip(
        rng.choice(["K", "M"], 400),
        rng.choice(list("ABCDE"), 400, p=[0.5, 0.3, 0.1, 0.07, 0.03]),
        (rng.random(400) < 0.06).astype(int),
        strict=True,
    )
    assert _learnt(trial(persons_file(tmp_path, ["sex", "area", "out"], people), tmp_path / "out")) == []


def test_insider_is_caught_where_one_pair_is_all_that_is_hidden(tmp_path: Path) -> None:
    """The test itself bites: with only two cells hidden, each of one person, either gives the other away."""
    made = trial(counts_file(tmp_path, PAIRS), tmp_path / "out")
    pair = {(("area", "A"), ("sex", "K")), (("area", "A"), ("sex", "M"))}
    cells = {}
    for key, seen in made.release.cells.items():
        cell = made.truth.cells[key]
        shown = type(seen)("", cell.base_n, cell.count_n, None, None, None, None)
        cells[key] = seen if key[2] in pair else shown
    object.__setattr__(made.release, "cells", cells)
    object.__setattr__(made.release, "findings", ())
    assert all(cells["local:yes", "-", group].hidden for group in pair)
    # the sex margins would give both away to anybody: the insider sees the area's total only
    few = {key: seen for key, seen in cells.items() if dict(key[2]).get("area") == "A"}
    object.__setattr__(made.release, "cells", few)
    assert _learnt(made) != []
