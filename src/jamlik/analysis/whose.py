"""Whose figures a file holds: its areas, the one that the analysis is for, and how much that makes to compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jamlik.analysis.prepare import Prepared
from jamlik.model.dataset import ColumnRole, Dataset
from jamlik.model.groupings import Role
from jamlik.sources.focus import area_named, no_such_area

__all__ = ["area_named", "own_area", "told_of_areas"]

MOST_LISTED = 500
_KINDS = ("s kommun", "s stad", " kommun", " stad")


def told_of_areas(prepared: Prepared, dataset: Dataset, *, file: str) -> dict[str, Any]:
    """The areas of a file (code and name; none where there are too many to choose among), and what will be asked.

    Raises
    ------
    JamlikError
        Of kind `usage` when the analysis is to be for an area that the file does not have.
    """
    dimensions = prepared.table.dimensions.values()
    known = {code: label for d in dimensions if d.role is Role.AREA for code, label in d.labels.items()}
    name = ""
    if dataset.focus and (known or not any(c.role is ColumnRole.AREA for c in dataset.columns)):
        code = area_named(dataset.focus, known, file=file)
        if code != dataset.focus:  # asked for by name: nothing is found by that
            raise no_such_area(dataset.focus, known, like=code, file=file)
        name = known[code]
    return {
        "areas": [[code, label] for code, label in known.items()] if 1 < len(known) <= MOST_LISTED else [],
        "areas_n": len(known),
        "focus_name": name,
        "asked_n": len(prepared.asked) * len(prepared.latest),
    }


def own_area(areas: Mapping[str, str], *, code: str, name: str) -> str:
    """Code of one's own municipality among a file's areas (code → name); empty where it is not there."""
    if code in areas:
        return code
    wanted = _bare(name)
    return next((known for known, label in areas.items() if wanted and _bare(label) & wanted), "")


def _bare(name: str) -> frozenset[str]:
    """A municipality's name as it is and without what says that it is one: `Norrköpings kommun` is `Norrköping`."""
    folded = name.strip().casefold()
    cut = {folded.removesuffix(kind) for kind in _KINDS if folded.endswith(kind)}
    return frozenset(part for part in {folded, *cut} if part)
