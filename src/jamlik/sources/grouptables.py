"""Published values by group, in WHO's HEAT layout or OHID's Fingertips layout, as one array row per setting."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.model.words import LANGUAGES
from jamlik.sources.figures import figures_of
from jamlik.sources.reader import ROW, open_table

__all__ = ["FINGERTIPS", "HEAT", "KEYS", "GroupTable", "read_group_table"]

Floats = npt.NDArray[np.float64]

KEYS = ("setting", "date", "source", "indicator_abbr", "dimension")
HEAT = (
    "setting", "date", "indicator_abbr", "dimension", "subgroup", "estimate", "favourable_indicator",
    "indicator_scale", "ordered_dimension", "subgroup_order",
)  # fmt: skip
FINGERTIPS = (
    "Indicator ID", "Parent Name", "Area Name", "Area Type", "Sex", "Age", "Category Type", "Category", "Time period",
    "Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit", "Denominator",
)  # fmt: skip
_NUMBERS = (
    "estimate", "se", "ci_lb", "ci_ub", "population", "setting_average", "favourable_indicator", "indicator_scale",
    "ordered_dimension", "subgroup_order", "reference_subgroup",
)  # fmt: skip
_SHARED = ("setting_average", "favourable_indicator", "indicator_scale", "ordered_dimension")
_MISSING = {"", "-", "na", "n/a", "nan", "null", ".", "..", "*"}
_LISTED = 200
_PLACES = {"": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_DEPRIVED = re.compile(r"^(second|third|fourth|fifth|) ?(most|more|less|least) deprived", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GroupTable:
    """Settings with their groups, the most disadvantaged first where the groups have an order.

    Attributes
    ----------
    keys : tuple of tuple of str
        Each setting's name, date, source, indicator and dimension.
    value, se, population : float, shape (settings, groups)
        NaN where missing, and beyond a setting's own groups.
    listed : bool, shape (settings, groups)
        Where a setting has a group at all.
    favourable : float, shape (settings,)
        1 where higher is better, 0 where lower is, NaN where nobody says.
    scale, average : float, shape (settings,)
        What 100 % is, and the setting's own published level; NaN where nobody says.
    ordered : bool, shape (settings,)
    reference : int, shape (settings,)
        The position of the reference group, -1 for none.
    """

    keys: tuple[tuple[str, ...], ...]
    value: Floats
    se: Floats
    population: Floats
    listed: npt.NDArray[np.bool_]
    favourable: Floats
    scale: Floats
    average: Floats
    ordered: npt.NDArray[np.bool_]
    reference: npt.NDArray[np.int64]


class _Faults:
    """What is wrong in a file, gathered so that all of it is told at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[JamlikError] = []

    def add(self, rows: pl.Series, error: Callable[[Place], JamlikError], column: str) -> None:
        """One fault for each of the rows, in the column named."""
        self.found += [error(Place(self.file, row, column)) for row in rows.to_list()]

    def stop(self) -> None:
        """Raise when anything was found, all faults in one error, in the order of the rows."""
        if not self.found:
            return
        ordered = sorted(self.found, key=lambda fault: (fault.where.row or 0, fault.where.column))
        told = {lang: "\n\n".join(fault.text(lang) for fault in ordered[:_LISTED]) for lang in LANGUAGES}
        raise JamlikError("group_table_faults", n=len(ordered), faults=told, kind=ErrorKind.CONTRACT)


def read_group_table(path: Path, *, scale: float | None = None, favourable: bool | None = None) -> GroupTable:
    """Read a file in either layout; which one is seen from its columns.

    Parameters
    ----------
    path : Path
        CSV, TSV, Excel or Parquet.
    scale, favourable : optional
        What 100 % is and whether higher is better, for Fingertips, whose files say neither.

    Raises
    ------
    JamlikError
        For a file of neither layout, for options a HEAT file answers itself, and for rows that cannot be used: all of
        them at once, each with its row, its column, why, and what to do.
    """
    table = open_table(path)
    names = set(table.names)
    if set(HEAT) <= names:
        if scale is not None or favourable is not None:
            raise JamlikError("group_table_says_itself", where=Place(str(path)), kind=ErrorKind.USAGE)
        rows = table.whole()
    elif set(FINGERTIPS) <= names:
        rows = _from_fingertips(table.whole(), scale, favourable)
    else:
        lacking = min((tuple(n for n in layout if n not in names) for layout in (HEAT, FINGERTIPS)), key=len)
        raise JamlikError("group_table_unknown", where=Place(str(path)), kind=ErrorKind.CONTRACT,
                          lacking=", ".join(lacking), columns=", ".join(table.names))  # fmt: skip
    faults = _Faults(path.name)
    for problem in table.problems:
        faults.found.append(JamlikError("group_table_row", where=problem.where, n=problem.count))
    if not rows.height:
        raise JamlikError("group_table_empty", where=Place(str(path)), kind=ErrorKind.NOTHING_TO_ANALYSE)
    checked = _checked(_with_numbers(rows, table.layout.decimal or ".", faults), faults)
    faults.stop()
    return _arrays(checked)


