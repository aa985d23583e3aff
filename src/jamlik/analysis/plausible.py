"""Published shares that cannot be right: a decimal mark lost on the way makes 90.5 % into 905 %."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jamlik.model.errors import Place, Problem, Severity
from jamlik.model.indicators import Indicator, Kind
from jamlik.model.tables import Cell, Status

__all__ = ["MOST", "without_implausible"]

MOST = 150.0
"""Highest share in per cent that is taken at its word; a few measures lawfully pass 100 (children enrolled per resident
child)."""


def without_implausible(
    cells: Sequence[Cell], *, indicators: Mapping[str, Indicator], file: str
) -> tuple[tuple[Cell, ...], tuple[Problem, ...]]:
    """Take published shares above 150 % for missing and say so.

    Returns
    -------
    tuple of Cell, tuple of Problem
        The cells with such values missing (`implausible`), and one problem that counts them and names indicators.
    """
    values = {name: i for name, i in indicators.items() if i.kind is Kind.VALUE and i.unit == "%"}
    shares = {name for name, i in values.items() if "andel" in i.title("sv").casefold()}
    kept, odd = [], []
    for cell in cells:
        if cell.indicator in shares and cell.value is not None and cell.value > MOST:
            odd.append(cell.indicator)
            cell = Cell(cell.indicator, cell.period, cell.group, Status.MISSING, reason="implausible")
        kept.append(cell)
    if not odd:
        return tuple(kept), ()
    names = sorted(set(odd))
    detail = ", ".join(name.removeprefix("kolada:") for name in names[:8]) + (" …" if len(names) > 8 else "")
    where = Place(file.rsplit("/", 1)[-1])
    return tuple(kept), (Problem("implausible_share", Severity.SKIPPED, where, len(odd), detail),)
