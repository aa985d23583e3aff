"""SQL as data: a column's name is quoted in one place, a step is one idea with one table as its result."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Column", "Step", "base_cells_step", "merged_cells_step"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column's or table's name; `quoted` is safe to put in SQL whatever the name holds."""

    name: str

    @property
    def quoted(self) -> str:
        """The name as a delimited identifier (ISO 9075): double quotes, doubled inside."""
        return '"' + self.name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Step:
    """One SQL statement and the name of the table it makes."""

    name: str
    sql: str


def _outcome_sums(outcome: Column, weight: Column | None, *, squared: bool) -> list[str]:
    """Counts and sums of one outcome; nothing is divided here. Of a 0/1 outcome the square is the total itself."""
    y, name = f"cast({outcome.quoted} as double)", outcome.name
    sums = {"n": f"count({outcome.quoted})", "total": f"coalesce(sum({outcome.quoted}), 0)"}
    if squared:
        sums["square"] = f"coalesce(sum({y} * {y}), 0)"
    if weight is not None:
        w = f"case when {outcome.quoted} is null then 0 else cast({weight.quoted} as double) end"
        sums |= {
            "weight": f"coalesce(sum({w}), 0)",
            "weight_square": f"coalesce(sum(({w}) * ({w})), 0)",
            "weight_total": f"coalesce(sum(({w}) * {y}), 0)",
            "weight_total_square": f"coalesce(sum(({w}) * {y} * {y}), 0)",
        }
    return [f"{sql} as {Column(f'{name}|{part}').quoted}" for part, sql in sums.items()]


def base_cells_step(
    *,
    source: str,
    keys: tuple[Column, ...],
    outcomes: tuple[Column, ...],
    weight: Column | None = None,
    squared: frozenset[str] = frozenset(),
) -> Step:
    """Fold person rows into the finest cells: one row per combination of keys, counts and sums per outcome.

    Parameters
    ----------
    source : str
        A quoted table name, or `read_parquet(?)` with the path as its parameter.
    squared : frozenset of str
        Outcomes that are not 0/1 and need their sum of squares.
    """
    sums = [line for o in outcomes for line in _outcome_sums(o, weight, squared=o.name in squared)]
    names = ", ".join(key.quoted for key in keys)
    selected = ",\n            ".join([key.quoted for key in keys] + ["count(*) as jl_rows_n", *sums])
    return Step(
        "jl_base_cells",
        f"""
        select
            {selected}
        from {source}
        group by {names}
        """,
    )


def merged_cells_step(*, keys: tuple[Column, ...], measures: tuple[Column, ...]) -> Step:
    """Add up the cells of several batches."""
    names = ", ".join(key.quoted for key in keys)
    sums = ",\n            ".join(f"sum({measure.quoted}) as {measure.quoted}" for measure in measures)
    return Step(
        "jl_merged_cells",
        f"""
        select
            {names},
            {sums}
        from jl_base_cells
        group by {names}
        order by {names}
        """,
    )
