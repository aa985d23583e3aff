"""What the test of killed workers runs in processes of their own: `python killed.py prepare:FILE work:VERB look …`."""

from __future__ import annotations

import json
import os
import signal
import sys

import django

django.setup()

from jamlik.web.core import audit, clock  # noqa: E402
from jamlik.web.core.audit_proof import proved  # noqa: E402
from jamlik.web.core.job_models import Job  # noqa: E402
from jamlik.web.core.models import User  # noqa: E402
from jamlik.web.core.worker import Worker  # noqa: E402
from jamlik.web.organisation.models import Unit  # noqa: E402
from jamlik.web.statistics import actions, spool  # noqa: E402
from jamlik.web.statistics.models import (  # noqa: E402
    Analysis,
    Finding,
    Import,
    LevelRows,
    Observation,
    Picture,
    Release,
)
from jamlik.web.statistics.thawing import intact  # noqa: E402


def prepare(path: str) -> None:
    """A database with a data set and a file that waits to be looked at."""
    unit = Unit.objects.create(kind="municipality", name="Ekby", code="ekby", path="/1/")
    by = User.objects.create_user("a@ekby.example", name="A")
    data_set = actions.create_data_set(title="Betyg", owner=unit, by=by, at=clock.now())
    with open(path, "rb") as file:
        actions.receive_file(data_set=data_set, file_name="betyg.csv", parts=[file.read()], by=by, at=clock.now())


def ask(what: str) -> None:
    """Accept the import, undo it, or publish its analysis."""
    by = User.objects.get()
    if what == "accept":
        actions.accept_import(imported=Import.objects.get(), by=by, at=clock.now())
    elif what == "undo":
        actions.undo_import(data_set=Import.objects.get().data_set, by=by, at=clock.now(), reason="Fel fil")
    else:
        actions.publish_release(analysis=Analysis.objects.get(), released_on=clock.today(), by=by, at=clock.now())


def work(fatal: str = "") -> None:
    """Run what waits; die like `kill -9` where an event is recorded, which is last in its transaction."""
    real = audit.record

    def record(verb: str, **kwargs: object) -> object:
        if verb == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(verb, **kwargs)  # type: ignore[arg-type]

    audit.record = record  # type: ignore[assignment]
    worker = Worker(pause=0.0)
    worker.sweep(force=True)
    while worker.run_one():
        pass


def look() -> None:
    """Tell what anyone can see."""
    imported = Import.objects.get()
    told = {
        "import": imported.state,
        "key": imported.spool_key is not None,
        "spooled": len(list(spool.spool_folder().iterdir())),
        "inspected": bool(imported.inspection),
        "counts": [model.objects.count() for model in (Analysis, LevelRows, Observation, Finding, Picture)],
        "in_use": imported.data_set.current_id is not None,
        "releases": list(Release.objects.values_list("state", flat=True)),
        "running": list(Job.objects.filter(state__in=("running", "failed", "lost")).values_list("name", flat=True)),
        "chain": not proved().faults,
        "intact": all(intact(analysis) for analysis in Analysis.objects.all()),
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    steps = {"prepare": prepare, "ask": ask, "work": work, "look": look}
    for step in sys.argv[1:]:
        name, colon, value = step.partition(":")
        steps[name](*([value] if colon else []))
