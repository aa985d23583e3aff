"""How far a target has come, judged from published figures alone: level and gap together, with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import hypot

from jamlik.analysis.change import GapAnswer, GapChange, MeasuredGap, Mover, gap_change
from jamlik.model.findings import Levelling
from jamlik.model.indicators import Direction

__all__ = ["Aim", "Limits", "Moving", "Point", "Progress", "ProgressState", "Unsure", "progress_of"]


class ProgressState(StrEnum):
    """The answer. Only what the intervals bear out is said; the rest cannot be told."""

    REACHED = "reached"
    ON_TRACK = "on_track"
    NOT_ON_TRACK = "not_on_track"
    NOT_REACHED = "not_reached"
    CANNOT_TELL = "cannot_tell"


class Unsure(StrEnum):
    """Why it cannot be told."""

    NONE = ""
    NO_BASELINE = "no_baseline"
    NO_LATER = "no_later"
    NO_INTERVAL = "no_interval"
    TOO_UNCERTAIN = "too_uncertain"


class Moving(StrEnum):
    """Which way it has surely gone since the baseline."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Limits:
    """A published number with its interval."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """What was published for a period: the group's level, the reference's, and the gap; None where not shown.

    `start` is when the period begins, in years.
    """

    period: str
    start: float
    level: Limits | None = None
    reference: Limits | None = None
    gap: Limits | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be reached: `kind` level or gap; `value` in the indicator's unit, or `share` of the baseline's gap."""

    kind: str
    baseline_period: str
    by_year: int
    value: float | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How it goes.

    `aimed` is the number to reach, `expected` where an even pace from the baseline would be by the latest period; both
    in the indicator's unit, a gap without its sign. `turned` when the gap is now surely the other way. `change` says
    how the gap has changed whatever the target is about, `levelling` by whose movement.
    """

    state: ProgressState
    unsure: Unsure = Unsure.NONE
    moving: Moving = Moving.UNSURE
    baseline: Point | None = None
    latest: Point | None = None
    aimed: float | None = None
    expected: float | None = None
    turned: bool = False
    change: GapChange | None = None

    @property
    def levelling(self) -> Levelling:
        """Who moved; unknown when the gap is not published at both ends."""
        return self.change.levelling if self.change else Levelling.UNKNOWN

    @property
    def levelled_down(self) -> bool:
        """Whether the gap is smaller only because the better off got worse, which is no success."""
        return self.levelling is Levelling.DOWN

    @property
    def mover(self) -> Mover:
        """Whose level made the gap smaller; unknown when it is not, or when the levels do not tell."""
        return self.change.mover if self.change else Mover.UNKNOWN

    @property
    def somebody_lost(self) -> bool:
        """Whether at least half of a smaller gap came from the better off getting worse, which is half a success."""
        return self.levelled_down or self.mover in (Mover.BOTH, Mover.MOSTLY_BETTER_OFF, Mover.BETTER_OFF)

    @property
    def widened(self) -> bool:
        """Whether the gap has surely grown, however the level went."""
        return self.change is not None and self.change.answer is GapAnswer.LARGER


@dataclass(frozen=True, slots=True)
class _Known:
    """A number and limits turned so that smaller is better."""

    value: float
    low: float
    high: float


def progress_of(
    points: Sequence[Point], aim: Aim, *, direction: Direction = Direction.NEUTRAL, threshold: float = 0.0
) -> Progress:
    """Judge a series against a target.

    Everything is turned so that smaller is better: a gap by its size at the baseline, a level by the way it is to go.
    With x₀ and x the baseline's and the latest number, T the target and w the share of the time that has gone, an even
    pace stands at x₀ + w(T − x₀). The interval of the distance to it is recovered from the two published intervals,
    as in `gap_change`; where the target is a share of the baseline, the baseline's own uncertainty counts there too.

    - reached: the whole interval lies at or beyond the target; for a gap, on neither side larger. A gap surely within
      the practical threshold is reached, and "no gap" is when `gap_change` says closed.
    - not_reached: the year has come and the whole interval lies short of the target.
    - on_track: surely moved the right way, and at or ahead of the even pace.
    - not_on_track: the whole interval lies behind the even pace.
    - cannot_tell: all else, with the reason.

    Parameters
    ----------
    points : sequence of Point
        In any order; those before the baseline are left out.
    direction : Direction
        Which way the indicator is better.
    threshold : float
        The smallest gap that matters in practice, >= 0, in the indicator's unit.
    """
    ordered = sorted(points, key=lambda point: point.start)
    baseline = next((point for point in ordered if point.period == aim.baseline_period), None)
    if baseline is None or _of(baseline, aim) is None:
        return Progress(ProgressState.CANNOT_TELL, Unsure.NO_BASELINE, baseline=baseline)
    later = [point for point in ordered if point.start > baseline.start and _of(point, aim) is not None]
    first = _of(baseline, aim)
    assert first is not None
    aimed = _aimed(first, aim)
    if not later:
        return Progress(ProgressState.CANNOT_TELL, Unsure.NO_LATER, baseline=baseline, latest=baseline, aimed=aimed)
    latest = later[-1]
    change = _gap_change(baseline, latest, direction, threshold)
    start, now = _turned(first, aim, first, direction), _turned(_of(latest, aim), aim, first, direction)
    if start is None or now is None:
        return Progress(
            ProgressState.CANNOT_TELL,
            Unsure.NO_INTERVAL,
            baseline=baseline,
            latest=latest,
            aimed=aimed,
            change=change,
        )
    turned = aim.kind == "gap" and now.high < 0
    if turned:
        now = _Known(-now.value, -now.high, -now.low)
    sign = -1.0 if aim.kind == "level" and _upwards(first, aim, direction) else 1.0
    elapsed = _elapsed(baseline, latest, aim)
    behind = _behind_pace(start, now, sign * aimed, aim, elapsed)
    moved = _difference(now, start, 1.0, 0.0)
    moving = Moving.RIGHT if moved.high < 0 else Moving.WRONG if moved.low > 0 else Moving.UNSURE
    reached = _is_reached(start, now, sign * aimed, aim, threshold, change)
    state = _state(reached, moving, behind, elapsed)
    return Progress(
        state=state,
        unsure=Unsure.TOO_UNCERTAIN if state is ProgressState.CANNOT_TELL else Unsure.NONE,
        moving=moving,
        baseline=baseline,
        latest=latest,
        aimed=aimed,
        expected=sign * (now.value - behind.value),
        turned=turned,
        change=change,
    )


def _of(point: Point, aim: Aim) -> Limits | None:
    return point.gap if aim.kind == "gap" else point.level


def _aimed(first: Limits, aim: Aim) -> float:
    """The number to reach, in the indicator's unit; a gap without its sign."""
    if aim.share is not None:
        return abs(first.value) * aim.share
    assert aim.value is not None
    return aim.value


