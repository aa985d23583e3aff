"""Targets and how they go, in words: short sentences, level and gap together, never blaming."""

from __future__ import annotations

from dataclasses import dataclass

from jamlik.analysis.change import Mover
from jamlik.model.words import decimals_for, format_number, inside
from jamlik.web.core.texts import language, say
from jamlik.web.goals.models import AimKind, Target, TargetKind
from jamlik.web.goals.progress import Limits, Point, Progress, ProgressState
from jamlik.web.goals.queries import Judged

__all__ = ["Row", "Told", "aim_text", "amount", "told", "who"]

_LOOK = {
    ProgressState.REACHED: "ok",
    ProgressState.ON_TRACK: "ok",
    ProgressState.NOT_ON_TRACK: "warn",
    ProgressState.NOT_REACHED: "warn",
    ProgressState.CANNOT_TELL: "plain",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A period of the series as the table shows it."""

    period: str
    level: str
    reference: str
    gap: str
    note: str


@dataclass(frozen=True, slots=True)
class Told:
    """A target in words: what is measured, for whom, the aim, the answer with its look, and what lies behind it."""

    target: Target
    name: str
    who: str
    aim: str
    state: str
    look: str
    lines: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def sides(self) -> tuple[str, str]:
        """The group's name (or everyone), and the name of those compared with."""
        return _text(self.target.group_texts) or say("goals.target.everyone"), _text(self.target.reference_texts)

    @property
    def compared(self) -> bool:
        """Whether there is somebody to compare with."""
        return bool(self.target.question_key)


def who(target: Target) -> str:
    """Whom a target is about: everyone, a group, or a group beside those it is compared with."""
    group = _text(target.group_texts)
    reference = _text(target.reference_texts)
    if target.kind == TargetKind.GAP:
        return say("goals.target.between", group=group, reference=inside(reference))
    return group or say("goals.target.everyone")


def _text(texts: dict[str, str]) -> str:
    return str(texts.get(language()) or texts.get("sv") or "")


def aim_text(target: Target) -> str:
    """What is to be reached, in one sentence."""
    values: dict[str, object] = {"year": str(target.by_year), "baseline": target.baseline_period}
    if target.aim_kind == AimKind.SHARE:
        share = float(target.aim)
        if share == 0.5:
            return say("goals.aim.halve", **values)
        return say("goals.aim.share", share=format_number(100 * share, 0, language()), **values)
    if target.kind == TargetKind.GAP:
        if target.aim == 0:
            return say("goals.aim.close", **values)
        return say("goals.aim.gap", value=amount(target, float(target.aim), gap=True), **values)
    way = {"up": "at_least", "down": "at_most"}.get(target.indicator.direction, "level")
    return say(f"goals.aim.{way}", value=amount(target, float(target.aim)), **values)


def told(judged: Judged) -> Told:
    """A target with how it goes."""
    target, progress = judged.target, judged.progress
    success = progress.state in (ProgressState.REACHED, ProgressState.ON_TRACK)
    caution = success and (progress.somebody_lost or progress.widened)
    return Told(
        target,
        target.indicator.title(language()),
        who(target),
        aim_text(target),
        say(f"goals.progress.{progress.state.value}"),
        "warn" if caution else _LOOK[progress.state],
        tuple(_lines(target, progress)),
        tuple(_row(target, point) for point in judged.points),
    )


def _lines(target: Target, progress: Progress) -> list[str]:
    lines = []
    if progress.unsure:
        lines.append(say(f"goals.unsure.{progress.unsure.value}", baseline=target.baseline_period))
    gap = target.kind == TargetKind.GAP
    if progress.baseline and progress.latest and progress.latest is not progress.baseline:
        first, last = _said(target, progress.baseline), _said(target, progress.latest)
        kind = "gap" if gap else "level"
        lines.append(
            say(
                f"goals.lines.{kind}_from_to",
                first_period=progress.baseline.period,
                first=first,
                last_period=progress.latest.period,
                last=last,
            )
        )
    if progress.aimed is not None and progress.expected is not None:
        lines.append(
            say(
                "goals.lines.pace",
                aimed=amount(target, progress.aimed, gap=gap),
                expected=amount(target, progress.expected, gap=gap),
            )
        )
        lines.append(say(f"goals.{'moving_gap' if gap else 'moving'}.{progress.moving.value}"))
    if progress.turned:
        lines.append(say("goals.lines.turned"))
    if progress.mover is not Mover.UNKNOWN:
        worse, better = _sides(target, progress)
        lines.append(say(f"goals.mover.{progress.mover.value}", worse=worse, better=better))
    if progress.levelled_down:
        lines.append(say("goals.lines.no_gain"))
    if progress.widened:
        lines.append(say("goals.lines.widened"))
    return lines


def _sides(target: Target, progress: Progress) -> tuple[str, str]:
    """The two groups by name, the one that was worse off at the baseline first."""
    names = inside(_text(target.group_texts)), inside(_text(target.reference_texts))
    start = progress.baseline
    if not all(names) or start is None or start.level is None or start.reference is None:
        return say("goals.lines.worse_group"), say("goals.lines.better_group")
    less = start.level.value < start.reference.value
    return names if less == (target.indicator.direction == "up") else (names[1], names[0])


def _said(target: Target, point: Point) -> str:
    """A period's number with its interval; a gap without its sign."""
    gap = target.kind == TargetKind.GAP
    number = point.gap if gap else point.level
    if number is None:
        return say("goals.not_shown")
    if gap and number.value < 0:
        number = Limits(
            -number.value,
            None if number.high is None else -number.high,
            None if number.low is None else -number.low,
        )
    value = amount(target, number.value, gap=gap)
    if number.low is None or number.high is None:
        return value
    lang, decimals = language(), _decimals(target, number.value)
    low, high = (format_number(each, decimals, lang) for each in (number.low, number.high))
    return say("goals.lines.interval", value=value, low=low, high=high)


def _decimals(target: Target, value: float) -> int:
    return decimals_for(abs(value), target.indicator.unit)


def amount(target: Target, value: float, *, gap: bool = False) -> str:
    """A number with its unit; a gap in per cent is in percentage points."""
    number = format_number(value, _decimals(target, value), language())
    unit = target.indicator.unit
    if unit == "%":
        return say("goals.unit.points" if gap else "goals.unit.percent", value=number)
    return say("goals.unit.other", value=number, unit=unit) if unit else number


def _row(target: Target, point: Point) -> Row:
    def cell(number: Limits | None) -> str:
        if number is None:
            return say("goals.not_shown")
        lang, decimals = language(), _decimals(target, number.value)
        text = format_number(number.value, decimals, lang)
        if number.low is None or number.high is None:
            return text
        low, high = (format_number(each, decimals, lang) for each in (number.low, number.high))
        return say("goals.lines.interval", value=text, low=low, high=high)

    note = say("goals.lines.baseline") if point.period == target.baseline_period else ""
    return Row(point.period, cell(point.level), cell(point.reference), cell(point.gap), note)
