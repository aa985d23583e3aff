"""`{% inside_figures finding %}`: what the committee sees of a difference that is too small to be shown to all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from jamlik.web.core.texts import language
from jamlik.web.statistics.models import Finding
from jamlik.web.statistics.queries import figures_for
from jamlik.web.statistics.shown import figures_of

__all__ = ["inside_figures", "register"]

register = template.Library()


@register.inclusion_tag("statistics/parts/inside.html", takes_context=True)
def inside_figures(context: Mapping[str, Any], finding: Finding) -> dict[str, Any]:
    """The committee's own figures with their mark; nothing at all for everybody else, nor where all may see them."""
    request = context.get("request")
    found = figures_for(finding, request.user) if request is not None else None
    own = finding.audience != "public"
    if found is None:
        return {"own": own}
    lang = language()
    words = found.texts.get(lang, {})
    return {
        "own": own,
        "found": found,
        "sentence": found.told(lang),
        "figures": figures_of(
            found.numbers, group=words.get("group", ""), reference=words.get("reference", ""), lang=lang
        ),
        "committee": finding.owner,
        "secrecy": finding.data_set.secrecy if finding.data_set else "",
        "keep_until": found.copy.keep_until,
    }
