"""Everything that is written in the app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from jamlik.handbook.course import newest_course
from jamlik.handbook.examples import good_examples
from jamlik.model.words import FALLBACK
from jamlik.web.core import access, audit
from jamlik.web.core.editing import save_if_unchanged
from jamlik.web.core.models import User
from jamlik.web.learning import rules
from jamlik.web.learning.models import Completion, Example, ExampleState, marked
from jamlik.web.learning.queries import home_unit
from jamlik.web.organisation.models import Unit
from jamlik.web.organisation.queries import root
from jamlik.web.register.models import Theme

__all__ = ["ExampleFacts", "add_example", "change_example", "load_examples", "move_example", "take_check"]

WRITE, REVIEW = "learning.write", "learning.review"
_REVIEWED = frozenset({ExampleState.SHOWN, ExampleState.DRAFT})


@dataclass(frozen=True, slots=True)
class ExampleFacts:
    """What is said in an example."""

    title: str
    service: str
    goal: str
    seen: str
    done: str
    result: str
    grounds: Iterable[str] = ()
    themes: Iterable[Theme] = ()

    @property
    def fields(self) -> dict[str, str]:
        """What lies in the row itself."""
        texts = {name: str(getattr(self, name)).strip() for name in rules.TEXTS}
        return texts | {"ground_keys": marked(self.grounds)}


@transaction.atomic
def take_check(*, module: str, chosen: Mapping[str, str], by: User, at: datetime) -> bool:
    """Keep that a person has completed a module, if every answer is right; whether it is.

    The first time counts: taking it again changes nothing. No event, since only the person may know.

    Parameters
    ----------
    module : str
        Key of a module of the newest course.
    chosen : mapping of question to option
        What the person answered, in this try.
    """
    course = newest_course()
    if any(chosen.get(question.id) != question.right.id for question in course.by_key[module].check):
        return False
    unit = home_unit(by, at)
    if unit is not None:
        Completion.objects.get_or_create(
            user=by, course=course.key, module=module, defaults={"unit_id": unit, "at": at}
        )
    return True


@transaction.atomic
def add_example(*, unit: Unit, facts: ExampleFacts, by: User, at: datetime) -> Example:
    """Begin an example of a unit: a draft, until it is handed in."""
    access.require(by, WRITE, unit=unit)
    rules.require_nobody(facts.fields.values())
    made = Example.objects.create(unit=unit, written_by=by, written_at=at, **facts.fields)
    made.themes.set(facts.themes)
    audit.record("learning.example_added", target=made, by=by, at=at, changes={"title": (None, made.title)})
    return made


def _locked(example: Example) -> Example:
    return Example.objects.select_for_update(no_key=True, of=("self",)).select_related("unit").get(pk=example.pk)


@transaction.atomic
def change_example(*, example: Example, facts: ExampleFacts, expected_version: int, by: User, at: datetime) -> Example:
    """Change what an example says; one that everybody sees is handed in anew. Raises `EditConflict` for the second."""
    row = _locked(example)
    access.require(by, WRITE, unit=row.unit)
    rules.require_nobody(facts.fields.values())
    themes, before = list(facts.themes), list(row.themes.all())
    new = facts.fields | {"state": rules.AFTER_CHANGE[ExampleState(row.state)]}
    changes: dict[str, tuple[object, object]] = {
        name: (getattr(row, name), value) for name, value in new.items() if getattr(row, name) != value
    }
    if "ground_keys" in changes:
        changes["grounds"] = (row.grounds, sorted(facts.grounds))
        del changes["ground_keys"]
    if set(themes) != set(before):
        changes["themes"] = (before, themes)
    for name, value in new.items():
        setattr(row, name, value)
    row.shipped, row.elsewhere, row.written_by, row.written_at = False, "", by, at
    names = [*new, "shipped", "elsewhere", "written_by", "written_at"]
    save_if_unchanged(row, fields=names, expected_version=expected_version)
    row.themes.set(themes)
    audit.record("learning.example_changed", target=row, by=by, at=at, changes=changes)
    return row


@transaction.atomic
def move_example(
    *, example: Example, to: ExampleState, expected_version: int, reason: str = "", by: User, at: datetime
) -> Example:
    """Hand an example in, show it to everybody, send it back with what to change, or withdraw it."""
    row = _locked(example)
    before = ExampleState(row.state)
    back = before == ExampleState.PROPOSED and to == ExampleState.DRAFT
    access.require(by, REVIEW if to in _REVIEWED else WRITE, unit=row.unit)
    rules.require_move(row, to)
    rules.require_nobody([reason])
    if back:
        rules.require_reason(reason)
    row.state, row.asked = to, reason.strip() if back else ""
    row.shown_at = at if to == ExampleState.SHOWN else row.shown_at
    save_if_unchanged(row, fields=["state", "asked", "shown_at"], expected_version=expected_version)
    verb = "learning.example_returned" if back else f"learning.example_{to}"
    audit.record(verb, target=row, by=by, at=at, changes={"state": (before, to)}, note=row.asked)
    return row


@transaction.atomic
def load_examples(*, by: User | None, at: datetime) -> int:
    """Put in the examples that ship and are not there yet; how many. One that was withdrawn stays withdrawn.

    `by` is nobody when a municipality is set up.
    """
    top = root()
    if by is not None:
        access.require(by, REVIEW, unit=top)
    known = set(Example.objects.exclude(origin="").values_list("origin", flat=True))
    missing = [each for each in good_examples().examples if each.key not in known] if top is not None else []
    Example.objects.bulk_create(
        Example(
            unit=top,
            origin=each.key,
            shipped=True,
            ground_keys=marked(each.grounds),
            elsewhere=" ".join(
                text for name in rules.TEXTS for lang, text in getattr(each, name).items() if lang != FALLBACK
            ),
            state=ExampleState.SHOWN,
            written_at=at,
            shown_at=at,
            **{name: getattr(each, name)[FALLBACK] for name in rules.TEXTS},
        )
        for each in missing
    )
    if missing:
        changes: dict[str, tuple[object, object]] = {"added": ([], [each.key for each in missing])}
        audit.record("learning.examples_loaded", target=None, by=by, at=at, changes=changes)
    return len(missing)
