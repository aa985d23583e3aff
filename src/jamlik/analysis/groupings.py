"""Which groupings are published, so that every comparison asked has its cells and every cell its margins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from jamlik.model.groupings import Dimension, Role
from jamlik.model.questions import Comparison, Reference, comparisons

__all__ = ["Plan", "analysis_plan", "closed"]

Grouping = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked and published.

    `latest` are the groupings published for the latest period, `earlier` those for the periods before it (enough for
    the trends of one-way gaps and of the gap between the sexes in each area), `strata` the groupings by a covariate.
    """

    asked: tuple[Comparison, ...]
    latest: tuple[Grouping, ...]
    earlier: tuple[Grouping, ...]
    strata: tuple[Grouping, ...]


def closed(groupings: Iterable[Grouping]) -> tuple[Grouping, ...]:
    """Add every coarser grouping, down to the total; sorted by size, then by name."""
    found = {
        tuple(sorted(part))
        for grouping in groupings
        for part in chain.from_iterable(combinations(grouping, size) for size in range(len(grouping) + 1))
    }
    return tuple(sorted(found, key=lambda g: (len(g), g)))


def _is_followed(grouping: Grouping, roles: dict[str, Role]) -> bool:
    if len(grouping) <= 1:
        return True
    return len(grouping) == 2 and {roles[name] for name in grouping} == {Role.SEX, Role.AREA}


def _is_only_child(dimension: Dimension, parent: str) -> bool:
    """Whether an area is all of the area that holds it: the same people asked about twice."""
    return list(dimension.parents.values()).count(parent) == 1


def analysis_plan(
    dimensions: Sequence[Dimension], *, references: dict[str, Reference] | None = None, max_way: int = 3
) -> Plan:
    """List the comparisons of a dataset and the groupings they need.

    Parameters
    ----------
    dimensions : sequence of Dimension
        All of the dataset's, covariates included.
    references : mapping of dimension name to Reference, optional
    max_way : int
        1 to 3 dimensions at once.
    """
    lone = {(d.name, code) for d in dimensions for code, parent in d.parents.items() if _is_only_child(d, parent)}
    asked = tuple(
        c for c in comparisons(dimensions, references=references, max_way=max_way) if not lone.intersection(c.group)
    )
    roles = {d.name: d.role for d in dimensions}
    latest = closed({tuple(sorted(name for name, _ in c.group)) for c in asked} | {()})
    covariates = [d.name for d in dimensions if d.role is Role.COVARIATE]
    compared = [g for g in latest if len(g) == 1 and not next(d for d in dimensions if d.name == g[0]).nested_in]
    strata = closed(tuple(sorted((*g, covariate))) for covariate in covariates for g in (*compared, ()))
    return Plan(
        asked=asked,
        latest=latest,
        earlier=tuple(g for g in latest if _is_followed(g, roles)),
        strata=tuple(g for g in strata if any(name in covariates for name in g)),
    )
