"""What the desk writes: that a person was here, and how a site begins."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.urls import reverse

from jamlik.analysis.incoming import municipality_named
from jamlik.web.core import access, audit
from jamlik.web.core.busy import if_free, is_busy
from jamlik.web.core.jobs import Job, enqueue
from jamlik.web.core.models import User
from jamlik.web.desk.models import Visit
from jamlik.web.learning.actions import load_examples
from jamlik.web.organisation.actions import add_unit, change_unit
from jamlik.web.organisation.models import Unit, UnitKind
from jamlik.web.organisation.queries import has_own_name, root
from jamlik.web.register.theme_actions import load_laws, theme_set_from_template
from jamlik.web.statistics.actions import begin_municipality
from jamlik.web.statistics.models import Import

__all__ = ["NEW_VISIT_AFTER", "ask_for_ekby", "begin_own", "note_visit"]

BEGIN = "desk.begin"
NEW_VISIT_AFTER = timedelta(minutes=30)
_NOTED_EVERY = timedelta(minutes=5)
BOARD_CODE = "ks"


def note_visit(*, user: User, at: datetime) -> Visit:
    """Note that a person is here; after a pause it is a new visit. Written seldom, since it happens on a page read.

    A page that is only read waits for nobody who writes: where somebody does, the visit is noted next time.
    """
    seen = Visit.objects.filter(user=user).first()
    if seen is not None and at - seen.seen_at < _NOTED_EVERY:
        return seen
    try:
        with if_free():
            return _noted(user, at)
    except OperationalError as error:
        if not is_busy(error):
            raise
        return seen or Visit(user=user, seen_at=at)


def _noted(user: User, at: datetime) -> Visit:
    visit, new = Visit.objects.select_for_update(no_key=True, of=("self",)).get_or_create(
        user=user, defaults={"seen_at": at}
    )
    if new or at - visit.seen_at < _NOTED_EVERY:
        return visit
    if at - visit.seen_at > NEW_VISIT_AFTER:
        visit.before_at = visit.seen_at
    visit.seen_at = at
    visit.save(update_fields=["seen_at", "before_at"])
    return visit


@transaction.atomic
def ask_for_ekby(*, by: User, at: datetime) -> Job:
    """Have the invented municipality loaded; asked for twice, it is the same job as long as that one goes on."""
    access.require(by, BEGIN, unit=root())
    going_on = Job.objects.filter(name="desk.ekby", state__in=("queued", "running"), queued_by=by).first()
    if going_on is not None:
        return going_on
    audit.record("desk.ekby_asked_for", target=None, by=by, at=at)
    return enqueue("desk.ekby", by=by, next_url=reverse("desk:ekby_people"))


@transaction.atomic
def begin_own(*, municipality: str, by: User, at: datetime) -> Import:
    """Begin with one's own municipality: a board to own its figures, laws, themes, good examples, and the figures.

    What is there already is kept. Nothing is made before the municipality is one there is.

    Raises
    ------
    JamlikError
        When there is no municipality of that name or code; those most like it are named.
    """
    home = municipality_named(municipality)
    top = root()
    access.require(by, BEGIN, unit=top)
    assert top is not None  # nobody has the permission for no unit
    if not has_own_name(top):
        values = {"name": home.name}
        change_unit(unit=top, values=values, expected_version=top.version, by=by, at=at)
    load_laws(by=by, at=at)
    theme_set_from_template(key="four_perspectives", by=by, at=at)
    load_examples(by=None, at=at)
    return begin_municipality(municipality=home.code, owner=_board(top, by=by, at=at), by=by, at=at)


def _board(top: Unit, *, by: User, at: datetime) -> Unit:
    """A committee to own figures that are about everything: the executive board, made where it is missing."""
    found = Unit.objects.filter(kind=UnitKind.COMMITTEE, path__startswith=top.path)
    board = found.filter(code=BOARD_CODE).first() or found.filter(name__istartswith="kommunstyrelse").first()
    if board is not None:
        return board
    return add_unit(kind=UnitKind.COMMITTEE, name="Kommunstyrelsen", code=BOARD_CODE, parent=top, by=by, at=at)
