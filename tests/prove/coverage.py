"""How often the intervals hold the truth, over a grid written down beforehand; healthequal's rules beside.

    python -m tests.prove.coverage > docs/reference/coverage.md

Grid: 2, 3, 5, 12 and 40 groups of 20, 100, 500, 5,000 or 50,000 people, equal or unequal in size; 2, 10 or 40 % with
the outcome; all alike, or on a log-odds slope. Each cell is averaged over the level times 0.8, 0.9, 1.0, 1.1 and 1.2.
Where every group expects at least 10 people with and 10 without the outcome, an interval is held to its word;
elsewhere what it does is reported.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats as scipy_stats

from jamlik import stats
from jamlik.stats.rates import poisson_limits

__all__ = ["BOUNDED", "GRID", "Cell", "coverages", "drawn_cell", "enumerated", "page"]

Floats = npt.NDArray[np.float64]

GROUPS, PEOPLE, LEVELS, EQUAL, SLOPES = (
    (2, 3, 5, 12, 40),
    (20, 100, 500, 5000, 50_000),
    (0.02, 0.1, 0.4),
    (1, 0),
    (0, 0.3),
)
FACTORS = (0.8, 0.9, 1.0, 1.1, 1.2)
GRID = tuple(product(GROUPS, PEOPLE, LEVELS, EQUAL, SLOPES))
BOUNDED = ("bgv", "bgsd", "covar", "ti", "mld", "mdmw", "mdmu", "mdbu", "mdrw", "idisw", "gini", "atkinson")
Z = 1.959963984540054


@dataclass(frozen=True)
class Cell:
    """Samples of one cell: `samples` for each factor, one under the other."""

    people: npt.NDArray[np.int64]
    true: Floats
    count: npt.NDArray[np.int64]
    slope: float
    fair: bool

    @property
    def observed(self) -> dict[str, Any]:
        smooth = (self.count + 0.5) / (self.people + 1)
        error = np.sqrt(smooth * (1 - smooth) / self.people)
        return {"value": self.count / self.people, "population": self.people, "se": error}

    @property
    def exact(self) -> dict[str, Any]:
        return {"value": self.true, "population": self.people}


def drawn_cell(place: int, samples: int) -> Cell:
    """The cell at a place of the grid, drawn from a seed of its own."""
    groups, size, level, equal, slope = GRID[place]
    rng = np.random.default_rng(place)
    unequal = np.maximum((size * np.exp(rng.normal(0, 0.6, groups))).astype(np.int64), 10)
    people = np.full(groups, size) if equal else unequal
    rank = stats.cumulative_rank(population=people) - 0.5
    means = np.repeat(level * np.array(FACTORS), samples)[:, None]
    true = 1 / (1 + np.exp(-(np.log(means / (1 - means)) + 2 * slope * rank)))
    expected = (people * np.minimum(true, 1 - true)).min()
    return Cell(people, true, rng.binomial(people, true), slope, bool(expected >= 10))


def _held(limits: Any, true: Any) -> float:
    known = ~(np.isnan(limits.low) | np.isnan(limits.high) | np.isnan(true))
    if not known.any():
        return float("nan")
    slack = 1e-9 + 1e-9 * np.abs(true)
    return float(((limits.low <= true + slack) & (true - slack <= limits.high))[known].mean())


def _around(value: Any, se: Any) -> stats.Estimate:
    return stats.Estimate(value - Z * se, value - Z * se, value + Z * se)


def _gaps(cell: Cell) -> Iterator[tuple[str, float, float]]:
    ends = {"count": cell.count[:, -1], "total": cell.people[-1], "count_reference": cell.count[:, 0],
            "total_reference": cell.people[0]}  # fmt: skip
    d, r = cell.true[:, -1] - cell.true[:, 0], cell.true[:, -1] / cell.true[:, 0]
    n, m = cell.people[-1], cell.people[0]
    p, q = cell.count[:, -1] / n, cell.count[:, 0] / m
    parts = {"value": p, "se": np.sqrt(p * (1 - p) / n), "value_reference": q, "se_reference": np.sqrt(q * (1 - q) / m)}
    gap, ratio = stats.estimate_difference(**parts), stats.estimate_ratio(**parts)
    yield "d", _held(stats.proportion_difference(**ends), d), _held(gap, d)
    yield "d, score", _held(stats.score_difference(**ends), d), float("nan")
    yield "r", _held(stats.proportion_ratio(**ends), r), _held(ratio, r)
    yield "r, score", _held(stats.score_ratio(**ends), r), float("nan")


def _ordered(cell: Cell) -> Iterator[tuple[str, float, float]]:
    forms: tuple[Any, ...] = ("logit", "linear")
    for form in forms:
        mine, who = (stats.slope_index(**cell.observed, form=form, noise=noise) for noise in ("groups", "who"))
        true, name = stats.slope_index(**cell.exact, form=form), "" if form == "logit" else "_linear"
        yield f"sii{name}", _held(mine.sii, true.sii.value), _held(who.sii, true.sii.value)
        yield f"rii{name}", _held(mine.rii, true.rii.value), _held(who.rii, true.rii.value)
    kinds: tuple[Any, ...] = ("absolute", "relative")
    for name, kind in zip(("aci", "rci"), kinds, strict=True):
        index = stats.concentration_index(**cell.exact, form=kind)[0].value
        mine_, who_ = (stats.concentration_index(**cell.observed, form=kind, noise=n)[0] for n in ("groups", "who"))
        yield name, _held(mine_, index), _held(who_, index)


def _impacts(cell: Cell) -> Iterator[tuple[str, float, float]]:
    best = cell.people.size - 1
    mine = stats.attributable_risk(**cell.observed, best_group=best)
    true = stats.attributable_risk(**cell.exact, best_group=best)
    plain = {name: part for name, part in cell.observed.items() if name != "se"}
    who = stats.attributable_risk(**plain, best_group=best)
    yield "parisk", _held(mine[0], true[0].value), _held(who[0], true[0].value)
    narrow = _around(who[1].value, (who[1].high - who[1].low) / 2 / Z / 100)
    yield "paf", _held(mine[1], true[1].value), _held(narrow, true[1].value)


def _spreads(cell: Cell) -> Iterator[tuple[str, float, float]]:
    """healthequal's bgsd and covar are redrawn; the mean distances stand for those."""
    both: tuple[tuple[str, Any, str, float], ...] = (
        ("bgv", stats.between_group_spread, "variance", 1), ("bgsd", stats.between_group_spread, "deviation", 0),
        ("covar", stats.between_group_spread, "variation", 0), ("ti", stats.entropy_index, "theil", 1 / 1000),
        ("mld", stats.entropy_index, "log_deviation", 1 / 1000),
    )  # fmt: skip
    for name, function, measure, width in both:
        found = function(**cell.observed, measure=measure)
        true = function(**cell.exact, measure=measure).value
        who = _held(_around(found.value, found.se * width), true) if width else float("nan")
        yield name, _held(found.corrected, true), who


