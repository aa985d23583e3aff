"""Two worlds that differ only in what is hidden give the same files, byte for byte."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import jamlik
from jamlik.analysis import ask as asking
from jamlik.analysis.ask import Settings, ask
from jamlik.analysis.intake import opened
from jamlik.analysis.prepare import prepared_persons
from jamlik.model.tables import Status
from jamlik.reports import FORMATS, write_all
from jamlik.reports.run import run_json
from jamlik.sources.read import read_persons
from tests.attack.files import counts_file, persons_file

ONE = "area sex n yes\nA K 60 3\nA M 70 9\nB K 80 9\nB M 90 40\nC K 300 120\nC M 310 130\nD K 200 80\nD M 210 90"
OTHER = "area sex n yes\nA K 60 4\nA M 70 8\nB K 80 8\nB M 90 41\nC K 300 120\nC M 310 130\nD K 200 80\nD M 210 90"


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_people_moved_within_what_is_hidden_change_no_file(tmp_path: Path) -> None:
    worlds = []
    for name, table in (("one", ONE), ("other", OTHER)):
        (tmp_path / name).mkdir()
        result = jamlik.analyse(counts_file(tmp_path / name, table)).result
        (tmp_path / name / "out").mkdir()
        write_all(result, tmp_path / name / "out")
        run = json.loads(run_json(result))
        run.pop("input")
        hidden = {level.group for level in result.levels if level.status is Status.SUPPRESSED}
        worlds.append((hidden, _files(tmp_path / name / "out"), run))
    (hidden, one, run), (also_hidden, other, also_run) = worlds
    block = {(("area", area), ("sex", sex)) for area in "AB" for sex in "KM"}
    assert block <= hidden == also_hidden, "the worlds must differ in hidden cells only"
    assert {name for name in one if one[name] != other[name]} == set()
    assert run == also_run


@pytest.mark.parametrize(
    "formats", [("csv", "json", "xlsx", "html"), pytest.param(tuple(FORMATS), marks=pytest.mark.slow)]
)
def test_behind_the_gate_nothing_reads_an_unprotected_cell(
    formats: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the gate has answered, taking every unprotected cell away changes nothing in any file."""
    rng = np.random.default_rng(11)
    n = 900
    columns = (
        rng.choice(["2021", "2022", "2023", "2024"], n),
        rng.choice(["K", "M"], n),
        rng.choice(list("ABCDE"), n, p=[0.4, 0.3, 0.2, 0.07, 0.03]),
        rng.choice(["hög", "låg"], n, p=[0.2, 0.8]),
        (rng.random(n) < 0.2).astype(int),
        rng.gamma(2, 10, n).round(0),
    )
    header = ["period", "sex", "area", "cov", "out", "out_mean"]
    dataset = opened(persons_file(tmp_path, header, zip(*columns, strict=True)))
    prepared = prepared_persons(read_persons(dataset, path=Path(dataset.path)))
    table = asking.protected(prepared.table)
    folders = []
    for name, cells in (("whole", prepared.table.cells), ("emptied", ())):
        monkeypatch.setattr(asking, "protected", lambda *_, **__: table)
        given = replace(prepared, table=replace(prepared.table, cells=cells))
        folders.append(tmp_path / name)
        folders[-1].mkdir()
        write_all(ask(given, dataset=dataset, settings=Settings()), folders[-1], formats=formats)
    assert any(cell.status is Status.SUPPRESSED for cell in table.cells.values())
    assert _files(folders[0]) == _files(folders[1])
