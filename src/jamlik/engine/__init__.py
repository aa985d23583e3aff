"""From person rows to base cells: one scan in SQL, roll-ups in memory. SQL counts and sums; nothing is divided here."""

from jamlik.engine.backends.duckdb import fold_batches, fold_parquet, plan_steps
from jamlik.engine.base_cells import UNKNOWN, BaseCells, FoldPlan, rolled_up

__all__ = ["UNKNOWN", "BaseCells", "FoldPlan", "fold_batches", "fold_parquet", "plan_steps", "rolled_up"]
