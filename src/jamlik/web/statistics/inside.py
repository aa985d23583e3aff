"""What only those inside the committee that owns the data may see: written, taken into use, destroyed."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from jamlik.analysis.study import Study
from jamlik.model.provenance import canonical_json, fingerprint
from jamlik.model.tables import Audience, Status
from jamlik.web.core import audit
from jamlik.web.core.models import User
from jamlik.web.core.texts import say_in
from jamlik.web.statistics.models import Analysis, DataSet, Finding, Indicator, InsideCopy, InsideFigures, InsideRule
from jamlik.web.statistics.rows import rows_of

__all__ = ["KEPT", "adopt", "destroy", "destroy_past", "neutral", "rules_of", "write"]

KEPT = timedelta(days=760)  # so long that last year's figure stands beside this year's, and the year's round is over
_BATCH = 500
_AT_ONCE = 5000


def rules_of(data_set: DataSet) -> str:
    """The rules of protection that hold inside the data set's committee; empty where it sees what all see."""
    return "inside" if data_set.inside == InsideRule.UNPROTECTED else ""


def neutral(study: Study, indicator: str, group: str, reference: str, lang: str) -> str:
    """What a difference is about, without number, sign or how sure it is."""
    name = study.results[lang].table.indicators[indicator].title(lang)
    return say_in(lang, "statistics.inside.sentence", indicator=name, group=group, reference=reference)


def write(rows: Iterable[Mapping[str, Any]], analysis: Analysis, *, at: datetime) -> None:
    """Write the owner's copy of an analysis. Call it inside the transaction that takes the analysis into use."""
    found = list(rows)
    if not found:
        return
    told = [{"numbers": row["numbers"], "texts": row["texts"]} for row in found]
    copy = InsideCopy.objects.create(
        analysis=analysis,
        fingerprint=fingerprint(json.loads(canonical_json(told))),
        made_at=at,
        keep_until=at + KEPT,
    )
    InsideFigures.objects.bulk_create(
        (
            InsideFigures(
                copy=copy,
                finding_id=row["finding"].finding_id,
                question_key=row["finding"].question_key,
                period=row["finding"].period,
                period_start=row["start"],
                indicator=row["finding"].indicator,
                dimension=row["finding"].dimension[:100],
                certainty=row["finding"].certainty.value,
                numbers=row["numbers"],
                texts=row["texts"],
            )
            for row in found
        ),
        batch_size=_BATCH,
    )


def adopt(data_set: DataSet, *, at: datetime) -> None:
    """Give each difference that is withheld from all others its row, and each such row its newest figures.

    It reads only what it compares, and writes no more than what differs: there may be ten thousand of them.
    """
    public = Finding.objects.filter(
        data_set=data_set, audience=Audience.PUBLIC, current__isnull=False, status=Status.SHOWN.value
    )
    told = public.values_list("finding_id", "question_key", "period_start")
    shown = {key: (question, start) for key, question, start in told}
    wanted = {key: figures for key, figures in _in_use(data_set).items() if key not in shown}
    newest: dict[str, float] = {}
    for question, start in (*shown.values(), *((each.question, each.start) for each in wanted.values())):
        newest[question] = max(newest.get(question, 0.0), start)
    last = {key for key, each in wanted.items() if each.start == newest[each.question]}
    own = Finding.objects.filter(data_set=data_set, audience=Audience.OWNER)
    rows = {key: _Row(pk, on, new) for key, pk, on, new in own.values_list("finding_id", "pk", "inside_id", "newest")}
    _make(data_set, {key: each for key, each in wanted.items() if key not in rows}, last, at)
    _point({row.pk: wanted[key].pk for key, row in rows.items() if key in wanted and wanted[key].pk != row.inside})
    gone = [(row.pk,) for key, row in rows.items() if key not in wanted and row.inside is not None]
    turned = [(key in last, row.pk) for key, row in rows.items() if (key in last) != row.newest]
    _update("inside_id = null", gone)
    _update("newest = %s", turned)


