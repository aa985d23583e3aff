"""Which cells of anybody's table must be hidden by themselves, under a source's rules."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from jamlik.model.errors import JamlikError
from jamlik.privacy.crossed import TOTAL, Crossed
from jamlik.privacy.system import Bools, Floats
from jamlik.privacy.thresholds import Rules, rules_named, sensitivity

__all__ = ["CountRules", "count_rules", "sensitive_cells"]

_LEAST_COUNT, _LEAST_WIDTH = 3, 2.0


@dataclass(frozen=True, slots=True)
class CountRules:
    """Rules for a table of counts.

    Parameters
    ----------
    preset : str
        Which of `thresholds.PRESETS` they begin with.
    minimum_count : int
        Counts from 1 to one below this are hidden: people in a group, or with `answer` people with one answer.
    minimum_group, minimum_base : int
        With `answer`: the least number of people in a group whose size is told, and whose answers are.
    width : float
        How wide the interval must be in which an outsider can place such a count, in people.
    answer : str
        The dimension whose codes are answers: shares of the total over it are published, and no answer may be that of
        nobody or everybody. Empty: the table is about how many people there are.
    """

    preset: str
    minimum_count: int
    minimum_group: int
    minimum_base: int
    width: float
    answer: str = ""


def count_rules(
    *,
    preset: str = "default",
    minimum_count: int | None = None,
    minimum_group: int | None = None,
    minimum_base: int | None = None,
    width: float | None = None,
    answer: str = "",
    given: bool = False,
) -> CountRules:
    """Rules of a preset, changed where a number is given.

    Parameters
    ----------
    preset, minimum_count, minimum_group, minimum_base, width, answer
        As in `CountRules`; the width is the minimum count less one when not given.
    given : bool
        Whether the table itself says which cells are to be hidden; the width then stands alone.

    Raises
    ------
    JamlikError
        When there is no such preset, or the numbers protect too little.
    """
    base = rules_named(preset)
    least = minimum_count if minimum_count is not None else base.minimum_count if answer else base.minimum_group
    wide = float(least - 1) if width is None else float(width)
    if not base.protects:
        raise JamlikError("rules_do_not_protect", preset=preset)
    group = base.minimum_group if minimum_group is None else minimum_group
    if least < _LEAST_COUNT or group < _LEAST_COUNT:
        raise JamlikError("rules_count_low", least=_LEAST_COUNT)
    needed = _LEAST_WIDTH if given else float(least - 1)
    if wide < needed:
        raise JamlikError("rules_width_low", width=f"{wide:g}", least=f"{needed:g}")
    smallest_base = base.minimum_base if minimum_base is None else minimum_base
    return CountRules(preset, least, group, smallest_base, wide, answer)


def sensitive_cells(crossed: Crossed, number: Floats, rules: CountRules) -> Bools:
    """Cells that must be hidden by themselves.

    Parameters
    ----------
    crossed : Crossed
        The cells.
    number : float, shape (cells,)
        How many people there are in each.
    rules : CountRules
        The rules.

    Returns
    -------
    bool, shape (cells,)
    """
    if not rules.answer:
        return np.asarray((number > 0) & (number < rules.minimum_count))
    place = [axis.name for axis in crossed.axes].index(rules.answer)
    of = [crossed.place[(*codes[:place], TOTAL, *codes[place + 1 :])] for codes in crossed.codes]
    total = np.array([codes[place] == TOTAL for codes in crossed.codes])
    source: Rules = replace(
        rules_named(rules.preset),
        minimum_count=rules.minimum_count,
        minimum_base=rules.minimum_base,
        minimum_group=rules.minimum_group,
        width=max(rules.width, rules.minimum_count - 1.0),
    )
    found = sensitivity(rules=source, yes=number, base=number[of])
    return np.where(total, found.base, found.count)
