"""Cells and tables: what is counted, and what may be shown of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jamlik.model.groupings import Dimension, Group
from jamlik.model.indicators import Indicator

__all__ = ["Audience", "Cell", "CellKey", "GateSummary", "ProtectedTable", "Status", "Table"]

CellKey = tuple[str, str, Group]  # indicator id, period code, group


class Status(StrEnum):
    """The one status of a cell. Zero is `SHOWN`: we counted and found none."""

    SHOWN = "shown"
    BOUNDED = "bounded"
    SUPPRESSED = "suppressed"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    PERTURBED = "perturbed"


class Audience(StrEnum):
    """Who may read a protected table."""

    PUBLIC = "public"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: an indicator, a period, a group.

    Which numbers are set depends on the indicator's kind:

    - proportion, count, rate: `base_n` (people; for a rate exposure may be fractional in `exposure`), `count_n`.
    - mean: `base_n`, `total` (sum of the outcome), `square` (sum of its squares).
    - value: `value`, optionally `base_n` and `se`.
    - weighted proportion or mean: also `value` (weighted level in the indicator's unit), `weight` (sum of weights) and
      `effective_n` (Kish); `count_n` stays the unweighted count, which is what protection looks at.
    - published share with a base: `value` and `base_n`, no `count_n`.
    - bounded: `low` and `high` in the indicator's unit instead of `value`.

    A number that is hidden, missing or not applicable is None. `reason` keeps the source's own mark (`..`, `~100`).
    """

    indicator: str
    period: str
    group: Group
    status: Status = Status.SHOWN
    base_n: float | None = None
    count_n: float | None = None
    total: float | None = None
    square: float | None = None
    value: float | None = None
    se: float | None = None
    effective_n: float | None = None
    weight: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""

    @property
    def key(self) -> CellKey:
        """Identity of the cell within a table."""
        return (self.indicator, self.period, self.group)


@dataclass(frozen=True, slots=True)
class Table:
    """Unprotected cells. Lives inside `analysis` only; never written, printed or charted.

    Additivity, for the gate: within one indicator and period, for a grouping S and a dimension d in S, the cells of S
    that differ only in d are parts of the cell of S without d, whenever all of them are present with numbers. Where
    the file's own total is not the sum of its parts the difference is taken as known to an attacker: every equation
    reads A·x = A·v, with v the true values. A dimension with `nested_in` = e and `parents` also gives equations: the
    children of one parent code, in a grouping that holds d but not e, are parts of the cell that holds (e, parent)
    instead. Dimensions whose name is in `overlapping` (age bands that overlap) give no equations by themselves.

    Parameters
    ----------
    indicators : mapping of indicator id to Indicator
        `Indicator.base_key` says who share the same people; `Indicator.partition` who divide them.
    dimensions : mapping of name to Dimension
        Every dimension that occurs in a cell's group.
    cells : tuple of Cell
        In canonical order (indicator, period, group); no duplicates.
    rules : str
        Name of the disclosure rules to use (`jamlik.privacy.thresholds`): `default`, `survey`, `skolverket`,
        `already_published`.
    overlapping : frozenset of str
        Dimensions whose codes overlap.
    """

    indicators: Mapping[str, Indicator]
    dimensions: Mapping[str, Dimension]
    cells: tuple[Cell, ...]
    rules: str = "default"
    overlapping: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class GateSummary:
    """What the gate did, in numbers that may be told.

    `narrowest` is a width (people) that no interval an outsider can work out for a hidden sensitive count falls under,
    never more than `required`, the width the rules ask for, since that would tell of the hidden; None when nothing is.
    """

    rules: str
    cells_n: int
    hidden_n: int
    required: float
    narrowest: float | None
    hidden_by_indicator: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """Cells that may be shown to `audience`: hidden ones carry no number and no reason why they are hidden.

    Built by `jamlik.privacy.gate` only. Everything read, drawn, ranked or written outside `analysis` comes from one.
    """

    indicators: Mapping[str, Indicator]
    dimensions: Mapping[str, Dimension]
    cells: Mapping[CellKey, Cell]
    audience: Audience
    gate: GateSummary
