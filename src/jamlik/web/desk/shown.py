"""How things are called on the start page and among the hits of a search."""

from __future__ import annotations

import re

from jamlik.web.core.texts import language
from jamlik.web.statistics.models import Finding

__all__ = ["brief", "name_of"]

_NEXT_SENTENCE = re.compile(r"\.\s+(?=[^\W\d_])")


def brief(text: str) -> str:
    """The first sentence: what differs, without how sure it is and how many that is."""
    return _NEXT_SENTENCE.split(text, maxsplit=1)[0].strip()


def name_of(finding: Finding) -> str:
    """A finding in one sentence, in the reader's language."""
    return brief(finding.told(language()))
