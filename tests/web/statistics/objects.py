"""The app's objects, for the walk over every URL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from jamlik.analysis.incoming import looked_at
from jamlik.analysis.intake import opened
from jamlik.analysis.study import study_of_file
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics import adopting, freezing
from jamlik.web.statistics.models import DataSet, Finding, Import, ImportState, Release, ReleaseState
from tests.web.objects import Kind

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_numbers = count(1)


def _silent(step: str, share: float) -> None:
    """Tell nobody."""


@cache
def _studied():
    lines = ["År;Kön;Område;Godkänd"]
    for sex, passed in (("Flicka", 80), ("Pojke", 55)):
        for area in ("Norr", "Söder"):
            lines += [f"2025;{sex};{area};{'Ja' if n < passed else 'Nej'}" for n in range(100)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "betyg.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        seen = looked_at(path, key=b"tests", progress=_silent)
        return seen, freezing.freeze(study_of_file(opened(path), progress=_silent))


def empty_data_set(unit: Unit, **fields) -> DataSet:
    return DataSet.objects.create(title=f"Betyg {next(_numbers)}", owner=unit, created_at=AT, **fields)


def made_import(unit: Unit) -> Import:
    """A file that waits for an answer."""
    seen, _ = _studied()
    return Import.objects.create(
        data_set=empty_data_set(unit),
        number=1,
        state=ImportState.INSPECTED,
        file_name="betyg.csv",
        description=seen.description,
        inspection=seen.about,
        uploaded_at=AT,
    )


def made_data_set(unit: Unit) -> DataSet:
    """A data set with a version in use."""
    data_set = empty_data_set(unit)
    imported = Import.objects.create(data_set=data_set, number=1, state=ImportState.IN_USE, uploaded_at=AT)
    freezing.write(freezing.ready(_studied()[1]), imported, at=AT)
    data_set.current = imported
    data_set.save()
    adopting.adopt(data_set)
    return data_set


def made_undone(unit: Unit) -> Import:
    return Import.objects.create(data_set=empty_data_set(unit), number=1, state=ImportState.UNDONE, uploaded_at=AT)


def made_municipality(unit: Unit) -> DataSet:
    return empty_data_set(unit, origin="kolada", origin_key="0126")


def made_finding(unit: Unit) -> Finding:
    return made_data_set(unit).findings.filter(dimension="sex").get()


def made_release(unit: Unit) -> Release:
    analysis = made_data_set(unit).current.analysis
    return Release.objects.create(
        analysis=analysis,
        state=ReleaseState.PUBLISHED,
        released_on=date(2026, 3, 2),
        fingerprint=analysis.fingerprint,
        published_at=AT,
    )


_OPEN = "what has passed the gate may be read by everyone with a role"

KINDS = [
    Kind(
        "statistics.dataset",
        make=made_data_set,
        urls=("statistics:data_set",),
        scoped=False,
        why_open="that a data set exists, and whose it is, is no secret",
    ),
    Kind(
        "statistics.dataset",
        make=made_data_set,
        urls=("statistics:change", "statistics:upload", "statistics:undo", "statistics:publish"),
    ),
    Kind("statistics.import", make=made_undone, urls=("statistics:redo",)),
    Kind("statistics.dataset", make=made_municipality, urls=("statistics:fetch_again",)),
    Kind(
        "statistics.import",
        make=made_import,
        urls=tuple(f"statistics:{n}" for n in ("import", "correct", "describe", "accept", "refuse", "again")),
    ),
    Kind("statistics.finding", make=made_finding, urls=("statistics:finding",), scoped=False, why_open=_OPEN),
    Kind(
        "statistics.release",
        make=made_release,
        urls=("statistics:release", "statistics:content"),
        scoped=False,
        why_open=_OPEN,
    ),
    Kind(
        "statistics.release",
        make=made_release,
        urls=("statistics:hidden",),
        kwargs=lambda release: {"pk": release.analysis_id},
        scoped=False,
        why_open=_OPEN,
    ),
    Kind("statistics.release", make=made_release, urls=("statistics:withdraw",)),
]
