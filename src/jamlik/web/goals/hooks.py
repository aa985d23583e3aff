"""What this app asks of the apps above it: which actions serve a goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from jamlik.web.organisation.queries import Person

__all__ = ["CitingAction", "actions_for", "tell_of_actions"]


@dataclass(frozen=True, slots=True)
class CitingAction:
    """An action that serves a goal, as another app sees it."""

    title: str
    url: str
    unit: str
    due_on: date | None
    state: str


Lookup = Callable[[int, Person], tuple[CitingAction, ...]]
_known: list[Lookup] = []


def tell_of_actions(lookup: Lookup) -> None:
    """Tell who knows the actions: called once, when the app above starts."""
    _known[:] = [lookup]


def actions_for(goal: int, user: Person) -> tuple[CitingAction, ...]:
    """The actions that serve a goal, as far as a person may see them."""
    return tuple(action for lookup in _known for action in lookup(goal, user))
