"""`{% say "app.key" n=3 %}` and filters that write dates and numbers as the language does."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from jamlik.web.core import texts
from jamlik.web.core.editing import TOKEN, has_unsent, new_token
from jamlik.web.core.forms import error_links

__all__ = ["day", "iso", "moment", "number", "once_token", "register", "say", "say_key", "text_kept"]

register = template.Library()


@register.simple_tag
def say(key: str, **values: object) -> str:
    """The text in the language of the page. Values are escaped, as everything a template writes.

    A value that is markup of our own, as a day that must not break, stays so; the others are escaped beside it.
    """
    if not any(isinstance(value, SafeString) for value in values.values()):
        return texts.say(str(key), **values)
    plain = {name: value if isinstance(value, int | float) else _escaped(value) for name, value in values.items()}
    return SafeString(texts.say(str(key), **plain))


def _escaped(value: object) -> str:
    return value if isinstance(value, SafeString) else conditional_escape(str(value))


@register.filter
def say_key(prefix: str, last: object) -> str:
    """The text of a key that ends in a value: ``{{ "plans.state"|say_key:action.state }}``."""
    return texts.say(f"{prefix}.{last}")


def _unbroken(text: str) -> SafeString:
    """A text that stays on one line: browsers break a date at its hyphens."""
    return format_html('<span class="day">{}</span>', text)


@register.filter
def iso(value: date | datetime | None) -> str:
    """A date as 2026-11-22, for where no markup may stand, as in an attribute; nothing for no date."""
    if value is None:
        return ""
    return (timezone.localdate(value) if isinstance(value, datetime) else value).isoformat()


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """A date as 2026-11-22, which all three languages read alike; nothing for no date."""
    return "" if value is None else _unbroken(iso(value))


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A date with time to the minute, in the municipality's time zone."""
    return "" if value is None else _unbroken(timezone.localtime(value).strftime("%Y-%m-%d %H:%M"))


@register.filter
def number(value: float | Decimal | None, decimals: int | None = None) -> str:
    """A number with the language's marks; nothing for none."""
    return "" if value is None else texts.written_number(value, decimals)


register.filter("error_links", error_links)


@register.simple_tag
def once_token() -> SafeString:
    """Mark a form, so that the same form sent twice is done once (`core.editing.once`)."""
    return format_html('<input type="hidden" name="{}" value="{}">', TOKEN, new_token())


@register.simple_tag(takes_context=True)
def text_kept(context: template.Context) -> bool:
    """Whether what somebody wrote is kept until they have logged in again."""
    return has_unsent(context["request"])
