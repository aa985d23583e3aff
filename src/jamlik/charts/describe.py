"""Every picture in plain words: what it shows, from where to where, the biggest difference, how much is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jamlik.charts.gaps import apart, sex_gap
from jamlik.charts.series import Series
from jamlik.charts.subject import Point, Subject
from jamlik.model.tables import Status
from jamlik.model.words import counted, format_number, inside, phrase, published

__all__ = ["Described", "by_area", "hidden_n", "levels", "on_map", "over_time", "size_of"]

Described = tuple[str, tuple[tuple[str, Point | None], ...], bool]


def hidden_n(points: Iterable[Point | None]) -> int:
    """How many figures exist but are not shown."""
    return sum(point is not None and point.status is Status.SUPPRESSED for point in points)


def size_of(subject: Subject, gap: float) -> str:
    """The size of a difference with its unit: `3,2 procentenheter`."""
    text = format_number(abs(gap), subject.decimals, subject.lang)
    return f"{text} {subject.gap_unit}".strip()


def _others(subject: Subject, points: Sequence[Point | None]) -> list[str]:
    """Return sentences about figures that are not there: hidden, missing, known only between limits."""
    lang = subject.lang
    bounded = sum(point is not None and point.status is Status.BOUNDED for point in points)
    missing = sum(point is None or point.status is Status.MISSING for point in points)
    found = [subject.hidden_sentence(hidden_n(points))]
    found.append(counted(lang, "charts.bounded_count", bounded) if bounded else "")
    found.append(counted(lang, "charts.missing_count", missing) if missing else "")
    return [sentence for sentence in found if sentence]


def _widest(subject: Subject, rows: Sequence[Described]) -> str:
    """Return the sentence about the row where women and men are furthest apart, and whether that is sure."""
    gaps = []
    for label, dots, whole in rows:
        groups = [p.group for _, p in dots if p is not None]
        if len(groups) == 2 and not whole and subject.sex is not None:
            rest = tuple(pair for pair in groups[0] if pair[0] != subject.sex.name)
            gap = sex_gap(subject, rest)
            if gap is not None and gap.value != 0:
                gaps.append((label, gap))
    known = [(label, gap) for label, gap in gaps if gap.sure is not None]
    sure = [(label, gap) for label, gap in known if gap.sure]
    if not gaps:
        return ""
    if known and not sure:
        return phrase(subject.lang, "charts.describe.no_sure_sex")
    label, gap = max(sure or gaps, key=lambda item: abs(item[1].value))
    return phrase(
        subject.lang,
        "charts.describe.widest_sure" if sure else "charts.describe.widest",
        group=label,
        higher=inside(subject.sex_label("K" if gap.value > 0 else "M")),
        gap=size_of(subject, gap.value),
    )


def _ends(subject: Subject, shown: Sequence[tuple[Point, str]]) -> str:
    """Return the sentence about the lowest and the highest, empty for fewer than two."""
    known = [(point.value, point, label) for point, label in shown if point.value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known, key=lambda item: item[0]), max(known, key=lambda item: item[0])
    values = {"low": subject.number(low[0]), "high": subject.number(high[0])}
    key = "range_close" if apart(low[1], high[1]) is False else "range"
    return phrase(subject.lang, f"charts.describe.{key}", low_group=low[2], high_group=high[2], **values)


def levels(subject: Subject, rows: Sequence[Described], *, left_out: int = 0) -> str:
    """Describe a picture of dots."""
    lang = subject.lang
    parts = [phrase(lang, "charts.describe.dots", indicator=subject.name, period=subject.latest)]
    whole = subject.at(subject.whole)
    if whole is not None and whole.value is not None:
        key = "charts.describe.whole"
        parts.append(phrase(lang, key, group=subject.whole_label, value=subject.number(whole.value)))
    shown = [
        (point, f"{label}, {inside(subject.sex_label(sex))}" if sex and len(dots) > 1 else label)
        for label, dots, whole_row in rows
        for sex, point in dots
        if point is not None and point.value is not None and not whole_row
    ]
    parts.append(_ends(subject, shown))
    parts.append(_widest(subject, rows))
    parts += _others(subject, [point for _, dots, _ in rows for _, point in dots])
    if left_out:
        parts.append(counted(lang, "charts.dots.left_out_sentence", left_out))
    return " ".join(part for part in parts if part)


def over_time(
    subject: Subject,
    lines: Sequence[tuple[str, Sequence[Point | None]]],
    gaps: Sequence[float | None],
    *,
    name: str,
) -> str:
    """Describe a picture of lines: where each begins and ends, and the gap at both ends."""
    lang, periods = subject.lang, subject.periods
    parts = [phrase(lang, "charts.describe.lines", indicator=name, first=periods[0], last=periods[-1])]
    for label, points in lines:
        known = [point for point in points if point is not None and point.value is not None]
        if known:
            ends = [(subject.number(p.value or 0.0), p.period) for p in (known[0], known[-1])]
            values = {"start": ends[0][0], "first": ends[0][1], "end": ends[1][0], "last": ends[1][1]}
            parts.append(phrase(lang, "charts.describe.line", group=label, **values))
    both = [(gap, periods[place]) for place, gap in enumerate(gaps) if gap is not None]
    if len(both) > 1:
        ends = [(size_of(subject, gap), period) for gap, period in (both[0], both[-1])]
        values = {"start": ends[0][0], "first": ends[0][1], "end": ends[1][0], "last": ends[1][1]}
        parts.append(phrase(lang, "charts.describe.gap", **values))
    return " ".join([*parts, *_others(subject, [point for _, points in lines for point in points])])


@dataclass(frozen=True, slots=True)
class _Change:
    """From a line's first value to its last, rounded; `sure` is None where the values have no intervals."""

    size: float
    label: str
    sure: bool | None


