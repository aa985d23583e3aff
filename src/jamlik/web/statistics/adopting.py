"""Which analysis each finding of a data set speaks from, after a version came into use or was undone.

The database has one writer at a time, so this reads only what it compares, works the changes out, and writes no more
than what differs, in statements that copy within the database. Call it inside the transaction that makes the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KT

from jamlik.analysis.change import GapAnswer, gap_change
from jamlik.model.tables import Audience
from jamlik.web.core import clock
from jamlik.web.statistics import inside
from jamlik.web.statistics.freezing import gap_in
from jamlik.web.statistics.models import Analysis, Change, DataSet, Finding, Observation
from jamlik.web.statistics.rules import SURE

__all__ = ["adopt"]

_AT_ONCE = 5000
_COPIED = ("certainty", "status", "rank", "numbers", "texts")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the newest analysis in use says of a finding, as far as it is compared."""

    observation: int
    analysis: int
    certainty: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A finding, as far as it is compared: where it stands, and what it says of its question's course."""

    pk: int
    question: str
    start: float
    current: int | None
    change: str
    newest: bool


def adopt(data_set: DataSet, *, known: Mapping[int, dict[str, Any]] | None = None) -> None:
    """Let every finding of a data set carry what the newest version in use says of it, and compare periods anew.

    Parameters
    ----------
    known : mapping, optional
        Numbers of the newest version by the key of their finding, where they have just been written.
    """
    rows = [
        _Row(*values)
        for values in Finding.objects.filter(data_set=data_set, audience=Audience.PUBLIC).values_list(
            "pk", "question_key", "period_start", "current_id", "change", "newest"
        )
    ]
    newest = _newest(data_set)
    moved = {row.pk: newest.get(row.pk) for row in rows if row.current != _observation(newest.get(row.pk))}
    numbers = _numbers(newest, moved, known or {})
    _point(moved, numbers)
    _copy([pk for pk, seen in moved.items() if seen is not None])
    current = Analysis.objects.filter(imported=data_set.current_id).values_list("pk", flat=True).first()
    _write_course(rows, _course(rows, newest, numbers, current))
    inside.adopt(data_set, at=clock.now())


def _observation(seen: _Seen | None) -> int | None:
    return None if seen is None else seen.observation


def _newest(data_set: DataSet) -> dict[int, _Seen]:
    """The newest observation in use of each finding.

    Analyses are asked for by themselves: joined to every observation, SQLite would read through the whole frozen text
    of an analysis, which is megabytes, once for each of thousands of rows.
    """
    used = Analysis.objects.filter(imported__data_set=data_set, imported__state__in=("in_use", "replaced"))
    newest: dict[int, _Seen] = {}
    for analysis in used.order_by("imported__number").values_list("pk", flat=True):
        told = Observation.objects.filter(analysis=analysis).values_list("finding_id", "pk", "certainty")
        newest |= {
            finding: _Seen(key, analysis, certainty) for finding, key, certainty in told.iterator(chunk_size=5000)
        }
    return newest


def _numbers(
    newest: Mapping[int, _Seen], moved: Mapping[int, object], known: Mapping[int, dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """The numbers of the observations that are written anew or compared, by finding."""
    needed = {pk: seen for pk, seen in newest.items() if pk in moved or seen.certainty in SURE}
    asked = [seen.observation for pk, seen in needed.items() if pk not in known]
    return {pk: known[pk] for pk in needed if pk in known} | {
        finding: numbers
        for keys in _parts(asked)
        for finding, numbers in Observation.objects.filter(pk__in=keys).values_list("finding_id", "numbers")
    }


def _parts(items: Sequence[int]) -> Iterable[Sequence[int]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))


def _point(moved: Mapping[int, _Seen | None], numbers: Mapping[int, Mapping[str, Any]]) -> None:
    """Point findings at what they now speak from, with what lists sort by.

    Where the version was undone there is none: what stands there stays for those who had begun to judge it, and lists
    leave it out.
    """
    table = Finding._meta.db_table
    told = [(seen.observation, *_sorted_by(numbers[pk]), pk) for pk, seen in moved.items() if seen is not None]
    gone = [(pk,) for pk, seen in moved.items() if seen is None]
    with connection.cursor() as cursor:
        if told:
            cursor.executemany(f"update {table} set current_id = %s, persons = %s, gap = %s where id = %s", told)
        if gone:
            cursor.executemany(f"update {table} set current_id = null where id = %s", gone)


def _sorted_by(numbers: Mapping[str, Any]) -> tuple[int | None, float | None]:
    """How many people a gap is about, and its size."""
    persons = numbers.get("persons_worse_off") or numbers.get("persons")
    gap = numbers.get("gap")
    return (
        None if persons is None else abs(round(float(persons))),
        None if gap is None else float(gap),
    )


def _copy(moved: Sequence[int]) -> None:
    """Copy what the observations say, from row to row."""
    said = Observation.objects.filter(pk=OuterRef("current_id"))
    copied = {name: Subquery(said.values(name)) for name in _COPIED}
    sentence = Subquery(said.annotate(sentence=KT("texts__sv__sentence")).values("sentence"))
    for keys in _parts(moved):
        Finding.objects.filter(pk__in=keys).update(**copied, sentence=sentence)


def _course(
    rows: Iterable[_Row], newest: Mapping[int, _Seen], numbers: Mapping[int, Mapping[str, Any]], current: int | None
) -> dict[int, tuple[str, bool]]:
    """Of each finding how it differs from the period before, and whether it is the newest of its question.

    Parameters
    ----------
    current : int or None
        The analysis in use: a sure difference that it no longer asks about is gone.
    """
    by_question: dict[str, list[_Row]] = {}
    for row in rows:
        if row.pk in newest:
            by_question.setdefault(row.question, []).append(row)
    found: dict[int, tuple[str, bool]] = {}
    for same in by_question.values():
        same.sort(key=lambda row: row.start)
        before: int | None = None
        for row in same:
            found[row.pk] = (_change(before, row.pk, newest, numbers), row is same[-1])
            before = row.pk
        last = newest[same[-1].pk]
        if last.analysis != current and last.certainty in SURE:
            found[same[-1].pk] = (Change.GONE, True)
    return found


def _change(before: int | None, now: int, newest: Mapping[int, _Seen], numbers: Mapping[int, Mapping[str, Any]]) -> str:
    sure = newest[now].certainty in SURE
    if before is None:
        return Change.FIRST if sure else ""
    if newest[before].certainty not in SURE:
        return Change.NEW if sure else ""
    if not sure:
        return Change.GONE
    threshold = float(numbers[now].get("threshold") or 0)
    found = gap_change(gap_in(numbers[before]), gap_in(numbers[now]), threshold=threshold)
    if found.answer is GapAnswer.LARGER:
        return Change.LARGER
    return Change.SMALLER if found.answer in (GapAnswer.SMALLER, GapAnswer.CLOSED) else Change.SAME


def _write_course(rows: Iterable[_Row], course: Mapping[int, tuple[str, bool]]) -> None:
    """Write what has changed; a finding that nothing speaks of is no question's newest."""
    changed = [
        (str(change), last, row.pk)
        for row in rows
        for change, last in (course.get(row.pk, ("", False)),)
        if (change, last) != (row.change, row.newest)
    ]
    if changed:
        with connection.cursor() as cursor:
            cursor.executemany(f"update {Finding._meta.db_table} set change = %s, newest = %s where id = %s", changed)
