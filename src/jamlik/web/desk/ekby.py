"""Loading Ekby kommun: its organisation, its figures, and a year of work, all through the apps' own actions.

Four stages, each whole or not there at all: a load that was stopped goes on where it was when asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.db import transaction

from jamlik.web.core import audit, clock, mail
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.beginnings import Tell
from jamlik.web.core.jobs import Running
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.desk import ekby_analyses, ekby_base, ekby_people, ekby_year
from jamlik.web.desk.content import ekby
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics import jobs as statistics_jobs
from jamlik.web.statistics.actions import publish_release
from jamlik.web.statistics.models import DataSet, Origin, Release, ReleaseState

__all__ = ["links_for_demo", "load", "load_for_demo"]

LOADED = "desk.ekby_loaded"


class _Part(Running):
    """What a job of another app holds while it runs as a part of this work: its progress is a stretch of ours."""

    def __init__(self, by: User, tell: Tell, *, start: float, end: float) -> None:
        self._by, self._tell, self._start, self._width = by, tell, start, end - start

    @property
    def by(self) -> User:
        """Who asked."""
        return self._by

    def tell(self, step: str, share: float) -> None:
        """Pass it on."""
        self._tell(step, self._start + self._width * share)

    def beat(self) -> None:
        """Leave the lease to whoever holds one."""


def load(*, by: User, tell: Tell) -> None:
    """Load everything that is not there yet."""
    at = clock.now()
    tell("desk.step.units", 0.01)
    with mail.silenced(), transaction.atomic():
        ekby_base.load_base(by=by, at=at)
    owners = {service: Unit.objects.get(code=code).pk for service, code in ekby()["owners"].items()}
    statistics_jobs.load_ekby(_Part(by, tell, start=0.03, end=0.7), owners=owners)
    _publish(by, at, tell)
    tell("desk.step.year", 0.92)
    with mail.silenced(), transaction.atomic():
        if not AuditEvent.objects.filter(verb=LOADED).exists():
            ekby_base.load_goals(by=by, at=at)
            ekby_year.load_year(by=by, at=at)
            ekby_analyses.load_analyses(at=at)
            audit.record(LOADED, target=None, by=by, at=at)
    tell("desk.step.year", 1.0)


def load_for_demo(by: User, tell: Tell) -> None:
    """Load everything, with one bar of progress, for `jamlik demo`."""
    name = say("desk.step.all")
    load(by=by, tell=lambda step, share: tell(name, share))


def links_for_demo(by: User) -> Mapping[str, str]:
    """Links that let Ekby's people in: who, and the path."""
    links = ekby_people.new_links(by=by, at=clock.now())
    return {str(each): links[each.pk] for each in ekby_people.people() if each.pk in links}


def _publish(by: User, at: datetime, tell: Tell) -> None:
    """Publish what is not out yet, and draw its charts here and now rather than when a worker has time."""
    services = ekby()["publish"]
    for place, service in enumerate(services):
        start, end = (0.7 + 0.22 * n / len(services) for n in (place, place + 1))
        tell("desk.step.publish", start)
        release = _release(service, by, at)
        statistics_jobs.publish(_Part(by, partial(_publishing, tell), start=start, end=end), release_id=release.pk)


def _publishing(tell: Tell, step: str, share: float) -> None:
    tell("desk.step.publish", share)


def _release(service: str, by: User, at: datetime) -> Release:
    data_set = DataSet.objects.get(origin=Origin.EKBY, origin_key=service)
    assert data_set.current is not None  # `load_ekby` has just seen to it
    out = data_set.current.analysis.releases.filter(state__in=(ReleaseState.PREPARING, ReleaseState.PUBLISHED)).first()
    if out is not None:
        return out
    analysis = data_set.current.analysis
    return publish_release(analysis=analysis, released_on=clock.today(), by=by, at=at)
