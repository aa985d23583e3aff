"""A frozen result: the levels of a published result as rows, and back again, so that charts can be drawn from them.

The rows of all indicators together, in order, are what `levels_fingerprint` in the content is taken of.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jamlik.model.findings import Certainty, Explained, Finding, GapTrend, Level, Levelling
from jamlik.model.groupings import Dimension, Group, Role
from jamlik.model.indicators import Direction, Indicator, Kind
from jamlik.model.provenance import canonical_json
from jamlik.model.results import AnalysisResult, FamilyFacts, Geography, RunFacts
from jamlik.model.tables import Audience, GateSummary, ProtectedTable, Status

__all__ = ["frozen_levels", "level_row", "levels_content", "thawed", "thawed_finding", "thawed_group"]

_NUMBERS = ("base_n", "count_n", "value", "low", "high", "shrunken", "bound_low", "bound_high")


def level_row(level: Level) -> tuple[object, ...]:
    """A level as a row: quicker to write out than an object with names, for a hundred thousand of them."""
    numbers = (getattr(level, name) for name in _NUMBERS)
    return (level.indicator, level.period, level.group, level.status.value, *numbers, level.reason)


def levels_content(levels: Iterable[Level]) -> str:
    """Levels as canonical JSON; the SHA-256 of all of a result's is its `levels_fingerprint`."""
    return canonical_json([level_row(level) for level in levels])


def frozen_levels(levels: Sequence[Level]) -> dict[str, str]:
    """Levels as canonical JSON by indicator, in the order they come.

    Raises
    ------
    ValueError
        When an indicator's levels do not stand together: joined up again they would not be the same bytes.
    """
    found: dict[str, list[Level]] = {}
    last = ""
    for level in levels:
        if level.indicator != last and level.indicator in found:
            raise ValueError(f"the levels of {level.indicator} do not stand together")
        last = level.indicator
        found.setdefault(last, []).append(level)
    return {name: levels_content(rows) for name, rows in found.items()}


def thawed_group(pairs: Iterable[Sequence[str]]) -> Group:
    """A group from the lists that JSON has."""
    return tuple((str(dimension), str(code)) for dimension, code in pairs)


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _level(row: Sequence[Any]) -> Level:
    indicator, period, group, status, *numbers, reason = row
    values = dict(zip(_NUMBERS, (_number(text) for text in numbers), strict=True))
    return Level(indicator, period, thawed_group(group), Status(status), **values, reason=reason)


def _indicator(values: Mapping[str, Any]) -> Indicator:
    numbers = {name: float(values[name]) for name in ("threshold", "multiplier")}
    kinds: dict[str, Any] = {"kind": Kind(values["kind"]), "direction": Direction(values["direction"])}
    return Indicator(**{**values, **numbers, **kinds, "target": _number(values["target"])})


def _dimension(values: Mapping[str, Any], order: Sequence[str]) -> Dimension:
    labels = values["labels"]
    ordered = {code: labels[code] for code in (*order, *labels) if code in labels}
    return Dimension(**{**values, "role": Role(values["role"]), "labels": ordered})


_TEXTS = frozenset(
    "finding_id question_key indicator period dimension group_label reference_label worse_off method sentence "
    "first_period last_period covariate".split()
)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Decimals as numbers again; what is text, true or a whole number stays."""
    return {
        name: float(value) if isinstance(value, str) and name not in _TEXTS else value for name, value in values.items()
    }


def thawed_finding(values: Mapping[str, Any]) -> Finding:
    """A finding from its place in frozen content."""
    trend, explained = values["trend"], values["explained"]
    own: dict[str, Any] = {
        "group": thawed_group(values["group"]),
        "reference": thawed_group(values["reference"]),
        "status": Status(values["status"]),
        "certainty": Certainty(values["certainty"]),
        "trend": trend
        and GapTrend(
            **{
                **_plain({k: v for k, v in trend.items() if k != "levelling"}),
                "levelling": Levelling(trend["levelling"]),
            }
        ),
        "explained": tuple(Explained(**_plain(part)) for part in explained),
    }
    return Finding(**{**_plain({k: v for k, v in values.items() if k not in own}), **own})


def thawed(
    content: str,
    levels: Iterable[str],
    *,
    lang: str = "",
    names: Mapping[str, str] | None = None,
    order: Mapping[str, Sequence[str]] | None = None,
    geography: Geography | None = None,
    only: str = "",
) -> AnalysisResult:
    """A result to draw from frozen content.

    Parameters
    ----------
    content : str
        The canonical JSON that is published.
    levels : iterable of str
        What `frozen_levels` gave, of all indicators or of some.
    lang : str
        Language of the labels; the content's own if not given.
    names : mapping of `dimension:code` to label, optional
        Labels in that language.
    order : mapping of dimension to codes, optional
        In what order codes are shown; canonical JSON sorts them.
    only : str
        The one indicator wanted; quicker where there are many.
    """
    found = json.loads(content)
    places = order or {}
    dimensions = {name: _dimension(values, places.get(name, ())) for name, values in found["dimensions"].items()}
    indicators = {name: _indicator(values) for name, values in found["indicators"].items() if only in ("", name)}
    family = {name: value for name, value in found["family"].items() if name != "confidence"}
    rows = tuple(_level(row) for text in levels for row in json.loads(text))
    gate = GateSummary(rules="", cells_n=len(rows), hidden_n=0, required=0.0, narrowest=None)
    return AnalysisResult(
        title=found["title"],
        source=found["source"],
        licence=found["licence"],
        lang=lang or found["lang"],
        table=ProtectedTable(indicators, dimensions, {}, Audience(found["audience"]), gate),
        levels=rows,
        findings=tuple(thawed_finding(f) for f in found["findings"] if only in ("", f["indicator"])),
        periods=tuple(found["periods"]),
        latest=found["latest"],
        family=FamilyFacts(**family, confidence=float(found["family"]["confidence"])),
        run=RunFacts("", "", {}, {}),
        notes=tuple(found["notes"]),
        names=dict(names or {}),
        geography=geography,
        focus=found["focus"],
    )
