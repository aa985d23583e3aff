"""What is measured: indicators with kind, unit, direction and practical threshold."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources

__all__ = ["Direction", "Indicator", "Kind", "catalogue"]


class Kind(StrEnum):
    """How an indicator's level comes about."""

    PROPORTION = "proportion"
    RATE = "rate"
    MEAN = "mean"
    COUNT = "count"
    VALUE = "value"


class Direction(StrEnum):
    """Which way is better. `NEUTRAL` is never coloured and never called better or worse."""

    UP = "up"
    DOWN = "down"
    TARGET = "target"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator.

    Parameters
    ----------
    id : str
        `kolada:N15428` or `local:<slug>`.
    name : mapping of language to text
        At least `sv`.
    kind : Kind
        `proportion` (people with the outcome among people), `rate` (events per person-time), `mean`, `count`,
        or `value` (a published figure without a base).
    unit : str
        `%` for proportions (levels are then stored 0 to 100 wherever a person reads them), else as the source says.
    direction, target : Direction, float or None
        Which way is better; the target for `target`.
    threshold : float
        The smallest gap that matters in practice, in the indicator's unit (percentage points for `%`).
    base_key : str
        Indicators about exactly the same people share it; protection treats them together.
    partition : str
        Indicators that divide the same base without overlap or remainder share it (levels of one variable).
    multiplier : float
        Levels are count / base × multiplier (100 for `%`, 1000 for per 1,000).
    """

    id: str
    name: Mapping[str, str]
    kind: Kind
    unit: str = "%"
    direction: Direction = Direction.NEUTRAL
    target: float | None = None
    threshold: float = 0.0
    base_key: str = ""
    partition: str = ""
    multiplier: float = 100.0
    description: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    theme: str = ""

    def title(self, lang: str) -> str:
        """Name in `lang`, else Swedish, else whatever there is."""
        return self.name.get(lang) or self.name.get("sv") or next(iter(self.name.values()), self.id)

    def better(self, value: float, other: float) -> int:
        """1 when `value` is better than `other`, −1 when worse, 0 when neutral or the same."""
        if self.direction is Direction.NEUTRAL or value == other:
            return 0
        if self.direction is Direction.TARGET:
            target = self.target if self.target is not None else 0.0
            near, far = abs(value - target), abs(other - target)
            return 0 if near == far else (1 if near < far else -1)
        higher = 1 if value > other else -1
        return higher if self.direction is Direction.UP else -higher


@cache
def catalogue() -> Mapping[str, Mapping[str, object]]:
    """Facts about indicators that the project knows: id → name, direction, unit, threshold, warning, sibling."""
    text = resources.files("jamlik.model").joinpath("catalogue/kolada.toml").read_text("utf-8")
    return {str(row["id"]): row for row in tomllib.loads(text)["indicator"]}
