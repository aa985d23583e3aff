"""How things are called on the start page and among the hits of a search."""

from __future__ import annotations

from jamlik.web.core.texts import language
from jamlik.web.statistics.models import Finding

__all__ = ["name_of"]


def name_of(finding: Finding) -> str:
    """A finding in one sentence, in the reader's language."""
    return finding.heading(language())
