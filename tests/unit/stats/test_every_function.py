"""What all functions promise together: any shape, zeros, missing and huge values, never a crash or a warning."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from jamlik import stats

SHAPES = [(3, 4), (4,), (0, 4), (2, 0), (1,), (5, 1)]
VALUES = [0.0, 1.0, 2.0, 5.0, np.nan, 0.3, 1e-12, 1e9, 10.0]
FIXED: dict[str, Any] = {
    "groups": 4, "centre_group": 0, "best_group": 0, "direction": 1, "group_weight": 0.3, "draws": 5,
    "goal": 0.5, "goal_period": 10.0,
}  # fmt: skip
LEFT_TO_DEFAULT = {
    "confidence", "multiplier", "minimum_count", "window", "form", "measure", "noise", "interval", "weighted",
    "relative", "invert", "infant_part", "bounds", "scale", "tolerance", "centre", "upper", "lower", "best", "rank",
    "stratum", "cluster", "aversion", "prevalence", "most", "quantile",
}  # fmt: skip
FUNCTIONS = [name for name in stats.__all__ if inspect.isfunction(getattr(stats, name))]
# These refuse what the fuzz may hand them, with a message of their own.
REFUSALS = r"must|takes no level|last axis|needs|start_age"


def arguments(function: Callable[..., Any], shape: tuple[int, ...], rng: np.random.Generator) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name in inspect.signature(function).parameters:
        if name in LEFT_TO_DEFAULT:
            continue
        drawn: npt.NDArray[np.float64] = rng.choice(VALUES, size=shape)
        if name in FIXED:
            made[name] = FIXED[name]
        elif name == "rng":
            made[name] = rng
        elif name in ("period", "start_age"):
            made[name] = np.arange(shape[-1], dtype=np.float64)
        else:
            made[name] = np.minimum(drawn, 1.0) if name in ("p_value", "target") else drawn
    for count, total in (("count", "total"), ("count_reference", "total_reference"), ("count_all", "total_all")):
        if count in made and total in made:
            made[total] = made[total] + np.nan_to_num(made[count])
    if "other" in made:
        made["total"] = made["total"] + np.nan_to_num(made["other"])
    if "count_all" in made:
        made["count_all"] = made["count"] + made["count_all"]
        made["total_all"] = made["total"] + made["total_all"] + np.nan_to_num(made["count_all"])
    return made


def arrays_of(result: Any) -> list[npt.NDArray[Any]]:
    if isinstance(result, tuple):
        return [array for part in result for array in arrays_of(part)]
    if dataclasses.is_dataclass(result):
        return [array for field in dataclasses.fields(result) for array in arrays_of(getattr(result, field.name))]
    return [result]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_any_shape_and_value_gives_arrays_or_a_clear_refusal(name: str) -> None:
    function, rng = getattr(stats, name), np.random.default_rng(7)
    answered, refusals = 0, []
    for turn in range(60):
        try:
            result = function(**arguments(function, SHAPES[turn % len(SHAPES)], rng))
        except ValueError as refusal:
            refusals.append(str(refusal))
            continue
        answered += 1
        assert all(isinstance(array, np.ndarray | np.generic) for array in arrays_of(result))
    assert answered
    assert [text for text in refusals if not re.search(REFUSALS, text)] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_missing_everything_gives_nothing_known(name: str) -> None:
    function = getattr(stats, name)
    made = arguments(function, (2, 6), np.random.default_rng(1))
    for key, given in made.items():
        if isinstance(given, np.ndarray) and key not in ("period", "start_age"):
            made[key] = np.full((2, 6), np.nan)
    for array in arrays_of(function(**made)):
        if array.dtype.kind == "f":
            assert np.isnan(array).all(), name