def _with_numbers(rows: pl.DataFrame, decimal: str, faults: _Faults) -> pl.DataFrame:
    """The rows with every number read, text columns never empty, and standard errors from limits where needed."""
    lacking = [name for name in (*KEYS, "subgroup", *_NUMBERS) if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in lacking)
    for name in _NUMBERS:
        numbers, texts = figures_of(rows[name], decimal=decimal)
        wrong = texts.is_not_null() & ~texts.str.to_lowercase().is_in(_MISSING)
        for row, text in zip(rows.filter(wrong)[ROW], texts.filter(wrong), strict=True):
            faults.found.append(JamlikError("group_table_no_number", where=Place(faults.file, row, name), text=text))
        rows = rows.with_columns(numbers.alias(name))
    filled = [pl.col(name).cast(pl.String).fill_null("") for name in (*KEYS, "subgroup")]
    width = 2 * 1.959963984540054
    from_limits = pl.when(pl.col("ci_ub") >= pl.col("ci_lb")).then((pl.col("ci_ub") - pl.col("ci_lb")) / width)
    return rows.with_columns(*filled, pl.coalesce("se", from_limits).alias("se"))


def _checked(rows: pl.DataFrame, faults: _Faults) -> pl.DataFrame:
    """The rows, with every fault among them noted."""
    for name in ("subgroup", "setting", "indicator_abbr", "dimension"):
        faults.add(rows.filter(pl.col(name) == "")[ROW], lambda p: JamlikError("group_table_blank", where=p), name)
    for name in ("se", "population"):
        faults.add(rows.filter(pl.col(name) < 0)[ROW], lambda p: JamlikError("group_table_negative", where=p), name)
    for name in ("favourable_indicator", "ordered_dimension", "reference_subgroup"):
        wrong = rows.filter(pl.col(name).is_not_null() & ~pl.col(name).is_in([0.0, 1.0]))
        faults.add(wrong[ROW], lambda p: JamlikError("group_table_flag", where=p), name)
    faults.add(rows.filter(pl.col("indicator_scale") <= 0)[ROW],
               lambda p: JamlikError("group_table_scale", where=p), "indicator_scale")  # fmt: skip
    keys = list(KEYS)
    for name in _SHARED:
        first = pl.col(name).first().over(keys)
        differs = rows.filter(pl.col(name).ne_missing(first))
        faults.add(differs[ROW], lambda p: JamlikError("group_table_differs", where=p), name)
    for columns, key in (([*keys, "subgroup"], "subgroup"), ([*keys, "subgroup_order"], "subgroup_order")):
        some = rows if key == "subgroup" else rows.filter(pl.col("ordered_dimension") == 1)
        again = some.filter(~pl.struct(columns).is_first_distinct() & pl.col(key).is_not_null())
        faults.add(again[ROW], lambda p: JamlikError("group_table_twice", where=p), key)
    no_order = rows.filter((pl.col("ordered_dimension") == 1) & pl.col("subgroup_order").is_null())
    faults.add(no_order[ROW], lambda p: JamlikError("group_table_no_order", where=p), "subgroup_order")
    chosen = rows.filter(pl.col("reference_subgroup") == 1)
    more = chosen.filter(~pl.struct(keys).is_first_distinct())
    faults.add(more[ROW], lambda p: JamlikError("group_table_two_references", where=p), "reference_subgroup")
    return rows


