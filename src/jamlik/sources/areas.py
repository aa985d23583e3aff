"""Area columns: which code goes with which name, which level lies in which, and lost leading zeros."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from jamlik.model.dataset import ColumnRole
from jamlik.sources.columns import slug
from jamlik.sources.inspection import Evidence
from jamlik.sources.profile import ColumnProfile, determines
from jamlik.sources.roles import Guess

__all__ = ["with_area_levels"]

_CODE = re.compile(r"(?:\d[\dA-Za-z]*|[A-Z]{1,3}\d+)(?:\.0)?(?:_(?:DeSO|RegSO)\d{4})?$")
_WIDTHS = {"kommun": 4, "lan": 2}
_NEARLY = 0.9  # names change over the years, and one code may stand for leftovers
_LEVELS = ("lan", "region", "kommun", "fine")


def _is_code(profile: ColumnProfile) -> bool:
    cells = sum(profile.values.values())
    return cells > 0 and sum(n for text, n in profile.values.items() if _CODE.match(text)) > 0.9 * cells


def _width(profile: ColumnProfile, level: str) -> int:
    """Width that codes are filled to with zeros, where the codes show that zeros were lost."""
    lengths = {len(text.removesuffix(".0")) for text in profile.values if text.removesuffix(".0").isdigit()}
    width = _WIDTHS.get(level, 0)
    if width and lengths and max(lengths) <= width and min(lengths) < width:
        return width
    named = profile.name.casefold()
    if "valdistrikt" in named and lengths == {7, 8}:
        return 8
    return 0


def _name_of(code: str, areas: Mapping[str, str], frame: pl.DataFrame, found: Mapping[str, ColumnProfile]) -> str:
    """The text column that names a code column's areas."""
    order = list(found)
    candidates = [
        name
        for name in order
        if name != code
        and not found[name].is_number
        and not _is_code(found[name])
        and 0.5 * found[code].distinct_n <= found[name].distinct_n <= found[code].distinct_n
        and determines(frame, code, name, most=_NEARLY)
        and (areas.get(name) == areas[code] or re.search(r"namn|name", name.casefold()))
    ]
    return min(candidates, key=lambda name: (abs(order.index(name) - order.index(code)), name), default="")


def with_area_levels(
    guesses: Mapping[str, Guess], *, frame: pl.DataFrame, found: Mapping[str, ColumnProfile]
) -> dict[str, Guess]:
    """Area guesses made whole: one dimension a level, the coarsest called `area` and finer ones nested in it.

    A county beside municipalities is left out, since it follows from them; so are columns with one value only.
    """
    settled = dict(guesses)
    areas = {name: str(g.extra["level"]) for name, g in guesses.items() if g.role is ColumnRole.AREA}
    codes = [name for name in areas if _is_code(found[name])]
    names: dict[str, str] = {}
    for code in codes:
        if (beside := _name_of(code, areas, frame, found)) and beside not in names.values():
            names[code] = beside
            settled[beside] = Guess(ColumnRole.AREA_NAME, Evidence("area_beside", {"column": code}))
    levels = [name for name in areas if name not in names.values()]
    for name in levels:
        if found[name].is_constant:
            settled[name] = Guess(
                ColumnRole.IGNORE, Evidence("constant", {"value": next(iter(found[name].values), "")})
            )
    levels = [name for name in levels if not found[name].is_constant]
    for name, beside in names.items():
        if name not in levels:
            settled[beside] = Guess(
                ColumnRole.IGNORE, Evidence("constant", {"value": next(iter(found[beside].values), "")})
            )
    kept = _useful(levels, areas, frame, settled)
    for name, beside in names.items():
        if settled[name].role is ColumnRole.IGNORE and settled[beside].role is ColumnRole.AREA_NAME:
            settled[beside] = settled[name]
    for place, name in enumerate(kept):
        settled[name] = _level(name, place, kept, areas, frame, found, names)
    return settled


def _useful(levels: list[str], areas: Mapping[str, str], frame: pl.DataFrame, settled: dict[str, Guess]) -> list[str]:
    """Levels to keep, the coarsest first; the rest is marked as following from another."""
    distinct = {name: frame[name].n_unique() for name in levels}
    ordered = sorted(levels, key=lambda name: (_LEVELS.index(areas[name]), distinct[name], name))
    kept: list[str] = []
    for place, name in enumerate(ordered):
        finer = [other for other in ordered[place + 1 :] if determines(frame, other, name, most=_NEARLY)]
        same = next((other for other in finer if distinct[other] == distinct[name]), "")
        lone = bool(finer) and _holds_nearly_all(frame, finer[0], name)
        if (
            same
            or lone
            or (finer and (areas[name] in ("lan", "region") or _between(name, kept, areas, frame, distinct)))
        ):
            settled[name] = Guess(ColumnRole.IGNORE, Evidence("follows", {"column": same or finer[0]}))
        else:
            kept.append(name)
    return kept


def _holds_nearly_all(frame: pl.DataFrame, finer: str, coarser: str) -> bool:
    """Whether one area of the coarser level holds nearly all of the finer ones, so that it divides nothing."""
    pairs = frame.select(finer, coarser).unique()
    return max(pairs[coarser].value_counts()["count"].to_list(), default=0) >= _NEARLY * pairs.height


def _between(
    name: str, kept: list[str], areas: Mapping[str, str], frame: pl.DataFrame, distinct: Mapping[str, int]
) -> bool:
    """Whether a level between the municipality and a finer one adds nothing: outside it, or hardly finer than it."""
    above = next((other for other in reversed(kept) if areas[other] == "kommun"), "")
    return bool(above) and (not determines(frame, name, above, most=_NEARLY) or distinct[name] <= 1.5 * distinct[above])


def _dimension(name: str) -> str:
    return slug(
        re.sub(
            r"(?:(?<=distrikt)s|(?<=län)s|(?<=område)s)?(?:[-_ ]?kod|[-_ ]code|namn)\d*$", "", name, flags=re.IGNORECASE
        )
    )


def _level(
    name: str,
    place: int,
    kept: list[str],
    areas: Mapping[str, str],
    frame: pl.DataFrame,
    found: Mapping[str, ColumnProfile],
    names: Mapping[str, str],
) -> Guess:
    dimension = "area" if place == 0 else _dimension(name)
    extra: dict[str, object] = {}
    evidence = Evidence("area_name") if not names.get(name) else Evidence("area_code", {"column": names[name]})
    if names.get(name):
        extra["names_from"] = names[name]
    if width := _width(found[name], areas[name]):
        extra["width"] = width
        evidence = Evidence("area_zeros", {"width": str(width)})
    holders = [other for other in kept[:place] if determines(frame, name, other, most=_NEARLY)]
    if holders:
        parent = holders[-1]
        extra["nested_in"] = "area" if parent == kept[0] else _dimension(parent)
        evidence = Evidence("area_nested", {"column": parent})
    return Guess(ColumnRole.AREA, evidence, dimension, extra=extra)
