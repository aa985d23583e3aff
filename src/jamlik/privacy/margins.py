"""Which cells of a table are parts of which: every margin, and every level of a nested area division."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jamlik.model.groupings import AgeBand, Dimension, Group, parsed_age

__all__ = ["Margin", "margins"]

_OLDEST = 200


@dataclass(frozen=True, slots=True)
class Margin:
    """A group and the groups it is the sum of.

    `absent` are parts that should be there but are not among the cells: nobody is in them, or their number is unknown.
    """

    total: Group
    parts: tuple[Group, ...]
    absent: tuple[Group, ...]


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
            for above, upwards in _levels_above(dimensions[name], names, dimensions):
                coarser = tuple(sorted({*names, above} - {name, ""}))
                if coarser in by_names:
                    found.update(_sums(by_names[names], by_names[coarser], name, above, upwards))
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
            for tiles in _filled(list(bands), low, high):
                yield Margin(rest, tuple(sorted(bands[tile] for tile in tiles)), ())


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
    """Each dimension the codes can be summed to, with the code each belongs to there; "" = all together."""
    yield "", dict.fromkeys(dimension.codes, "")
    upwards = dict(zip(dimension.codes, dimension.codes, strict=True))
    level = dimension
    while level.nested_in and level.nested_in in dimensions:
        upwards = {code: level.parents[up] for code, up in upwards.items() if up in level.parents}
        level = dimensions[level.nested_in]
        if level.name not in names:
            yield level.name, upwards


def _sums(
    fine: list[Group], coarse: list[Group], name: str, above: str, upwards: Mapping[str, str]
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
        children.setdefault(up, []).append(code)
    for total in coarse:
        present = parts.get(total)
        if not present:
            continue
        held = dict(total)
        expected = children.get(held[above] if above else "", [])
        rest = tuple((k, v) for k, v in total if k != above)
        absent = tuple(tuple(sorted((*rest, (name, code)))) for code in expected if code not in present)
        yield Margin(total, tuple(sorted(present.values())), absent)