def _arrays(rows: pl.DataFrame) -> GroupTable:
    """The rows as arrays padded to the largest setting."""
    keys = list(KEYS)
    settings = rows.select(keys).unique(maintain_order=True).with_row_index("__setting")
    order = pl.when(pl.col("ordered_dimension") == 1).then("subgroup_order")
    rows = rows.join(settings, on=keys, how="left", maintain_order="left").with_columns(order.alias("__order"))
    rows = rows.sort("__setting", "__order", ROW).with_columns(
        pl.int_range(pl.len()).over("__setting").alias("__place")
    )
    at = (rows["__setting"].to_numpy(), rows["__place"].to_numpy())
    shape = (settings.height, int(at[1].max()) + 1)

    def spread(name: str) -> Floats:
        array = np.full(shape, np.nan)
        array[at] = rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        return array

    listed = np.zeros(shape, dtype=np.bool_)
    listed[at] = True
    chosen = spread("reference_subgroup") == 1.0
    return GroupTable(
        keys=tuple(settings.select(keys).rows()),
        value=spread("estimate"),
        se=spread("se"),
        population=spread("population"),
        listed=listed,
        favourable=spread("favourable_indicator")[:, 0],
        scale=spread("indicator_scale")[:, 0],
        average=spread("setting_average")[:, 0],
        ordered=spread("ordered_dimension")[:, 0] == 1.0,
        reference=np.where(chosen.any(axis=1), chosen.argmax(axis=1), -1),
    )


def _from_fingertips(rows: pl.DataFrame, scale: float | None, favourable: bool | None) -> pl.DataFrame:
    """Fingertips' rows in the other layout: categories within an area, the sexes of an area, areas within a parent."""
    rows = rows.with_columns(pl.exclude(ROW).cast(pl.String))
    categories = pl.col("Category").is_not_null()
    parts = [
        _grouped(rows.filter(categories), "Area Name", pl.col("Category Type"), "Category", ("Sex", "Age")),
        _grouped(rows.filter(~categories & pl.col("Sex").is_in(["Male", "Female"])), "Area Name", pl.lit("Sex"), "Sex",
                 ("Age",)),
        _grouped(rows.filter(~categories), "Parent Name", pl.col("Area Type"), "Area Name", ("Sex", "Age")),
    ]  # fmt: skip
    joined = pl.concat([part for part in parts if part.height] or parts)
    keys = list(KEYS)
    joined = joined.filter(pl.col("setting").is_not_null() & (pl.len().over(keys) > 1))
    orders = _deprivation_orders(joined)
    said = None if favourable is None else str(int(favourable))
    return joined.with_columns(
        orders.alias("subgroup_order"),
        pl.when(orders.is_not_null()).then(pl.lit("1")).otherwise(pl.lit("0")).alias("ordered_dimension"),
        pl.lit(said, pl.String).alias("favourable_indicator"),
        pl.lit(None if scale is None else str(scale), pl.String).alias("indicator_scale"),
    )


def _grouped(
    rows: pl.DataFrame, setting: str, dimension: pl.Expr, group: str, qualifiers: Sequence[str]
) -> pl.DataFrame:
    """Rows of one kind, under HEAT's names; the sex and age they are of are part of the dimension's name."""
    of_whom = pl.concat_str([pl.col(name).fill_null("") for name in qualifiers], separator=", ")
    renamed = {"Time period": "date", "Indicator ID": "indicator_abbr", "Value": "estimate",
               "Lower CI 95.0 limit": "ci_lb", "Upper CI 95.0 limit": "ci_ub", "Denominator": "population"}  # fmt: skip
    return rows.select(
        ROW,
        pl.col(setting).alias("setting"),
        pl.lit("Fingertips").alias("source"),
        pl.col(group).alias("subgroup"),
        pl.concat_str(dimension, pl.lit(" ("), of_whom, pl.lit(")")).alias("dimension"),
        *(pl.col(old).cast(pl.String).alias(new) for old, new in renamed.items()),
    )


def _deprivation_orders(rows: pl.DataFrame) -> pl.Series:
    """The place of each deprivation group, the most deprived first; null unless all of the setting's are known."""
    number = rows.select(pl.len().over(list(KEYS))).to_series()
    places = [_deprivation_place(text or "", n) for text, n in zip(rows["subgroup"], number, strict=True)]
    orders = rows.with_columns(pl.Series("__order", places, pl.Int64))
    known = pl.when(pl.col("__order").is_not_null().all().over(list(KEYS))).then(pl.col("__order").cast(pl.String))
    return orders.select(known).to_series()


def _deprivation_place(text: str, groups: int) -> int | None:
    found = _DEPRIVED.match(text.strip())
    if not found:
        return None
    place = _PLACES[found[1].lower()]
    return place if found[2].lower() in ("most", "more") else groups + 1 - place
