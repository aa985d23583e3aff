"""The question asked again, in words: what the figures answer, how much changed, and whose level made it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jamlik.analysis.change import GapAnswer, GapLeft, Mover
from jamlik.model.indicators import Direction
from jamlik.model.words import format_number, format_signed, inside
from jamlik.web.core.texts import language, say
from jamlik.web.plans.models import Remeasure
from jamlik.web.plans.queries import Measured
from jamlik.web.statistics.models import Finding
from jamlik.web.statistics.shown import capital, decimals_of

__all__ = ["GapRow", "GapTable", "answer_text", "gap_table", "told_lines"]


@dataclass(frozen=True, slots=True)
class GapRow:
    """A period as the table shows it; nothing in it where its figures may not be shown."""

    period: str
    levels: tuple[str, str]
    gap: str
    interval: str

    @property
    def shown(self) -> bool:
        """Whether there is a number to show."""
        return bool(self.gap)


@dataclass(frozen=True, slots=True)
class GapTable:
    """Both sides by name with their levels, and the gap with its unit."""

    caption: str
    sides: tuple[str, str]
    level_unit: str
    gap_unit: str
    rows: tuple[GapRow, ...]


_LEFT: Mapping[str, tuple[GapLeft, ...]] = {
    GapAnswer.CLOSED: (GapLeft.SMALL, GapLeft.UNSURE),
    GapAnswer.SMALLER: (GapLeft.SURE, GapLeft.UNSURE),
}


def answer_text(remeasure: Remeasure) -> str:
    """What the figures answer. A gap whose interval holds nought is never said to remain."""
    numbers = remeasure.numbers
    key: str = remeasure.answer
    if key in (GapAnswer.CLOSED, GapAnswer.SMALLER):
        left = numbers.get("left")
        key = f"{key}_{left if left in _LEFT[key] else GapLeft.UNKNOWN}"
    elif key == GapAnswer.CANNOT_TELL and numbers.get("left") == GapLeft.UNKNOWN:
        key = "cannot_see"
    return say(f"plans.answer.{key}")


def told_lines(remeasure: Remeasure) -> list[str]:
    """How much the gap changed, how both sides' levels went, and from which side the change came."""
    numbers, finding = remeasure.numbers, remeasure.before
    lines = []
    first, last, unit = numbers.get("before") or {}, numbers.get("after") or {}, str(numbers.get("unit") or "")
    decimals = max(decimals_of({**each, "unit": unit}) for each in (first, last))
    if numbers.get("change") is not None:
        change, low, high = (format_signed(float(numbers[name]), decimals, language()) for name in _CHANGE)
        lines.append(say("plans.remeasure.change", change=_with_unit(change, unit, gap=True), low=low, high=high))
    if numbers.get("turned"):
        lines.append(say("plans.remeasure.turned"))
    for name, level in zip(_sides(finding), ("level", "level_reference"), strict=True):
        if name and first.get(level) is not None and last.get(level) is not None:
            before, after = (format_number(float(each[level]), decimals, language()) for each in (first, last))
            lines.append(say("plans.remeasure.went", name=name, first=before, last=_with_unit(after, unit)))
    mover = numbers.get("mover") or Mover.UNKNOWN
    if mover != Mover.UNKNOWN:
        worse, better = _worse_and_better(finding, first, str(numbers.get("direction")))
        lines.append(say(f"goals.mover.{mover}", worse=inside(worse), better=inside(better)))
    return lines


_CHANGE = ("change", "low", "high")


def _sides(finding: Finding) -> tuple[str, str]:
    return capital(finding.group_label(language())), capital(finding.reference_label(language()))


def _worse_and_better(finding: Finding, first: Mapping[str, Any], direction: str) -> tuple[str, str]:
    """The two sides' names, the one that was worse off at first before the other."""
    group, reference = _sides(finding)
    more = float(first["level"]) > float(first["level_reference"])
    return (reference, group) if more == (direction == Direction.UP) else (group, reference)


def _with_unit(number: str, unit: str, *, gap: bool = False) -> str:
    """A number with its unit; a gap in per cent is in percentage points."""
    if unit == "%":
        return say("goals.unit.points" if gap else "goals.unit.percent", value=number)
    return say("goals.unit.other", value=number, unit=unit) if unit else number


def gap_table(finding: Finding, series: list[Measured]) -> GapTable:
    """The gap at each period, with the levels of both sides by name."""
    indicator = finding.indicator
    unit = indicator.unit if indicator is not None else ""
    group, reference = _sides(finding)
    decimals = max((decimals_of({**each.finding.numbers, "unit": unit}) for each in series), default=0)

    def written(value: float | None) -> str:
        return "" if value is None else format_number(value, decimals, language())

    rows = []
    for each in series:
        interval = "" if each.low is None else f"{written(each.low)}{say('plans.gap.to')}{written(each.high)}"
        levels = (written(each.level), written(each.reference)) if each.shown else ("", "")
        rows.append(GapRow(each.finding.period, levels, written(each.gap), interval if each.shown else ""))
    heading = say("plans.gap.heading")
    return GapTable(
        f"{heading}: {indicator.title(language())}" if indicator is not None else heading,
        (group or say("plans.gap.level"), reference or say("plans.gap.reference")),
        unit,
        say("statistics.finding.unit_percent") if unit == "%" else unit,
        tuple(rows),
    )