def _upwards(first: Limits, aim: Aim, direction: Direction) -> bool:
    """Whether a level is to rise: as the indicator says, else as the target lies from the baseline."""
    if direction in (Direction.UP, Direction.DOWN):
        return direction is Direction.UP
    return _aimed(first, aim) > first.value


def _turned(number: Limits | None, aim: Aim, first: Limits, direction: Direction) -> _Known | None:
    if number is None or number.low is None or number.high is None:
        return None
    away = first.value < 0 if aim.kind == "gap" else _upwards(first, aim, direction)
    if away:
        return _Known(-number.value, -number.high, -number.low)
    return _Known(number.value, number.low, number.high)


def _gap_change(baseline: Point, latest: Point, direction: Direction, threshold: float) -> GapChange | None:
    if baseline.gap is None or latest.gap is None:
        return None
    return gap_change(_measured(baseline), _measured(latest), direction=direction, threshold=threshold)


def _measured(point: Point) -> MeasuredGap:
    gap = point.gap
    return MeasuredGap(
        gap.value if gap else None,
        gap.low if gap else None,
        gap.high if gap else None,
        point.level.value if point.level else None,
        point.reference.value if point.reference else None,
    )


def _elapsed(baseline: Point, latest: Point, aim: Aim) -> float:
    """Share of the time from the baseline to the target's year that has gone, 0 to 1."""
    whole = aim.by_year - baseline.start
    return 1.0 if whole <= 0 else min((latest.start - baseline.start) / whole, 1.0)


def _difference(now: _Known, start: _Known, share: float, constant: float) -> _Known:
    """The interval of now − share × start − constant; the two are of different years, so independent."""
    value = now.value - share * start.value - constant
    low = hypot(now.value - now.low, share * (start.high - start.value))
    high = hypot(now.high - now.value, share * (start.value - start.low))
    return _Known(value, value - low, value + high)


def _behind_pace(start: _Known, now: _Known, target: float, aim: Aim, elapsed: float) -> _Known:
    """How far behind an even pace; negative is ahead of it. Already there at the baseline: the target is to hold."""
    if aim.share is not None:
        return _difference(now, start, 1 - elapsed + elapsed * aim.share, 0.0)
    if start.value <= target:
        return _difference(now, start, 0.0, target)
    return _difference(now, start, 1 - elapsed, elapsed * target)


def _is_reached(
    start: _Known, now: _Known, target: float, aim: Aim, threshold: float, change: GapChange | None
) -> bool:
    left = _behind_pace(start, now, target, aim, 1.0)
    if aim.kind == "level":
        return left.high <= 0
    if -threshold <= now.low and now.high <= threshold:
        return True
    if target == 0:
        return change is not None and change.answer is GapAnswer.CLOSED
    return left.high <= 0 and now.low >= -target


def _state(reached: bool, moving: Moving, behind: _Known, elapsed: float) -> ProgressState:
    if reached:
        return ProgressState.REACHED
    if elapsed >= 1:
        return ProgressState.NOT_REACHED if behind.low > 0 else ProgressState.CANNOT_TELL
    if behind.low > 0:
        return ProgressState.NOT_ON_TRACK
    if moving is Moving.RIGHT and behind.value <= 0:
        return ProgressState.ON_TRACK
    return ProgressState.CANNOT_TELL
