"""What only those inside the committee that owns the data may see: written, taken into use, destroyed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from jamlik.analysis.study import Study
from jamlik.model.provenance import canonical_json, fingerprint
from jamlik.model.tables import Audience
from jamlik.web.core import audit
from jamlik.web.core.models import User
from jamlik.web.core.texts import say_in
from jamlik.web.statistics.models import Analysis, DataSet, Finding, Indicator, InsideCopy, InsideFigures, InsideRule

__all__ = ["KEPT", "adopt", "destroy", "destroy_past", "neutral", "rules_of", "write"]

KEPT = timedelta(days=760)  # so long that last year's figure stands beside this year's, and the year's round is over
_BATCH = 500
_COPIED = ("inside", "newest", "texts", "sentence")


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
    """Give each difference that is withheld from all others its row, and each such row its newest figures."""
    figures = _in_use(data_set)
    public = Finding.objects.filter(data_set=data_set, audience=Audience.PUBLIC, current__isnull=False)
    shown = {
        row.finding_id: row for row in public.filter(status="shown").only("finding_id", "question_key", "period_start")
    }
    rows = {row.finding_id: row for row in Finding.objects.filter(data_set=data_set, audience=Audience.OWNER)}
    wanted = {key: f for key, f in figures.items() if key not in shown}
    rows |= _made(data_set, [f for key, f in wanted.items() if key not in rows], at)
    newest: dict[str, float] = {}
    dated = [(each.question_key, each.period_start) for each in shown.values()]
    for question, start in [*dated, *((each.question_key, each.period_start) for each in wanted.values())]:
        newest[question] = max(newest.get(question, 0.0), start)
    for key, row in rows.items():
        row.inside = wanted.get(key)
        row.newest = row.inside is not None and row.period_start == newest.get(row.question_key)
        if row.inside is not None:
            row.texts = {lang: _open_words(words) for lang, words in row.inside.texts.items()}
            row.sentence = row.texts["sv"]["sentence"]
    Finding.objects.bulk_update(rows.values(), _COPIED, batch_size=_BATCH)


def _open_words(words: Mapping[str, str]) -> dict[str, str]:
    return {"sentence": words["neutral"], "group": words["group"], "reference": words["reference"]}


def _in_use(data_set: DataSet) -> dict[str, InsideFigures]:
    """The newest figures of every difference, by finding."""
    if not data_set.current_id:
        return {}
    rows = InsideFigures.objects.filter(
        copy__analysis__imported__data_set=data_set, copy__analysis__imported__state__in=("in_use", "replaced")
    )
    return {row.finding_id: row for row in rows.order_by("copy__analysis__imported__number")}


def _made(data_set: DataSet, figures: list[InsideFigures], at: datetime) -> dict[str, Finding]:
    names = {f.indicator for f in figures}
    indicators = {row.key: row for row in Indicator.objects.filter(key__in=names)}
    made = Finding.objects.bulk_create(
        [
            Finding(
                audience=Audience.OWNER,
                data_set=data_set,
                owner_id=data_set.owner_id,
                question_key=f.question_key,
                finding_id=f.finding_id,
                period=f.period,
                period_start=f.period_start,
                indicator=indicators[f.indicator],
                dimension=f.dimension,
                certainty="inside",
                status="suppressed",
                made_at=at,
            )
            for f in figures
        ],
        batch_size=_BATCH,
    )
    return {row.finding_id: row for row in made}


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
