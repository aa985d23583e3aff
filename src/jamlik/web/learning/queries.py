"""Everything that is read in the app."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from jamlik.analysis.tree_counts import End, People, Told, told_counts
from jamlik.handbook.course import Course, newest_course
from jamlik.web.core.models import User
from jamlik.web.learning.models import Completion, Example, ExampleState
from jamlik.web.organisation.models import RoleAssignment, Unit
from jamlik.web.organisation.queries import Person, scope_ids, valid_on
from jamlik.web.register.models import Law

__all__ = [
    "ALL",
    "Coverage",
    "Progress",
    "coverage",
    "coverages",
    "examples_to_complete",
    "examples_to_review",
    "home_unit",
    "laws_by_code",
    "progress",
    "visible_examples",
    "week_begun",
    "writable_examples",
]

ALL = "all"
"""Stands for the whole course where modules are counted."""


def laws_by_code(codes: Collection[str]) -> dict[str, int]:
    """Keys of the laws that the register has, by code."""
    return dict(Law.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}


def visible_examples(user: Person) -> QuerySet[Example]:
    """Examples a person may read: those shown to everybody, and all of the units where they write or review."""
    own = scope_ids(user, "learning.write") | scope_ids(user, "learning.review")
    rows = Example.objects.filter(Q(state=ExampleState.SHOWN) | Q(unit_id__in=own))
    return rows.select_related("unit").prefetch_related("themes")


def writable_examples(user: Person) -> QuerySet[Example]:
    """Examples of the units that a person writes for."""
    return Example.objects.filter(unit_id__in=scope_ids(user, "learning.write")).select_related("unit")


def examples_to_review(user: Person) -> QuerySet[Example]:
    """What units have handed in, for whoever looks at it before everybody sees it."""
    rows = Example.objects.filter(unit_id__in=scope_ids(user, "learning.review"), state=ExampleState.PROPOSED)
    return rows.select_related("unit").order_by("written_at", "pk")


def examples_to_complete(user: Person) -> QuerySet[Example]:
    """Drafts that somebody has asked to have changed."""
    rows = writable_examples(user).filter(state=ExampleState.DRAFT).exclude(asked="")
    return rows.order_by("written_at", "pk")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a person has come: modules completed of the course as it is now, and when."""

    course: Course
    done: dict[str, datetime]

    @property
    def done_n(self) -> int:
        """Modules completed."""
        return sum(module.key in self.done for module in self.course.modules)

    @property
    def all_n(self) -> int:
        """Modules there are."""
        return len(self.course.modules)

    @property
    def whole(self) -> bool:
        """Whether the whole course is completed."""
        return self.done_n == self.all_n


def progress(user: User) -> Progress:
    """How far a person has come in the course."""
    course = newest_course()
    rows = Completion.objects.filter(user=user, course=course.key)
    return Progress(course, dict(rows.values_list("module", "at")))


def _homes(at: datetime, which: Q) -> dict[int, int]:
    """Where each account is counted: in one unit alone, the lowest that it has a role in, so that units add up."""
    rows = RoleAssignment.objects.filter(which, valid_on(timezone.localdate(at)), user__is_active=True)
    lowest: dict[int, tuple[int, int, int]] = {}
    for key, user, unit, path in rows.values_list("pk", "user_id", "unit_id", "unit__path"):
        place = (-path.count("/"), key, unit)
        lowest[user] = min(lowest.get(user, place), place)
    return {user: unit for user, (_, _, unit) in lowest.items()}


def home_unit(user: User, at: datetime) -> int | None:
    """Key of the unit that a person is counted in; None for somebody without a role."""
    return _homes(at, Q(user=user)).get(user.pk)


def week_begun(at: datetime) -> datetime:
    """The beginning of the week: what is told of units is counted until then, so that no single day shows through."""
    day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who has taken the course in a unit with all below it: accounts, and how many completed each module and `ALL`.

    A number is None where it is hidden, and an `End` where it is too near nobody or everybody to be told.
    """

    accounts_n: int
    completed: dict[str, int | End | None]

    def share(self, module: str = ALL) -> float | None:
        """Part of the accounts, 0 to 1; None where the number is not told."""
        n = self.completed[module]
        return n / self.accounts_n if isinstance(n, int) else None


def coverages(at: datetime) -> dict[int, Coverage]:
    """What may be told of every unit, by its key, in three questions; a unit too small to be told of is not there.

    Which units are there is the same for whoever asks: what one may see of a unit and another of the one above it
    gives nothing away either.
    """
    homes, course = _homes(at, Q(user__joined_at__lt=at)), newest_course()
    modules = [module.key for module in course.modules]
    done: dict[int, set[str]] = {}
    rows = Completion.objects.filter(course=course.key, module__in=modules, at__lt=at)
    for user, module in rows.values_list("user_id", "module"):
        done.setdefault(user, set()).add(module)
    people: dict[int, int] = {}
    counts: dict[int, dict[str, int]] = {}
    for user, unit in homes.items():
        people[unit] = people.get(unit, 0) + 1
        completed = done.get(user, set())
        for name in [*completed, *([ALL] if len(completed) == len(modules) else [])]:
            counts.setdefault(unit, {})[name] = counts.get(unit, {}).get(name, 0) + 1
    told = told_counts(
        parents=dict(Unit.objects.values_list("pk", "parent_id")),
        own={unit: People(n, counts.get(unit, {})) for unit, n in people.items()},
        outcomes=(*modules, ALL),
    )
    return {unit: _coverage(each) for unit, each in told.items()}


def _coverage(told: Told) -> Coverage:
    return Coverage(told.people_n, dict(told.with_n))


def coverage(unit: Unit, at: datetime) -> Coverage | None:
    """What may be told of one unit; None where it is too small, or would give a small one away."""
    return coverages(at).get(unit.pk)
