"""The population of a service as a grid of cells with exact shares and exact levels.

A cell is a combination of sex, age band, small area and covariate level. Every person in a cell is alike, so whatever
is expected of a group is a sum over its cells: no simulation is needed to know the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jamlik.model.groupings import Group
from jamlik.sources.ekby.places import small_area_parents, small_areas
from jamlik.sources.ekby.plants import LAST_YEAR, PLANTS, Plant, PlantKind, plants_of
from jamlik.sources.ekby.services import YEARS, Outcome, ServiceSpec

__all__ = ["Grid", "is_member", "population_grid"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The cells of a service's population.

    Attributes
    ----------
    codes : mapping of dimension to its codes
        In order; the covariate's codes are its levels.
    position : mapping of dimension to int, shape (cells,)
        Where in `codes` each cell's code stands.
    share : float, shape (cells,)
        Expected share of a year's people; sums to 1. The same every year.
    level : mapping of outcome slug to float, shape (years, cells)
        Probability or mean of each person in the cell.
    """

    codes: Mapping[str, tuple[str, ...]]
    position: Mapping[str, Codes]
    share: Floats
    level: Mapping[str, Floats]


def population_grid(spec: ServiceSpec, *, plants: tuple[Plant, ...] = PLANTS) -> Grid:
    """The cells of a service with the given plants in them.

    Raises
    ------
    ValueError
        A plant takes a probability outside 0.02 to 0.98, a mean or a share of people below zero.
    """
    mine = plants_of(spec.name, plants=plants)
    codes, position = _cells(spec)
    share = _shares(spec, codes, position, mine)
    level = {outcome.slug: _levels(outcome, spec, codes, position, mine) for outcome in spec.outcomes}
    return Grid(codes, position, share, level)


def is_member(group: Group, *, codes: Mapping[str, tuple[str, ...]], position: Mapping[str, Codes]) -> Flags:
    """Which cells belong to a group; `!x` is everybody but x. Shape (cells,)."""
    inside = np.ones(next(iter(position.values())).shape, dtype=np.bool_)
    for name, code in group:
        same = position[name] == codes[name].index(code.removeprefix("!"))
        inside &= ~same if code.startswith("!") else same
    return inside


def _cells(spec: ServiceSpec) -> tuple[dict[str, tuple[str, ...]], dict[str, Codes]]:
    codes: dict[str, tuple[str, ...]] = {"sex": ("K", "M")}
    if spec.ages:
        codes["age"] = tuple(band.code for band in spec.ages)
    codes["smaomrade"] = tuple(part.code for part in small_areas())
    if spec.covariate:
        codes[spec.covariate.name] = tuple(spec.covariate.shares)
    axes = np.indices([len(values) for values in codes.values()]).reshape(len(codes), -1)
    position = {name: axis.astype(np.int64) for name, axis in zip(codes, axes, strict=True)}
    parents = small_area_parents()
    codes["area"] = tuple(dict.fromkeys(parents.values()))
    parent_of = np.array([codes["area"].index(parents[code]) for code in codes["smaomrade"]], dtype=np.int64)
    position["area"] = parent_of[position["smaomrade"]]
    return codes, position


def _shares(
    spec: ServiceSpec, codes: Mapping[str, tuple[str, ...]], position: Mapping[str, Codes], plants: tuple[Plant, ...]
) -> Floats:
    share = np.array([spec.women, 1.0 - spec.women])[position["sex"]]
    if spec.ages:
        share = share * np.array(list(spec.ages.values()))[position["age"]]
    share = share * np.array([part.share for part in small_areas()])[position["smaomrade"]]
    if spec.covariate:
        share = share * _covariate_shares(spec, codes, position, plants)
    return np.asarray(share / share.sum())


def _covariate_shares(
    spec: ServiceSpec, codes: Mapping[str, tuple[str, ...]], position: Mapping[str, Codes], plants: tuple[Plant, ...]
) -> Floats:
    assert spec.covariate is not None
    usual = np.array(list(spec.covariate.shares.values()))
    where = position[spec.covariate.name]
    share = usual[where]
    for plant in plants:
        if plant.kind is not PlantKind.COMPOSITION:
            continue
        moved = np.zeros_like(usual)
        moved[0], moved[-1] = plant.size, -plant.size
        share = share + np.where(is_member(plant.group, codes=codes, position=position), moved[where], 0.0)
    if bool((share <= 0).any()):
        raise ValueError(f"a composition plant leaves nobody at some level of {spec.covariate.header} in {spec.name}")
    return share


def _levels(
    outcome: Outcome,
    spec: ServiceSpec,
    codes: Mapping[str, tuple[str, ...]],
    position: Mapping[str, Codes],
    plants: tuple[Plant, ...],
) -> Floats:
    cells = position["sex"].size
    usual = np.full(cells, outcome.base[0])
    if len(outcome.base) > 1 and spec.covariate:
        usual = np.array(outcome.base)[position[spec.covariate.name]]
    years = np.array(YEARS, dtype=np.float64)
    level = usual[None, :] + outcome.trend * (years - LAST_YEAR)[:, None]
    for plant in plants:
        if plant.kind is PlantKind.EFFECT and plant.indicator == outcome.slug:
            sizes = np.array([plant.size_in(year) for year in YEARS])
            level = level + sizes[:, None] * is_member(plant.group, codes=codes, position=position)
    low, high = (0.02, 0.98) if outcome.shape == "yes" else (0.0, np.inf)
    if bool((level < low).any()) or bool((level > high).any()):
        raise ValueError(f"the plants take {outcome.slug} in {spec.name} outside {low} to {high}")
    return level