def _distances(cell: Cell, rng: np.random.Generator, draws: int) -> Iterator[tuple[str, float, float]]:
    kinds: dict[str, dict[str, Any]] = {
        "mdmw": {}, "mdmu": {"weighted": False}, "mdbu": {"best": "highest", "weighted": False},
        "mdrw": {"centre_group": 0}, "idisw": {"relative": True},
    }  # fmt: skip
    indices: tuple[Any, ...] = ("gini", "atkinson")
    for name, options in kinds.items():
        found = stats.mean_deviation(**cell.observed, **options, draws=draws, rng=rng)
        true = stats.mean_deviation(**cell.exact, **options, rng=rng).value
        yield name, _held(found.corrected, true), _held(found, true)
    for index in indices:
        found = stats.distribution_index(**cell.observed, measure=index, draws=draws, rng=rng)
        true = stats.distribution_index(**cell.exact, measure=index, rng=rng).value
        yield index, _held(found.corrected, true), float("nan")


def coverages(cell: Cell, *, draws: int, redrawn: int) -> dict[str, tuple[float, float]]:
    """Coverage of our interval and of healthequal's, by measure; `redrawn` samples of those that redraw."""
    rng = np.random.default_rng(1)
    some = np.linspace(0, cell.count.shape[0] - 1, redrawn).astype(int)
    few = Cell(cell.people, cell.true[some], cell.count[some], cell.slope, cell.fair)
    kinds: tuple[Callable[[Cell], Iterator[tuple[str, float, float]]], ...] = (_gaps, _ordered, _impacts, _spreads)
    found = [row for kind in kinds for row in kind(cell)] + list(_distances(few, rng, draws))
    return {name: (mine, who) for name, mine, who in found}


HEAD = """# How often the intervals hold the truth

Simulated, by `python -m tests.prove.coverage`, over a grid written down beforehand: 2 to 40 groups, 20 to 50,000
people a group, 2 to 40 % with the outcome, equal and unequal sizes, alike or on a slope; {cells} of its {every} cells
are here. Each cell is averaged over the level times 0.8 to 1.2, {samples:,} samples in all ({redrawn} for the
measures that redraw, with {draws} redraws each). *Fair* cells are those where every group expects at least 10 people
with and 10 without the outcome. A cell's coverage has a simulation error of about {noise:.1f} points ({noise_few:.1f}
where values are redrawn), which is part of the spread below.

95 % intervals, coverage in per cent. *Inside* is the share of fair cells with coverage 93.5–96.5 %; *lowest* the
least of any cell. *healthequal* is the same samples with the package's own rule: a normal interval from the distance
of the groups to the line; redraws round the observed values; for `ti`, `mld` and `paf` on its own, wrong, scale.
Samples for which a measure gives no interval (a group at 0 has no ratio, and `ti`, `mld`, `gini` and `atkinson` give
none with a group within 1.5 standard errors of 0) are left out.

| measure | fair: mean | lowest | inside | other cells: mean | lowest | healthequal, fair: mean | lowest |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
SIZE = """
## Test size where all groups are alike

