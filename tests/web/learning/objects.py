"""The app's objects, for the walk over every URL."""

from __future__ import annotations

from jamlik.handbook.course import newest_course
from jamlik.handbook.method import chapters
from jamlik.web.organisation.models import Unit
from tests.web.objects import Kind

__all__ = ["KINDS"]


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
]
