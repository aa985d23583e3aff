"""`{% kronor amount %}`: an amount with the language's marks."""

from __future__ import annotations

from django import template

from jamlik.model.words import format_number
from jamlik.web.core.texts import language
from jamlik.web.plans.models import Action
from jamlik.web.plans.shown import state_text

__all__ = ["kronor", "register", "state_of"]

register = template.Library()


@register.simple_tag
def kronor(amount: int) -> str:
    """An amount in whole kronor."""
    return format_number(float(amount), 0, language())


@register.simple_tag
def state_of(action: Action) -> str:
    """An action's state, late too."""
    return state_text(action)
