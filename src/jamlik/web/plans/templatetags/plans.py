"""`{% kronor amount %}`: an amount with the language's marks."""

from __future__ import annotations

from django import template

from jamlik.model.words import format_number
from jamlik.web.core.texts import language

__all__ = ["kronor", "register"]

register = template.Library()


@register.simple_tag
def kronor(amount: int) -> str:
    """An amount in whole kronor."""
    return format_number(float(amount), 0, language())
