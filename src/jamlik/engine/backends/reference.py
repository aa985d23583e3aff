"""The reference engine: plain Python, slow and obvious; what every other engine must agree with."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum

import numpy as np
import pyarrow as pa

from jamlik.engine.base_cells import UNKNOWN, BaseCells, FoldPlan

__all__ = ["fold_batches"]


def fold_batches(batches: Iterable[pa.Table], plan: FoldPlan) -> BaseCells:
    """Fold person rows one by one. See `jamlik.engine.backends.duckdb.fold_batches`."""
    kept: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for batch in batches:
        for row in batch.to_pylist():
            key = tuple(UNKNOWN if row[k] is None else str(row[k]) for k in plan.keys)
            kept.setdefault(key, []).append(row)
    keys = sorted(kept)
    codes = tuple(tuple(sorted({key[i] for key in keys})) for i in range(len(plan.keys)))
    index = [[codes[i].index(key[i]) for i in range(len(plan.keys))] for key in keys]
    return BaseCells(
        keys=plan.keys,
        codes=codes,
        index=np.array(index, dtype=np.int32).reshape(len(keys), len(plan.keys)),
        rows_n=np.array([len(kept[key]) for key in keys], dtype=np.int64),
        outcomes=plan.outcomes,
        sums={
            part: np.array([[_part(kept[key], o, part, plan.weight) for o in plan.outcomes] for key in keys]).reshape(
                len(keys), len(plan.outcomes)
            )
            for part in plan.parts
        },
    )


def _part(rows: list[dict[str, object]], outcome: str, part: str, weight: str) -> float:
    answered = [row for row in rows if row[outcome] is not None]
    values = [float(str(row[outcome])) for row in answered]
    weights = [float(str(row[weight])) for row in answered] if weight else []
    match part:
        case "n":
            return float(len(values))
        case "total":
            return fsum(values)
        case "square":
            return fsum(y * y for y in values)
        case "weight":
            return fsum(weights)
        case "weight_square":
            return fsum(w * w for w in weights)
        case "weight_total":
            return fsum(w * y for w, y in zip(weights, values, strict=True))
        case _:
            return fsum(w * y * y for w, y in zip(weights, values, strict=True))
