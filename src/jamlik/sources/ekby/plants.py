"""Every difference planted in Ekby, in one table. Nothing else in the data differs between groups."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jamlik.model.groupings import Group, group_of
from jamlik.model.questions import Comparison

__all__ = ["LAST_YEAR", "PLANTS", "Plant", "PlantKind", "is_target", "plants_of"]

LAST_YEAR = 2024


class PlantKind(StrEnum):
    """How a plant makes a difference."""

    EFFECT = "effect"
    COMPOSITION = "composition"


@dataclass(frozen=True, slots=True)
class Plant:
    """One planted difference.

    Parameters
    ----------
    id : str
        Unique; written in the truth file only.
    service, indicator : str
        Where; the indicator's slug. Empty for a composition, which touches whatever its covariate matters for.
    group : Group
        The people who differ, everybody else being as usual.
    size : float
        effect: what is added to the group's probability or mean in the last year. composition: the share of the
        group's people moved from the covariate's last level to its first.
    first : int
        The first year in which it is there.
    trend : float
        Change of `size` per year, up to the last year.
    note : str
        What the plant is an example of.
    """

    id: str
    service: str
    indicator: str
    group: Group
    size: float
    first: int = 2019
    trend: float = 0.0
    kind: PlantKind = PlantKind.EFFECT
    note: str = ""

    def size_in(self, year: int) -> float:
        """Size in one year; 0 before the first."""
        return self.size + self.trend * (year - LAST_YEAR) if year >= self.first else 0.0


PLANTS: tuple[Plant, ...] = (
    # Grundskola
    Plant("skola-kon", "grundskola", "behorig_till_gymnasiet", group_of(sex="M"), -0.11, note="sex gap"),
    Plant(
        "skola-sammansattning",
        "grundskola",
        "",
        group_of(area="E06"),
        0.34,
        kind=PlantKind.COMPOSITION,
        note="area gap that the parents' education explains in full",
    ),
    Plant(
        "merit-kon-minskar",
        "grundskola",
        "meritvarde",
        group_of(sex="M"),
        -8.8,
        trend=2.2,
        note="sex gap that closes because boys' level rises",
    ),
    # Förskola
    Plant("forskola-omrade", "forskola", "inskriven", group_of(area="E04"), -0.074, note="area gap left unexplained"),
    Plant("forskola-alder", "forskola", "inskriven", group_of(age="1-2"), -0.048, note="age gap"),
    Plant("kotid-ny", "forskola", "kotid_dagar", group_of(area="E08"), 7.2, first=2022, note="area gap that is new"),
    Plant("kotid-flickor", "forskola", "kotid_dagar", group_of(area="E02", sex="K"), 6.6, note="sex by area gap"),
    # Hemtjänst
    Plant("nojd-alder", "hemtjanst", "nojd", group_of(age="80-"), -0.07, note="age gap"),
    Plant("nojd-kon-okar", "hemtjanst", "nojd", group_of(sex="K"), -0.085, trend=-0.017, note="sex gap that widens"),
    Plant(
        "timmar-kon",
        "hemtjanst",
        "beviljade_timmar",
        group_of(sex="K"),
        -3.9,
        note="sex gap that the level of need does not explain",
    ),
    # Bibliotek
    Plant("bibliotek-omrade", "bibliotek", "aktiv_lantagare", group_of(area="E05"), -0.040, note="area gap"),
    Plant(
        "bibliotek-smaomrade", "bibliotek", "aktiv_lantagare", group_of(smaomrade="E0203"), -0.066, note="small area"
    ),
    Plant(
        "bibliotek-killar", "bibliotek", "aktiv_lantagare", group_of(age="16-24", sex="M"), -0.067, note="sex by age"
    ),
    Plant(
        "program-kon-nivelleras",
        "bibliotek",
        "besokt_program",
        group_of(sex="K"),
        0.026,
        trend=-0.006,
        note="sex gap that closes because women's level falls: levelling down",
    ),
    Plant("program-alder", "bibliotek", "besokt_program", group_of(age="65-"), 0.031, note="age gap"),
    # Idrott
    Plant("idrott-flickor", "idrott", "foreningsmedlem", group_of(area="E03", sex="K"), -0.095, note="sex by area gap"),
    Plant(
        "idrott-omrade-okar",
        "idrott",
        "foreningsmedlem",
        group_of(area="E07"),
        -0.068,
        trend=-0.0136,
        note="area gap that widens",
    ),
    Plant(
        "idrott-flickor-unga",
        "idrott",
        "foreningsmedlem",
        group_of(age="17-20", area="E01", sex="K"),
        -0.16,
        note="three ways: sex by age by area",
    ),
)


def plants_of(service: str, *, plants: tuple[Plant, ...] = PLANTS) -> tuple[Plant, ...]:
    """The plants in one service's data."""
    return tuple(plant for plant in plants if plant.service == service)


def is_target(comparison: Comparison, *, plant: Plant) -> bool:
    """Whether a comparison is the plant's own: its dimensions, and its group on one side.

    A plant among girls in one area is the target of girls there against girls elsewhere, and of girls there against
    boys there. What it does to coarser or finer comparisons follows from it and is not planted.
    """
    names = {name for name, _ in comparison.group}
    if names != {name for name, _ in plant.group}:
        return False
    return plant.group in (comparison.group, comparison.reference)