@dataclass(frozen=True, slots=True)
class _Figures:
    """Figures for those inside, as far as they are compared."""

    pk: int
    question: str
    start: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A finding for those inside: which figures it stands on, and whether no later period has its question."""

    pk: int
    inside: int | None
    newest: bool


def _in_use(data_set: DataSet) -> dict[str, _Figures]:
    """The newest figures in use of every difference, by finding.

    Copies are asked for by themselves: joined to every row, SQLite would read through the whole frozen text of an
    analysis for each of thousands.
    """
    used = InsideCopy.objects.filter(
        analysis__imported__data_set=data_set, analysis__imported__state__in=("in_use", "replaced")
    )
    found: dict[str, _Figures] = {}
    copies = used.order_by("analysis__imported__number").values_list("pk", flat=True)
    for copy in copies if data_set.current_id else ():
        told = InsideFigures.objects.filter(copy=copy).values_list("finding_id", "pk", "question_key", "period_start")
        found |= {key: _Figures(pk, question, start) for key, pk, question, start in told.iterator(_AT_ONCE)}
    return found


def _of(figures: Iterable[int], *names: str) -> Iterable[tuple[Any, ...]]:
    """Columns of some figures, by key."""
    keys = list(figures)
    for start in range(0, len(keys), _AT_ONCE):
        yield from InsideFigures.objects.filter(pk__in=keys[start : start + _AT_ONCE]).values_list(*names)


def _open_words(texts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """What may stand on the row: no number, sign or certainty."""
    return {
        lang: {"sentence": words["neutral"], "group": words["group"], "reference": words["reference"]}
        for lang, words in texts.items()
    }


def _make(data_set: DataSet, figures: Mapping[str, _Figures], last: Container[str], at: datetime) -> None:
    """Rows for differences that have none."""
    if not figures:
        return
    keys = [each.pk for each in figures.values()]
    names = {name for (name,) in _of(keys, "indicator")}
    indicators = dict(Indicator.objects.filter(key__in=names).values_list("key", "pk"))
    told = _of(keys, "pk", "finding_id", "question_key", "period", "period_start", "indicator", "dimension", "texts")
    made = (
        Finding(
            audience=Audience.OWNER,
            data_set=data_set,
            owner_id=data_set.owner_id,
            question_key=question,
            finding_id=key,
            period=period,
            period_start=start,
            indicator_id=indicators[indicator],
            dimension=dimension,
            certainty="inside",
            status=Status.SUPPRESSED.value,
            inside_id=pk,
            newest=key in last,
            texts=_open_words(texts),
            sentence=_open_words(texts)["sv"]["sentence"],
            made_at=at,
        )
        for pk, key, question, period, start, indicator, dimension, texts in told
    )
    rows_of(Finding, made).insert()


def _point(moved: Mapping[int, int]) -> None:
    """Let rows stand on other figures, with their words."""
    texts = dict(_of(moved.values(), "pk", "texts"))
    field = Finding._meta.get_field("texts")
    changed = []
    for pk, figures in moved.items():
        words = _open_words(texts[figures])
        changed.append((figures, field.get_db_prep_save(words, connection), words["sv"]["sentence"], pk))
    _update("inside_id = %s, texts = %s, sentence = %s", changed)


def _update(columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(f"update {Finding._meta.db_table} set {columns} where id = %s", rows)


@transaction.atomic
def destroy(copies: QuerySet[InsideCopy], *, by: User | None, at: datetime) -> int:
    """Destroy owners' copies, and record it; their findings stay, without numbers. Returns how many copies it was."""
    found = list(copies.select_related("analysis__imported__data_set"))
    for copy in found:
        imported = copy.analysis.imported
        Finding.objects.filter(inside__copy=copy).update(inside=None)
        copy.delete()
        audit.record("statistics.inside_destroyed", target=imported, by=by, at=at)
    return len(found)


def destroy_past(at: datetime) -> int:
    """Destroy the copies whose day has come."""
    return destroy(InsideCopy.objects.filter(keep_until__lte=at), by=None, at=at)
