"""Random small files of persons: whatever is in them, what is hidden stays unknown, or nothing is published at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jamlik.model.errors import ErrorKind, JamlikError
from tests.attack.files import persons_file, required_failures, trial
from tests.attack.leaks import leaks_in_cells, leaks_in_findings

FILES = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32 - 1),
        "people": st.integers(30, 250),
        "areas": st.integers(2, 6),
        "skew": st.sampled_from([0.4, 1.0, 3.0]),
        "shares": st.lists(st.sampled_from([0.02, 0.1, 0.4, 0.9, 0.98]), min_size=1, max_size=2),
        "years": st.integers(1, 2),
        "layer": st.booleans(),
        "age": st.booleans(),
        "mean": st.booleans(),
        "weight": st.booleans(),
        "answers": st.booleans(),
    }
)


def _file(folder: Path, how: dict[str, object]) -> Path:
    rng = np.random.default_rng(how["seed"])
    n, areas = int(str(how["people"])), "ABCDEF"[: int(str(how["areas"]))]
    columns: dict[str, object] = {
        "period": rng.choice(["2022", "2023"][: int(str(how["years"]))], n),
        "sex": rng.choice(["K", "M"], n),
        "area": rng.choice(list(areas), n, p=rng.dirichlet(np.full(len(areas), how["skew"]))),
    }
    if how["layer"]:
        columns["cov"] = rng.choice(["hög", "låg"], n, p=[0.2, 0.8])
    if how["age"]:
        columns["age"] = rng.choice(["0-5", "6-12", "13-17"], n)
    if how["weight"]:
        columns["weight"] = rng.uniform(0.5, 3, n).round(2)
    for place, share in enumerate(how["shares"]):  # type: ignore[arg-type]
        columns[f"out_{place}"] = (rng.random(n) < share).astype(int)
    if how["mean"]:
        columns["out_mean"] = rng.gamma(2, 10, n).round(1)
    if how["answers"]:
        columns["out_answer"] = rng.choice(["bra", "dålig", "medel"], n, p=rng.dirichlet([1, 1, 1]))
    return persons_file(folder, list(columns), zip(*columns.values(), strict=True))  # type: ignore[call-overload]


def _attacked(how: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            made = trial(_file(folder, how), folder / "out")
        except JamlikError as error:
            if error.kind in (ErrorKind.RELEASE_REFUSED, ErrorKind.NOTHING_TO_ANALYSE):
                return  # nothing was published
            raise
        assert required_failures(made) == []
        assert [*leaks_in_cells(made.release), *leaks_in_findings(made.release)] == []


_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]


@pytest.mark.slow
@settings(max_examples=4, deadline=None, suppress_health_check=_SLOW)
@given(FILES)
def test_random_persons_what_is_hidden_stays_unknown(how: dict[str, object]) -> None:
    _attacked(how)


@pytest.mark.prove
@settings(max_examples=300, deadline=None, suppress_health_check=_SLOW, phases=(Phase.explicit, Phase.generate))
@given(FILES)
def test_many_random_persons_what_is_hidden_stays_unknown(how: dict[str, object]) -> None:
    _attacked(how)


def _with_missing_answers(folder: Path, seed: int) -> Path:
    """Two questions that not everybody answered, in areas of very different size."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(100, 300))
    area = rng.choice(list("ABCDEFGH"), n, p=rng.dirichlet(np.full(8, 0.7)))
    columns = [rng.choice(["K", "M"], n), area]
    for _ in range(2):
        answer = (rng.random(n) < rng.choice([0.1, 0.5, 0.9])).astype(int).astype(object)
        answer[rng.random(n) < rng.choice([0.0, 0.1, 0.3])] = ""
        columns.append(answer)
    return persons_file(folder, ["sex", "area", "out_a", "out_b"], zip(*columns, strict=True))


@pytest.mark.prove
def test_missing_answers_do_not_tell_one_base_by_another(tmp_path: Path) -> None:
    failures = []
    for seed in range(200):
        (tmp_path / str(seed)).mkdir()
        try:
            made = trial(_with_missing_answers(tmp_path / str(seed), seed), tmp_path / str(seed) / "out")
        except JamlikError:
            continue
        failures += [(seed, each) for each in required_failures(made)]
    assert failures == []


TINY = {
    "answers": {"seed": 1, "people": 80, "areas": 3, "skew": 1.0, "shares": [0.02], "layer": False, "answers": True},
    "answers by layer": {
        "seed": 2,
        "people": 100,
        "areas": 3,
        "skew": 1.0,
        "shares": [],
        "layer": True,
        "answers": True,
    },
    "groups of nobody": {
        "seed": 23,
        "people": 175,
        "areas": 3,
        "skew": 1.0,
        "shares": [0.98],
        "layer": True,
        "years": 2,
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TINY)
def test_tiny_files_are_protected_and_not_refused(name: str, tmp_path: Path) -> None:
    """Somebody is alone in many a group and answer; that is no ground to refuse the whole analysis."""
    usual = {"years": 1, "layer": False, "age": False, "mean": False, "weight": False, "answers": False}
    made = trial(_file(tmp_path, usual | TINY[name]), tmp_path / "out")
    assert made.release.hidden
    assert required_failures(made) == []
