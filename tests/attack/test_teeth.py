"""The attack bites: a release with one hidden number put back, anywhere, is caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import jamlik
from jamlik.model.findings import Certainty, Finding, GapTrend, Level, Levelling
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Status
from jamlik.reports import write_all
from tests.attack.attacker import Attack
from tests.attack.files import NUMBERS, Trial, counts_file, required_failures
from tests.attack.leaks import leaks_in_cells, leaks_in_findings, unpublished_numbers
from tests.attack.reading import read_release
from tests.attack.test_small_files import AGES, ONE_YEAR_HIDDEN
from tests.attack.truth import Truth, truth_of
from tests.support.solver import Contradiction, Unknowns

HIDDEN = (("area", "B"), ("sex", "K"))
YEAR = "2021"


@dataclass(frozen=True)
class Made:
    """A result and the truth, to be made leaky."""

    result: AnalysisResult
    truth: Truth

    def written(self, result: AnalysisResult, folder: Path, formats: tuple[str, ...] = NUMBERS) -> Trial:
        folder.mkdir()
        write_all(result, folder, formats=formats)
        return Trial(read_release(folder), self.truth)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    source = counts_file(tmp_path_factory.mktemp("leaky"), ONE_YEAR_HIDDEN)
    return Made(jamlik.analyse(source).result, truth_of(source))


def _put_back(level: Level, truth: Truth) -> Level:
    cell = truth.cells[level.indicator, level.period, level.group]
    assert cell.base_n
    assert cell.count_n is not None
    share = 100 * cell.count_n / cell.base_n
    return replace(level, status=Status.SHOWN, base_n=cell.base_n, count_n=cell.count_n, value=share, low=0.0, high=9.0)


def _with_level(made: Made, group: object, change: Callable[[Level, Truth], Level]) -> AnalysisResult:
    levels = [
        change(level, made.truth) if (level.group, level.period) == (group, YEAR) else level
        for level in made.result.levels
    ]
    assert tuple(levels) != made.result.levels
    return replace(made.result, levels=tuple(levels))


def test_nothing_put_back_nothing_is_caught(made: Made, tmp_path: Path) -> None:
    assert required_failures(made.written(made.result, tmp_path / "out")) == []


def test_any_hidden_cell_put_back_gives_others_away(made: Made, tmp_path: Path) -> None:
    hidden = [x.group for x in made.result.levels if x.status is Status.SUPPRESSED and x.period == YEAR]
    caught = 0
    for number, group in enumerate(hidden):
        leaky = made.written(_with_level(made, group, _put_back), tmp_path / str(number))
        caught += bool(required_failures(leaky)) or group == HIDDEN
    assert caught == len(hidden) >= 4


def test_number_left_in_a_hidden_row_is_caught(made: Made, tmp_path: Path) -> None:
    trial = made.written(made.result, tmp_path / "out")
    key, seen = next((k, s) for k, s in trial.release.cells.items() if s.hidden)
    assert [*leaks_in_cells(trial.release)] == []
    object.__setattr__(trial.release, "cells", {**trial.release.cells, key: replace(seen, base=70)})
    assert [*leaks_in_cells(trial.release)] != []


def _finding(made: Made, change: Callable[[Finding], Finding]) -> AnalysisResult:
    place = next(i for i, f in enumerate(made.result.findings) if f.status is Status.SUPPRESSED)
    findings = list(made.result.findings)
    findings[place] = change(findings[place])
    return replace(made.result, findings=tuple(findings))


HIDDEN_NOW = "\n".join(line.replace("2021", "2024") for line in ONE_YEAR_HIDDEN.splitlines())


@pytest.fixture(scope="module")
def made_now(tmp_path_factory: pytest.TempPathFactory) -> Made:
    source = counts_file(tmp_path_factory.mktemp("leaky"), HIDDEN_NOW)
    return Made(jamlik.analyse(source).result, truth_of(source))


_LOUD: dict[str, Callable[[Finding], Finding]] = {
    "sentence": lambda f: replace(f, sentence=f.sentence + " Det är 2 av 70."),
    "direction": lambda f: replace(f, sentence=f.sentence + " Nivån är lägre."),
    "shown": lambda f: replace(f, status=Status.SHOWN, level=2.9, level_reference=41.7, gap=-38.8, base_n=70.0),
}


@pytest.mark.parametrize("how", _LOUD)
def test_finding_on_a_hidden_cell_that_speaks_is_caught(made_now: Made, how: str, tmp_path: Path) -> None:
    quiet = made_now.written(made_now.result, tmp_path / "quiet")
    assert [*leaks_in_findings(quiet.release)] == []
    loud = made_now.written(_finding(made_now, _LOUD[how]), tmp_path / "loud")
    assert [*leaks_in_findings(loud.release)] != []


def test_size_of_a_hidden_group_in_a_finding_is_used(made_now: Made, tmp_path: Path) -> None:
    """A finding that tells its group's size and level is as good as the cell: the arithmetic takes it up."""
    told = {"status": Status.SHOWN, "certainty": Certainty.UNCLEAR, "level": 100 * 2 / 70, "level_reference": 41.7}
    place = next(i for i, f in enumerate(made_now.result.findings) if f.group == HIDDEN and f.reference[0] == HIDDEN[0])
    findings = list(made_now.result.findings)
    findings[place] = replace(findings[place], **told, gap=-38.8, base_n=70.0, reference_n=60.0)
    loud = made_now.written(replace(made_now.result, findings=tuple(findings)), tmp_path / "loud")
    assert any("'K'" in failure and "yes" in failure for failure in required_failures(loud))


