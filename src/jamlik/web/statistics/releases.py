"""Publishing and withdrawing: an analysis is let out under its fingerprint, and what was told stays on record."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from jamlik.analysis import release as door
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.tables import Status
from jamlik.web.core import audit
from jamlik.web.core.jobs import enqueue
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.statistics.models import Analysis, Import, ImportState, Observation, Release, ReleaseState
from jamlik.web.statistics.thawing import result_of

__all__ = ["give_up_stopped", "publish_release", "withdraw_release"]


def give_up_stopped(analysis: Analysis) -> None:
    """Tell a release as failed whose work ended before it was out, so that it can be asked for again."""
    for row in analysis.releases.filter(state=ReleaseState.PREPARING).select_related("job"):
        if row.stopped:
            Release.objects.filter(pk=row.pk, state=ReleaseState.PREPARING).update(state=ReleaseState.FAILED)


@transaction.atomic
def publish_release(*, analysis: Analysis, released_on: date, by: User, at: datetime) -> Release:
    """Publish the analysis in use from a day on. Its charts are drawn first; it is out when they all are.

    Raises
    ------
    JamlikError
        When the analysis is not in use, is published already, or holds nothing that may be shown.
    """
    imported = Import.objects.select_for_update(no_key=True, of=("self",)).get(pk=analysis.imported_id)
    give_up_stopped(analysis)
    out = Release.objects.filter(analysis=analysis, state__in=(ReleaseState.PREPARING, ReleaseState.PUBLISHED))
    if imported.state != ImportState.IN_USE or out.exists():
        what = "statistics.release.out_already" if out.exists() else "statistics.release.not_in_use"
        raise JamlikError(say(what), kind=ErrorKind.USAGE)
    result = result_of(analysis, only=_shown_in(analysis))
    released = door.publish(result, fingerprint=analysis.fingerprint, on=released_on.isoformat())
    made = Release.objects.create(
        analysis=analysis,
        released_on=released_on,
        fingerprint=released.fingerprint,
        published_at=at,
        published_by=by,
    )
    made.job = enqueue("statistics.publish", by=by, next_url=f"/statistics/releases/{made.pk}/", release_id=made.pk)
    made.save(update_fields=["job"])
    audit.record(
        "statistics.release_ordered",
        target=made,
        by=by,
        at=at,
        changes={"released_on": ("", released_on), "fingerprint": ("", made.fingerprint)},
    )
    return made


def _shown_in(analysis: Analysis) -> str:
    """A measure with something to show, so that all others need not be read to tell that there is; empty if none is."""
    shown = Observation.objects.filter(analysis=analysis, status=Status.SHOWN.value, earlier=False)
    return str(shown.order_by("pk").values_list("finding__indicator__key", flat=True).first() or "")


@transaction.atomic
def withdraw_release(*, release: Release, by: User, at: datetime, reason: str) -> Release:
    """Take published results back, and say why. They stay on record.

    Raises
    ------
    JamlikError
        Without a reason, or when they are not out.
    """
    row = Release.objects.select_for_update(no_key=True, of=("self",)).get(pk=release.pk)
    if row.state != ReleaseState.PUBLISHED:
        raise JamlikError(say("statistics.release.not_out"), kind=ErrorKind.USAGE)
    told = door.Released(row.fingerprint, row.released_on.isoformat())
    row.reason = door.withdraw(told, reason=reason).withdrawn
    row.state, row.withdrawn_at, row.withdrawn_by = ReleaseState.WITHDRAWN, at, by
    row.save(update_fields=["state", "reason", "withdrawn_at", "withdrawn_by"])
    audit.record(
        "statistics.release_withdrawn",
        target=row,
        by=by,
        at=at,
        changes={"state": ("published", "withdrawn")},
        note=row.reason,
    )
    return row
