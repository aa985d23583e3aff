"""Which cells of a table are parts of which: every margin, and every level of a nested area division."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jamlik.model.groupings import AgeBand, Dimension, Group, parsed_age

__all__ = ["LEFT", "Margin", "is_left_over", "margins"]

LEFT = "\0?"  # starts no code that a file can hold
_OLDEST = 200


@dataclass(frozen=True, slots=True)
class Margin:
    """A group and the groups it is the sum of.

    `absent` are parts that should be there but are not among the cells: nobody is in them, or their number is unknown.
    `left` is what to call those who are in the total and in no part, since their code is unknown; () = nobody can be.
    `levels` is how many levels of a nested division lie between the parts and the total.
    """

    total: Group
    parts: tuple[Group, ...]
    absent: tuple[Group, ...]
    left: Group = ()
    levels: int = 0


def is_left_over(group: Group) -> bool:
    """Whether a group is one of people whose code is unknown."""
    return any(code.startswith(LEFT) for _, code in group)


def margins(
    groups: Iterable[Group], *, dimensions: Mapping[str, Dimension], overlapping: frozenset[str]
) -> tuple[Margin, ...]:
    """Every way in which a group is the sum of others.

    Parameters
    ----------
    groups : iterable of Group
        Groups with numbers.
    dimensions : mapping of name to Dimension
        With codes, and parents for nested area levels.
    overlapping : frozenset of str
        Dimensions whose codes overlap: ages are summed only where bands fill another end to end.

    Returns
    -------
    tuple of Margin
        Sorted. Where a nested level skips a level that is not published, its ancestors are tried too.
    """
    known = set(groups)
    by_names: dict[tuple[str, ...], list[Group]] = {}
    for group in sorted(known):
        by_names.setdefault(tuple(name for name, _ in group), []).append(group)
    found: set[Margin] = set()
    for names in sorted(by_names):
        for name in names:
            if name not in dimensions:
                continue
            if name in overlapping:
                found.update(_tilings(by_names[names], name, known))
                continue
            for levels, (above, upwards) in enumerate(_levels_above(dimensions[name], names, dimensions)):
                coarser = tuple(sorted({*names, above} - {name, ""}))
                if coarser in by_names:
                    found.update(_sums(by_names[names], by_names[coarser], name, above, upwards, levels))
    return tuple(sorted(found, key=lambda margin: (margin.total, margin.parts)))


def _tilings(groups: list[Group], name: str, known: set[Group]) -> Iterator[Margin]:
    """Bands that others fill end to end (0-5 and 6-17 fill 0-17), and the total where bands fill all ages there are."""
    held: dict[Group, dict[AgeBand, Group]] = {}
    for group in groups:
        codes = dict(group)
        if (band := parsed_age(codes.pop(name))) is not None:
            held.setdefault(tuple(sorted(codes.items())), {})[band] = group
    for rest, bands in held.items():
        for band, group in bands.items():
            inside = [b for b in bands if b != band and b.low >= band.low and _end(b) <= _end(band)]
            for tiles in _filled(inside, band.low, _end(band)):
                yield Margin(group, tuple(sorted(bands[tile] for tile in tiles)), ())
        if rest in known:
            low, high = min(b.low for b in bands), max(_end(b) for b in bands)
            left = tuple(sorted((*rest, (name, LEFT))))
            for tiles in _filled(list(bands), low, high):
                parts = [bands[tile] for tile in tiles] + [left] * (left in known)
                yield Margin(rest, tuple(sorted(parts)), (), left)


def _end(band: AgeBand) -> int:
    return _OLDEST if band.high is None else band.high


def _filled(bands: list[AgeBand], low: int, high: int) -> Iterator[tuple[AgeBand, ...]]:
    """Every way to fill the ages from `low` to `high` with bands, end to end."""
    for band in bands:
        if band.low == low and _end(band) == high:
            yield (band,)
        elif band.low == low and _end(band) < high:
            yield from ((band, *others) for others in _filled(bands, _end(band) + 1, high))


def _levels_above(
    dimension: Dimension, names: tuple[str, ...], dimensions: Mapping[str, Dimension]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each dimension the codes can be summed to, nearest first, with the code each belongs to there; "" = all."""
    upwards = dict(zip(dimension.codes, dimension.codes, strict=True))
    level = dimension
    while level.nested_in and level.nested_in in dimensions:
        upwards = {code: level.parents[up] for code, up in upwards.items() if up in level.parents}
        level = dimensions[level.nested_in]
        if level.name not in names:
            yield level.name, upwards
    yield "", dict.fromkeys(dimension.codes, "")


def _sums(
    fine: list[Group], coarse: list[Group], name: str, above: str, upwards: Mapping[str, str], levels: int
) -> Iterator[Margin]:
    parts: dict[Group, dict[str, Group]] = {}
    for group in fine:
        codes = dict(group)
        code = codes.pop(name)
        if code in upwards:
            if above:
                codes[above] = upwards[code]
            parts.setdefault(tuple(sorted(codes.items())), {})[code] = group
    children: dict[str, list[str]] = {}
    for code, up in upwards.items():
        if not code.startswith(LEFT):
            children.setdefault(up, []).append(code)
    for total in coarse:
        present = parts.get(total)
        if not present:
            continue
        held = dict(total)
        expected = children.get(held[above] if above else "", [])
        rest = tuple((k, v) for k, v in total if k != above)
        absent = tuple(tuple(sorted((*rest, (name, code)))) for code in expected if code not in present)
        left = tuple(sorted((*rest, (name, f"{LEFT}{above}={held[above]}" if above else LEFT))))
        yield Margin(total, tuple(sorted(present.values())), absent, left, levels)
