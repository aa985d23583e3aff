"""People drawn from the grid, as Arrow tables in the form a reader of their file gives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jamlik.sources.ekby.grid import Grid, population_grid
from jamlik.sources.ekby.plants import PLANTS, Plant
from jamlik.sources.ekby.services import SERVICES, YEARS, Outcome, ekby_dimensions, service_spec

__all__ = ["draw_service", "ekby_population"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


def ekby_population(seed: int) -> Mapping[str, pa.Table]:
    """Everybody in every service's file; service → table as from `draw_service`. Each service has a stream of its own.

    Parameters
    ----------
    seed : int
        Zero or more. The same seed gives the same people.
    """
    streams = np.random.SeedSequence(seed).spawn(len(SERVICES))
    return {
        spec.name: draw_service(spec.name, rng=np.random.default_rng(stream))
        for spec, stream in zip(SERVICES, streams, strict=True)
    }


def draw_service(service: str, *, rng: np.random.Generator, plants: tuple[Plant, ...] = PLANTS) -> pa.Table:
    """One service's people over all periods, in random order within a period.

    Every person is drawn independently from the grid; only the number of people a year is fixed.

    Parameters
    ----------
    service : str
        Name of a service, such as `grundskola`.
    rng : numpy.random.Generator
        The only source of chance.
    plants : tuple of Plant
        What to plant; an empty tuple gives people among whom nothing differs.

    Returns
    -------
    pyarrow.Table
        `period` (string, canonical code), one string column per dimension of `ekby_dimensions` with its codes, one
        float64 column per indicator named by its id: 0 or 1 for a proportion, the number for a mean, null where there
        is no answer.

    Raises
    ------
    KeyError
        There is no such service.
    """
    spec, grid = service_spec(service), _grid(service, plants)
    cells, years = _people(grid, spec.people, rng)
    columns: dict[str, pa.Array] = {"period": _coded(years, spec.periods)}
    for dimension in ekby_dimensions(service):
        name = dimension.name
        columns[name] = _coded(grid.position[name][cells], grid.codes[name])
    for outcome in spec.outcomes:
        level = grid.level[outcome.slug][years, cells]
        silent = rng.random(cells.size) >= outcome.response if outcome.response < 1.0 else None
        columns[outcome.id] = pa.array(_answers(outcome, level, rng), type=pa.float64(), mask=silent)
    return pa.table(columns)


@cache
def _grid(service: str, plants: tuple[Plant, ...]) -> Grid:
    return population_grid(service_spec(service), plants=plants)


def _people(grid: Grid, people: tuple[int, ...], rng: np.random.Generator) -> tuple[Codes, Codes]:
    """Each person's cell and year, by position."""
    drawn = []
    for number in people:
        cells = np.repeat(np.arange(grid.share.size), rng.multinomial(number, grid.share))
        rng.shuffle(cells)
        drawn.append(cells)
    return np.concatenate(drawn), np.repeat(np.arange(len(YEARS)), people)


def _coded(position: Codes, codes: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(position.astype(np.int32)), pa.array(codes)).cast(pa.string())


def _answers(outcome: Outcome, level: Floats, rng: np.random.Generator) -> Floats:
    """One value per person with the given probability or mean."""
    if outcome.shape == "yes":
        return (rng.random(level.size) < level).astype(np.float64)
    if outcome.shape == "even":
        # The sum of three uniforms has variance a quarter and never leaves three standard deviations.
        value = level + 2.0 * outcome.spread * (rng.random((3, level.size)).sum(axis=0) - 1.5)
    else:
        shape = 1.0 / outcome.spread**2
        value = level / shape * rng.standard_gamma(shape, size=level.size)
    return np.asarray(np.floor(value / outcome.step + rng.random(level.size)) * outcome.step)
