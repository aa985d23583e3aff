"""`{% told finding %}`, `{% chosen "verdict" id %}` and the tag of a card, in the language of the page."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jamlik.web.assessments.choices import choice_label
from jamlik.web.assessments.shown import short_name
from jamlik.web.core.texts import language, say
from jamlik.web.statistics.models import Finding, Indicator

__all__ = ["card_tag", "chosen", "indicator_name", "register", "short", "told"]

register = template.Library()
_LOOKS = {"todo": "plain", "begun": "warn", "ready": "ok", "sent": "plain", "returned": "danger"}


@register.simple_tag
def told(finding: Finding) -> str:
    """A finding's sentence."""
    return finding.told(language())


@register.simple_tag
def short(finding: Finding) -> str:
    """Whom and what a finding is about, for a heading or a link."""
    return short_name(finding)


@register.simple_tag
def indicator_name(indicator: Indicator) -> str:
    """An indicator's name."""
    return indicator.title(language())


@register.simple_tag
def chosen(name: str, choice: str) -> str:
    """The words of an answer."""
    return choice_label(name, choice)


@register.simple_tag
def card_tag(state: str) -> SafeString:
    """How far a card has come."""
    return format_html('<span class="tag tag-{}">{}</span>', _LOOKS[state], say(f"assessments.card_state.{state}"))
