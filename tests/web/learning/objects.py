"""The app's objects, for the walk over every URL."""

from __future__ import annotations

from jamlik.handbook.course import newest_course
from jamlik.handbook.method import chapters
from jamlik.web.learning.models import Example
from jamlik.web.organisation.models import Unit
from tests.web.assessments.objects import AT
from tests.web.objects import Kind

__all__ = ["KINDS", "made_example", "made_proposed", "made_shown"]


def made_example(unit: Unit, **fields: object) -> Example:
    """A draft of a unit's."""
    texts = {"title": "Tiderna i hallen", "service": "Fritid", "seen": "Färre flickor.", "done": "Nya regler."}
    given = {**texts, "result": "Vi vet inte än.", "ground_keys": "|age|sex|", "written_at": AT, **fields}
    return Example.objects.create(unit=unit, **given)


def made_proposed(unit: Unit, **fields: object) -> Example:
    """One that is handed in."""
    return made_example(unit, state="proposed", **fields)


def made_shown(unit: Unit, **fields: object) -> Example:
    """One that everybody sees."""
    return made_example(unit, state="shown", shown_at=AT, **fields)


def made_nothing(unit: Unit) -> Unit:
    """What the address is about ships with the program."""
    return unit


def _chapter(made: Unit) -> dict[str, object]:
    return {"key": chapters()[0].key}


def _module(made: Unit) -> dict[str, object]:
    return {"key": newest_course().modules[0].key}


KINDS = [
    Kind(
        "learning.chapter",
        make=made_nothing,
        urls=("learning:chapter",),
        kwargs=_chapter,
        scoped=False,
        why_open="the method is the same for all",
    ),
    Kind(
        "learning.module",
        make=made_nothing,
        urls=("learning:module", "learning:check", "learning:result"),
        kwargs=_module,
        scoped=False,
        why_open="the course is the same for all",
    ),
    Kind(
        "learning.example",
        make=made_shown,
        urls=("learning:example",),
        scoped=False,
        why_open="what is shown is shown to all",
    ),
    Kind(
        "learning.example",
        make=made_example,
        urls=("learning:change_example", "learning:propose_example", "learning:withdraw_example"),
    ),
    Kind("learning.example", make=made_proposed, urls=("learning:review_example",)),
]
