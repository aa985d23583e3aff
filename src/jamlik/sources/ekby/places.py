"""The places of Ekby: eight kommundelar, each with three small areas. All names are invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["DISTRICTS", "District", "SmallArea", "area_names", "small_area_names", "small_area_parents", "small_areas"]


@dataclass(frozen=True, slots=True)
class SmallArea:
    """A småområde: its share of the whole municipality's people and the point its map cell grows from.

    `x`, `y` are kilometres east and north of the municipality's middle.
    """

    code: str
    name: str
    share: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class District:
    """A kommundel and the small areas it consists of."""

    code: str
    name: str
    parts: tuple[SmallArea, SmallArea, SmallArea]


def _district(code: str, name: str, *parts: tuple[str, float, float, float]) -> District:
    first, second, third = (SmallArea(f"{code}{i:02d}", *part) for i, part in enumerate(parts, start=1))
    return District(code, name, (first, second, third))


DISTRICTS: tuple[District, ...] = (
    _district(
        "E01",
        "Ekby centrum",
        ("Stortorget", 0.070, -0.3, 0.4),
        ("Kvarnholmen", 0.055, 1.5, 0.9),
        ("Järnvägsstaden", 0.045, 0.7, -1.3),
    ),
    _district(
        "E02",
        "Norrhaga",
        ("Norrhaga by", 0.060, -0.6, 5.2),
        ("Lärkbacken", 0.050, 1.9, 4.2),
        ("Tallmon", 0.040, 0.6, 7.7),
    ),
    _district(
        "E03",
        "Kvarnbyn",
        ("Övre Kvarnbyn", 0.055, -4.4, 3.3),
        ("Nedre Kvarnbyn", 0.045, -3.1, 1.0),
        ("Dammängen", 0.040, -4.3, 6.5),
    ),
    _district(
        "E04",
        "Lillsjö",
        ("Lillsjö strand", 0.050, 5.4, 2.0),
        ("Björkdungen", 0.045, 4.7, 5.3),
        ("Åsvägen", 0.035, 8.0, 3.9),
    ),
    _district(
        "E05",
        "Stensäter",
        ("Stensäters gård", 0.045, 4.9, -1.6),
        ("Mellanberget", 0.040, 8.2, -0.4),
        ("Trädgårdsstaden", 0.035, 7.2, -3.9),
    ),
    _district(
        "E06",
        "Hammarvallen",
        ("Hammarvallen norra", 0.045, -4.5, -1.7),
        ("Hammarvallen södra", 0.035, -4.2, -4.4),
        ("Smedjeängen", 0.030, -7.4, -2.6),
    ),
    _district(
        "E07",
        "Södra Viken",
        ("Viksstranden", 0.040, 1.0, -4.6),
        ("Ekuddens by", 0.033, 3.6, -5.7),
        ("Notholmen", 0.027, 0.4, -7.4),
    ),
    _district(
        "E08",
        "Västerlund",
        ("Västerlunds kyrkby", 0.032, -8.4, 1.0),
        ("Hultet", 0.026, -7.9, 3.9),
        ("Långmossen", 0.022, -11.0, -0.6),
    ),
)


def small_areas() -> tuple[SmallArea, ...]:
    """All small areas, in order of their codes."""
    return tuple(part for district in DISTRICTS for part in district.parts)


def area_names() -> Mapping[str, str]:
    """Each kommundel's code and name."""
    return {district.code: district.name for district in DISTRICTS}


def small_area_names() -> Mapping[str, str]:
    """Each small area's code and name."""
    return {part.code: part.name for part in small_areas()}


def small_area_parents() -> Mapping[str, str]:
    """Each small area's code and the code of its kommundel."""
    return {part.code: district.code for district in DISTRICTS for part in district.parts}
