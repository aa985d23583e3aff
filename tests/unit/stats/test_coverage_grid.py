"""The coverage of the intervals over a grid written down beforehand, averaged over p ± 20 %.

Grid: 2, 5, 12 and 40 groups of 50, 200, 1,000 or 20,000 people, equal or unequal, 2, 10, 40 or 80 % with the outcome,
all alike or on a log-odds slope; cells count where every group expects at least 10 with and 10 without the outcome.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from jamlik import stats

Floats = npt.NDArray[np.float64]
DRAWS = 400
FACTORS = (0.8, 0.9, 1.0, 1.1, 1.2)


@dataclass(frozen=True)
class Draw:
    people: npt.NDArray[np.int64]
    true: Floats
    count: npt.NDArray[np.int64]

    @property
    def observed(self) -> dict[str, Any]:
        smooth = (self.count + 0.5) / (self.people + 1)
        return {
            "value": self.count / self.people,
            "population": self.people,
            "se": np.sqrt(smooth * (1 - smooth) / self.people),
        }

    @property
    def exact(self) -> dict[str, Any]:
        return {"value": self.true, "population": self.people}

    def ends(self) -> dict[str, Any]:
        return {
            "count": self.count[:, 0],
            "total": self.people[0],
            "count_reference": self.count[:, -1],
            "total_reference": self.people[-1],
        }


def cells(groups: int) -> Iterator[list[Draw]]:
    rng = np.random.default_rng(groups)
    for size in (50, 200, 1000, 20_000):
        for middle in (0.02, 0.1, 0.4, 0.8):
            for equal in (True, False):
                for slope in (0.0, 0.3):
                    unequal = np.maximum((size * np.exp(rng.normal(0, 0.6, groups))).astype(np.int64), 10)
                    people = np.full(groups, size) if equal else unequal
                    place = stats.cumulative_rank(population=people) - 0.5
                    draws = []
                    for factor in FACTORS:
                        odds = np.log(middle * factor / (1 - middle * factor)) + 2 * slope * place
                        true = 1 / (1 + np.exp(-odds))
                        if (people * np.minimum(true, 1 - true)).min() >= 10:
                            draws.append(Draw(people, true, rng.binomial(people, true, (DRAWS, groups))))
                    if len(draws) == len(FACTORS):
                        yield draws


def covered(low: Floats, high: Floats, true: Any, slack: float = 0.0) -> float:
    return float(((low <= true + slack) & (true - slack <= high)).mean())


def coverages(draw: Draw) -> dict[str, float]:
    found: dict[str, float] = {}
    for form in ("linear", "logit"):
        mine = stats.slope_index(**draw.observed, form=form)  # type: ignore[arg-type]
        true = stats.slope_index(**draw.exact, form=form)  # type: ignore[arg-type]
        found[f"sii_{form}"] = covered(mine.sii.low, mine.sii.high, true.sii.value)
        found[f"rii_{form}"] = covered(mine.rii.low, mine.rii.high, true.rii.value)
    index, _ = stats.concentration_index(**draw.observed)
    found["rci"] = covered(index.low, index.high, stats.concentration_index(**draw.exact)[0].value)
    for name, spread in (("bgsd", stats.between_group_spread), ("ti", stats.entropy_index)):
        limits = spread(**draw.observed).corrected  # type: ignore[operator]
        found[name] = covered(limits.low, limits.high, spread(**draw.exact).value, 1e-7)  # type: ignore[operator]
    gap, ratio = stats.proportion_difference(**draw.ends()), stats.proportion_ratio(**draw.ends())
    found["d"] = covered(gap.low, gap.high, draw.true[0] - draw.true[-1])
    found["r"] = covered(ratio.low, ratio.high, draw.true[0] / draw.true[-1])
    best = draw.people.size - 1
    risk, fraction = stats.attributable_risk(**draw.observed, best_group=best)
    true_risk, true_fraction = stats.attributable_risk(**draw.exact, best_group=best)
    found["parisk"] = covered(risk.low, risk.high, true_risk.value)
    found["paf"] = covered(fraction.low, fraction.high, true_fraction.value)
    return found


@pytest.mark.prove
@pytest.mark.slow
@pytest.mark.parametrize("groups", [2, 5, 12, 40])
def test_intervals_over_the_grid_cover_as_they_say(groups: int) -> None:
    table: dict[str, list[float]] = {}
    for draws in cells(groups):
        each = [coverages(draw) for draw in draws]
        for name in each[0]:
            table.setdefault(name, []).append(float(np.mean([row[name] for row in each])))
    for name, column in table.items():
        cover = np.array(column)
        print(name, groups, cover.size, round(cover.mean(), 4), round(cover.min(), 3), round(cover.max(), 3))
        noise = 0.01  # two Monte Carlo standard errors of a cell: 2,000 draws at 95 %
        if name in ("bgsd", "ti", "rii_linear", "sii_logit"):
            # Bounded at zero (97.5 % where all are alike), or cautious where groups are few and small.
            assert cover.min() > 0.88, name
            assert 0.94 < cover.mean() < 0.98, name
        else:
            inside = (cover > 0.935 - noise) & (cover < 0.965 + noise)
            assert inside.mean() >= 0.95, name
            assert cover.min() > 0.90, name