def test_trend_from_a_hidden_year_is_caught(made: Made, tmp_path: Path) -> None:
    trend = GapTrend(YEAR, "2023", -38.8, 1.0, 0.5, 1.5, 0.01, 0.02, Levelling.UP)
    findings = tuple(replace(f, trend=trend) if f.group == HIDDEN else f for f in made.result.findings)
    leaky = made.written(replace(made.result, findings=findings), tmp_path / "out")
    assert any("2021" in leak for leak in leaks_in_findings(leaky.release))


def test_number_on_a_page_that_stands_in_no_table_is_caught(made: Made, tmp_path: Path) -> None:
    trial = made.written(made.result, tmp_path / "out", (*NUMBERS, "html"))
    assert [*unpublished_numbers(trial.release)] == []
    page = tmp_path / "out" / "report.html"
    page.write_text(page.read_text("utf-8").replace("</main>", "<p>Ändå 98,7654 %</p></main>"), "utf-8")
    assert [*unpublished_numbers(trial.release)] != []


def test_ages_between_the_ends_of_bands_are_put_together(tmp_path: Path) -> None:
    """Where the bands 0–5, 6–17 and 0–17 are told, the attack knows that two make the third."""
    source = counts_file(tmp_path, AGES.replace("44  3", "44  20").replace("134 43", "134 60"))  # nothing to hide
    trial = Made(jamlik.analyse(source).result, truth_of(source)).written(jamlik.analyse(source).result, tmp_path / "o")
    group = (("age", "0-5"), ("area", "B"), ("sex", "K"))
    cells = dict(trial.release.cells)
    cells["local:yes", "-", group] = replace(cells["local:yes", "-", group], word="visas inte", base=None, count=None)
    object.__setattr__(trial.release, "cells", cells)
    object.__setattr__(trial.release, "findings", ())
    worked = {(w.what, w.cell[2]): w.interval for w in Attack(trial.release).worked()}
    assert (worked["yes", group].low, worked["yes", group].high) == (99, 99)


def test_solver_whole_numbers_and_limits() -> None:
    unknowns = Unknowns()
    for name in "abc":
        unknowns.add(name)
    unknowns.within([(1, "a"), (1, "b")], 3, 3)
    unknowns.within([(2, "a"), (-1, "c")], 0.5, 0.5)  # whole numbers cannot: 2a is even
    with pytest.raises(Contradiction):
        unknowns.intervals("a")


def test_solver_box_with_margins() -> None:
    """Two by two with margins 5, 7 and 4, 8: the corner lies within 0 and 4, by hand."""
    unknowns = Unknowns()
    for name in ("ab", "aB", "Ab", "AB"):
        unknowns.add(name)
    for parts, total in ((("ab", "aB"), 5), (("Ab", "AB"), 7), (("ab", "Ab"), 4), (("aB", "AB"), 8)):
        unknowns.within([(1, part) for part in parts], total, total)
    found = unknowns.intervals(["ab", "AB"])
    assert (found["ab"].low, found["ab"].high) == (0, 4)
    assert (found["AB"].low, found["AB"].high) == (3, 7)