def _change(line: Series, label: str, decimals: int) -> _Change | None:
    known = [point for point in line.points if point is not None and point.value is not None]
    if len(known) < 2:
        return None
    size = published((known[-1].value or 0.0) - (known[0].value or 0.0), decimals)
    return _Change(size, label, apart(known[0], known[-1])) if size else None


def _largest_change(subject: Subject, lines: Sequence[tuple[str, Series]]) -> str:
    """Return the sentence about the line that has changed the most, of those that surely have."""
    found = [_change(line, label, subject.decimals) for label, line in lines]
    changes = [change for change in found if change is not None]
    sure = [change for change in changes if change.sure]
    if not changes:
        return ""
    if not sure and any(change.sure is not None for change in changes):
        return phrase(subject.lang, "charts.describe.no_sure_change")
    most = max(sure or changes, key=lambda change: abs(change.size))
    key = f"charts.describe.{'rise' if most.size > 0 else 'fall'}{'_sure' if sure else ''}"
    return phrase(subject.lang, key, group=most.label, gap=size_of(subject, most.size))


def by_area(subject: Subject, areas: Sequence[tuple[str, Sequence[Series]]], *, heading: str) -> str:
    """Describe small multiples: what each holds, and where the latest level and the change are greatest."""
    lang, periods = subject.lang, subject.periods
    values = {"first": periods[0], "last": periods[-1], "dimension": heading}
    parts = [phrase(lang, "charts.describe.multiples", indicator=subject.name, **values)]

    def named(label: str, line: Series) -> str:
        return f"{label}, {inside(line.label)}" if line.label else label

    known = [(named(label, line), line) for label, lines in areas for line in lines if line.last is not None]
    parts.append(_ends(subject, [(_last(line), label) for label, line in known]))
    parts.append(_largest_change(subject, known))
    points = [point for _, lines in areas for line in lines for point in line.points]
    return " ".join(part for part in [*parts, *_others(subject, points)] if part)


def _last(line: Series) -> Point:
    return next(point for point in reversed(line.points) if point is not None and point.value is not None)


def on_map(subject: Subject, areas: Sequence[tuple[str, Point | None]], *, shrunken: bool, absent: int) -> str:
    """Describe a map."""
    parts = [phrase(subject.lang, "charts.describe.map", indicator=subject.name, period=subject.latest)]
    parts.append(_ends(subject, [(point, label) for label, point in areas if point is not None]))
    parts.append(phrase(subject.lang, "charts.map.shrunken_note") if shrunken else "")
    parts += _others(subject, [point for _, point in areas])
    parts.append(counted(subject.lang, "charts.map.absent", absent) if absent else "")
    return " ".join(part for part in parts if part)
