"""How many decimals an indicator is told with, the same in sentences, tables and charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jamlik.model.findings import Level
from jamlik.model.indicators import Indicator
from jamlik.model.tables import Status
from jamlik.model.words import decimals_for

__all__ = ["level_decimals"]

_SHOWN = (Status.SHOWN, Status.PERTURBED)


def level_decimals(levels: Iterable[Level], *, indicators: Mapping[str, Indicator]) -> Mapping[str, int]:
    """Decimals of levels and gaps by indicator, from its largest shown level in any period."""
    largest = dict.fromkeys(indicators, 0.0)
    for level in levels:
        if level.value is not None and level.status in _SHOWN:
            largest[level.indicator] = max(largest.get(level.indicator, 0.0), abs(level.value))
    return {name: decimals_for(size, indicators[name].unit) for name, size in largest.items()}