How often, in per cent, a measure that is 0 (or 1) at equality is found to differ from it at the 5 % level, over the
fair cells with no slope. The limit is 6.5 %. The limits aim at 2.5 %; taken from as few as 100 redraws they err in
3.5 %, and a single cell's figure is uncertain by some points. The command takes 1,000 redraws.

| measure | mean | largest | healthequal: mean |
| --- | --- | --- | --- |
"""


LEVELS_HEAD = """
## Levels, by full enumeration

No simulation: every count that can come, with its chance. An exact method has to hold at least 95 % everywhere, and
pays with width; the others are to hold 95 % on average. *Width* is the mean width over 2 × 1.96 standard errors.

| interval | over | mean | lowest | width |
| --- | --- | --- | --- | --- |
"""


def enumerated() -> Iterator[tuple[str, str, float, float, float]]:
    """Name, range, mean and lowest coverage and relative width of the intervals of levels."""
    expected = np.geomspace(0.5, 300, 240)[:, None]
    events = np.arange(0, 600)[None, :]
    chance = scipy_stats.poisson.pmf(events, expected)
    exact = stats.Estimate(events, *poisson_limits(count=events))
    mixed = stats.rate_interval(count=events, exposure=1.0)
    for name, found in (("rate, exact", exact), ("rate, exact below 10 and Byar's from 10", mixed)):
        held = (chance * ((found.low <= expected) & (expected <= found.high))).sum(axis=1)
        wide = (chance * (found.high - found.low)).sum(axis=1) / (2 * Z * np.sqrt(expected[:, 0]))
        yield name, "0.5 to 300 events expected", held.mean(), held.min(), wide[expected[:, 0] >= 1].mean()
    held_, wide_ = [], []
    for n in (20, 50, 200, 1000):
        share = np.linspace(10 / n, 0.5, 60)[:, None]
        count = np.arange(n + 1)[None, :]
        chance = scipy_stats.binom.pmf(count, n, share)
        found = stats.wilson_interval(count=count, total=n)
        held_.append((chance * ((found.low <= share) & (share <= found.high))).sum(axis=1))
        width = (chance * (found.high - found.low)).sum(axis=1)
        wide_.append(width / (2 * Z * np.sqrt(share * (1 - share) / n)[:, 0]))
    held, wide = np.concatenate(held_), np.concatenate(wide_)
    yield "proportion, Wilson's", "20 to 1,000 people, 10 expected or more", held.mean(), held.min(), wide.mean()


def _percent(values: list[float], how: Callable[[Any], Any]) -> str:
    known = [value for value in values if not np.isnan(value)]
    return f"{100 * how(known):.1f}" if known else ""


def page(rows: list[tuple[Cell, dict[str, tuple[float, float]]]], *, samples: int, redrawn: int, draws: int) -> str:
    """The whole page, from the coverages of all cells."""
    noise = [100 * np.sqrt(0.95 * 0.05 / n) for n in (samples * len(FACTORS), redrawn)]
    whole = samples * len(FACTORS)
    lines = [HEAD.format(cells=len(rows), every=len(GRID), samples=whole, redrawn=redrawn, draws=draws, noise=noise[0],
                         noise_few=noise[1])]  # fmt: skip
    names = list(rows[0][1])
    for name in names:
        fair, other = ([found[name] for cell, found in rows if cell.fair == kind] for kind in (True, False))
        mine, who = [pair[0] for pair in fair], [pair[1] for pair in fair]
        inside = [float(0.935 <= value <= 0.965) for value in mine]
        rest = [pair[0] for pair in other]
        cells = (_percent(mine, np.mean), _percent(mine, min), _percent(inside, np.mean), _percent(rest, np.mean),
                 _percent(rest, min), _percent(who, np.mean), _percent(who, min))  # fmt: skip
        lines.append(f"| {name} | " + " | ".join(cells) + " |\n")
    lines.append(SIZE)
    for name in BOUNDED:
        alike = [found[name] for cell, found in rows if cell.fair and cell.slope == 0]
        mine, who = [1 - pair[0] for pair in alike], [1 - pair[1] for pair in alike]
        lines.append(f"| {name} | {_percent(mine, np.mean)} | {_percent(mine, max)} | {_percent(who, np.mean)} |\n")
    lines.append(LEVELS_HEAD)
    for name, over, mean, lowest, width in enumerated():
        lines.append(f"| {name} | {over} | {100 * mean:.1f} | {100 * lowest:.1f} | {width:.2f} |\n")
    return "".join(lines)


def main() -> None:
    """Run the grid and print the page; progress goes to stderr."""
    samples, redrawn, draws = 300, 300, 200
    rows = []
    for place in range(len(GRID)):
        cell = drawn_cell(place, samples)
        rows.append((cell, coverages(cell, draws=draws, redrawn=redrawn)))
        print(f"{place + 1} of {len(GRID)}", GRID[place], file=sys.stderr, flush=True)
    print(page(rows, samples=samples, redrawn=redrawn, draws=draws), end="")


if __name__ == "__main__":
    main()
