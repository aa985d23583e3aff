"""What the tests of statistics share: a small file with a planted difference, and a worker that runs what waits."""

from __future__ import annotations

import numpy as np
import pytest

from jamlik.web.core import clock
from jamlik.web.core.worker import Worker
from jamlik.web.statistics import actions

AT = clock.now()


def school_file(*, years=(2024, 2025), girls=0.80, boys=0.55, n=300, seed=1) -> bytes:
    """Pupils, one row each: more girls than boys pass, the same in both areas."""
    rng = np.random.default_rng(seed)
    lines = ["År;Kön;Område;Godkänd"]
    for year in years:
        for sex, share in (("Flicka", girls), ("Pojke", boys)):
            for area in ("Norr", "Söder"):
                passed = rng.random(n) < share
                lines += [f"{year};{sex};{area};{'Ja' if p else 'Nej'}" for p in passed]
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def run_jobs():
    """Run every job that waits, as a worker would."""

    def run() -> None:
        worker = Worker(pause=0.0, name="test:1")
        while worker.run_one():
            pass

    return run


@pytest.fixture
def committee(municipality):
    return municipality.committees[0]


@pytest.fixture
def analyst(user_of, committee):
    return user_of("analyst", committee)


@pytest.fixture
def data_set(committee, analyst):
    return actions.create_data_set(title="Betyg", owner=committee, by=analyst, at=AT)


@pytest.fixture
def loaded(data_set, analyst, run_jobs, django_capture_on_commit_callbacks):
    """A data set with one version in use."""

    def load(content: bytes, name: str = "betyg.csv"):
        imported = actions.receive_file(data_set=data_set, file_name=name, parts=[content], by=analyst, at=AT)
        run_jobs()
        imported.refresh_from_db()
        actions.accept_import(imported=imported, by=analyst, at=AT)
        with django_capture_on_commit_callbacks(execute=True):
            run_jobs()
        imported.refresh_from_db()
        data_set.refresh_from_db()
        return imported

    return load
