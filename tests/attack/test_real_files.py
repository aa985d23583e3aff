"""Whole reports on Ekby and on the base areas of Huddinge, attacked through every file of their folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import jamlik
from jamlik.reports import FORMATS
from tests.attack.files import Trial, required_failures, trial
from tests.attack.leaks import leaks_in_cells, leaks_in_findings, leaks_in_run, unpublished_numbers
from tests.attack.reading import texts_of

BASE_AREAS = "data/sodertorn/basomraden_huddinge_kon_2000-2017.csv.gz"


def _leaks(made: Trial) -> list[str]:
    release = made.release
    return [
        *leaks_in_cells(release),
        *leaks_in_findings(release),
        *leaks_in_run(release),
        *unpublished_numbers(release),
    ]


def _require_silence(made: Trial, record_property: pytest.RecordProperty) -> None:  # type: ignore[name-defined]
    assert made.release.hidden
    worked = made.worked()
    sensitive = [w.interval.width for w in worked if made.truth.sensitive(w)]
    record_property("hidden", f"{len(made.release.hidden)} of {len(made.release.cells)}")
    record_property("narrowest", f"{min(sensitive, default=np.inf):g} among {len(sensitive)} sensitive numbers")
    assert required_failures(made) == []
    assert _leaks(made) == []


# One service here; the other, and more draws of both, are in make prove.
@pytest.fixture(scope="module", params=["hemtjanst", pytest.param("grundskola", marks=pytest.mark.prove)])
def ekby(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    folder = tmp_path_factory.mktemp("ekby")
    tomls = jamlik.ekby(folder / "data", seed=1).tomls
    return trial(tomls[request.param], folder / "out", formats=tuple(FORMATS))


@pytest.mark.slow
def test_ekby_report_gives_nothing_hidden_back(ekby: Trial, record_property: pytest.RecordProperty) -> None:  # type: ignore[name-defined]
    _require_silence(ekby, record_property)


@pytest.mark.slow
def test_ekby_files_hold_no_true_value_of_a_hidden_share(ekby: Trial) -> None:
    """Shares of hidden cells at more digits than anything is published with are in no text of any file."""
    exact = set()
    for key in ekby.release.hidden:
        cell = ekby.truth.cells[key]
        if cell.base_n and cell.count_n is not None and 0 < cell.count_n < cell.base_n:
            exact.add(f"{100 * cell.count_n / cell.base_n:.6f}".rstrip("0")[:7])
    exact = {text for text in exact if len(text) == 7}
    assert exact
    for name, text in texts_of(ekby.release.folder):
        found = {each for each in exact if each in text or each.replace(".", ",") in text}
        assert not found, name


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(2, 6))
@pytest.mark.parametrize("service", ["hemtjanst", "grundskola"])
def test_more_ekby_reports_give_nothing_hidden_back(
    service: str,
    seed: int,
    tmp_path: Path,
    record_property: pytest.RecordProperty,  # type: ignore[name-defined]
) -> None:
    tomls = jamlik.ekby(tmp_path / "data", seed=seed).tomls
    _require_silence(trial(tomls[service], tmp_path / "out", formats=tuple(FORMATS)), record_property)


@pytest.mark.slow
def test_base_areas_report_gives_nothing_hidden_back(
    repository: Path,
    shared_dir: Path,
    tmp_path: Path,
    record_property: pytest.RecordProperty,  # type: ignore[name-defined]
) -> None:
    description = repository / "examples" / "sodertorn.toml"
    made = trial(description, tmp_path / "out", formats=tuple(FORMATS), file=shared_dir / BASE_AREAS)
    _require_silence(made, record_property)
    counts = [seen.count for seen in made.release.cells.values() if seen.count is not None]
    assert not [count for count in counts if 0 < count < 5]
