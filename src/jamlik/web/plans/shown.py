"""An action's fields as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from jamlik.model.words import format_number
from jamlik.web.assessments.choices import choice_label
from jamlik.web.core import clock
from jamlik.web.core.texts import has_text, language, say
from jamlik.web.plans.models import Action
from jamlik.web.plans.queries import is_late
from jamlik.web.statistics.models import Indicator

__all__ = ["action_lines", "field_label", "money", "shown_field", "shown_state", "state_text"]


def shown_state(action: Action) -> str:
    """The state's code, `late` for an action that should have been done."""
    return "late" if is_late(action, clock.today()) else str(action.state)


def state_text(action: Action) -> str:
    """The state in words, the same wherever an action is told of."""
    return say(f"plans.state.{shown_state(action)}")


def money(amount: int | None) -> str:
    """Kronor with the language's marks; nothing for no answer."""
    return "" if amount is None else say("plans.sek", n=format_number(float(amount), 0, language()))


def field_label(name: str) -> str:
    """What a field is called."""
    key = f"plans.field.{name}"
    return say(key if has_text(key) else f"plans.plan.{name}")


def shown_field(row: Any, name: str) -> str:
    """One field in words."""
    value = getattr(row, name, None)
    if value in (None, ""):
        return say("plans.none")
    if name in ("cost_sek", "spent_sek"):
        return money(value)
    if name == "cause":
        return choice_label("cause_kind", value)
    if isinstance(value, Indicator):
        return value.title(language())
    return value.isoformat() if isinstance(value, date) else str(value)


def action_lines(action: Action, fields: Iterable[str]) -> list[tuple[str, str]]:
    """(what was asked, what was answered)."""
    return [(field_label(name), shown_field(action, name)) for name in fields]
