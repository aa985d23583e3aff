"""The rules file of `jamlik protect` and `jamlik attack`: what a table's columns are, and what must stay hidden."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jamlik.model.errors import ErrorKind, JamlikError, Place, Term
from jamlik.privacy.amounts import Dominance
from jamlik.privacy.countrules import CountRules, count_rules
from jamlik.privacy.leaveout import Without
from jamlik.privacy.perturb import Noise
from jamlik.privacy.thresholds import PRESETS
from jamlik.sources.columns import nearest
from jamlik.sources.tomllines import Path as KeyPath
from jamlik.sources.tomllines import key_lines, line_of

__all__ = ["KEYS", "DimensionRules", "NoiseRules", "SumRules", "TableRules", "parsed_table_rules", "read_table_rules"]

PRIMARY = "primary"
KEYS: Mapping[str, Mapping[str, str]] = {
    "table": {
        "count": "text",
        "total": "text",
        "primary": "text",
        "primary_values": "texts",
        "hidden_column": "text",
        "hidden_values": "texts",
        "ignore": "texts",
        "population": "text",
        "where": "labels",
        "without": "breakdowns",
    },
    "rules": {
        "preset": "text",
        "minimum_count": "integer",
        "minimum_group": "integer",
        "minimum_base": "integer",
        "width": "integer",
        "answer": "text",
    },
    "sum": {"column": "text", "largest": "texts", "n": "integer", "k": "number", "p": "number"},
    "noise": {"keys": "text", "deviation": "integer", "variance": "number", "lowest": "integer"},
    "dimensions": {"total": "text", "columns": "texts", "divisions": "divisions"},
}
"""Sections, their keys and what each holds; `[dimensions.<column>]` is one section for each dimension."""


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_CHECKS: Mapping[str, Callable[[object], bool]] = {
    "text": lambda value: isinstance(value, str),
    "texts": _is_texts,
    "breakdowns": lambda value: isinstance(value, list) and all(item and _is_texts(item) for item in value),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "labels": lambda value: isinstance(value, dict) and all(isinstance(text, str) for text in value.values()),
    "divisions": lambda value: (
        isinstance(value, dict)
        and all(isinstance(groups, dict) and all(map(_is_texts, groups.values())) for groups in value.values())
    ),
}


@dataclass(frozen=True, slots=True)
class DimensionRules:
    """One dimension: what its total is called, and how its codes make larger groups.

    `columns` are columns of the table that say which larger group each row's code lies in; `divisions` says it here.
    """

    total: str = "Total"
    columns: tuple[str, ...] = ()
    divisions: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SumRules:
    """An amount that is summed: its column, the columns of the largest contributions to each row, and the rules."""

    column: str
    largest: tuple[str, ...]
    dominance: Dominance


@dataclass(frozen=True, slots=True)
class NoiseRules:
    """Noise by the cell-key method: the column with the sum of each row's record keys, and how much noise."""

    keys: str
    noise: Noise


@dataclass(frozen=True, slots=True)
class TableRules:
    """A rules file, read and checked. Without one, all columns but `n` are dimensions and the default rules hold.

    Parameters
    ----------
    count, primary, hidden_column : str
        Columns: the number of people; which cells must be hidden (true, or one of `primary_values`); which are (one of
        `hidden_values`).
    ignore : tuple of str
        Columns that say nothing here.
    population : str
        Whom the table is about: tables about the same people have the same, in the ledger.
    where : mapping of str to str
        The part of the population: the table is about these alone.
    without : tuple of tuple of str
        Breakdowns that are not published, each by its dimensions, with all that break them down further.
    dimensions : mapping of str to DimensionRules
        In the order in which they are written; empty: all columns that are nothing else.
    amount : SumRules or None
        A sum that is published beside the count.
    noise : NoiseRules or None
        For the method that adds noise instead of hiding.
    """

    rules: CountRules
    count: str = "n"
    total: str = "Total"
    primary: str = ""
    primary_values: tuple[str, ...] = ()
    hidden_column: str = ""
    hidden_values: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    population: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    without: Without = ()
    dimensions: Mapping[str, DimensionRules] = field(default_factory=dict)
    amount: SumRules | None = None
    noise: NoiseRules | None = None


@dataclass(frozen=True, slots=True)
class _Checker:
    lines: Mapping[KeyPath, int]
    name: str

    def error(self, what: str, path: KeyPath, *, do: str | None = None, **values: Any) -> JamlikError:
        return JamlikError(what, where=Place(self.name, line_of(self.lines, path)), do=do, **values)

    def section(self, content: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        """One section's keys, none of them unknown or of another kind."""
        keys = KEYS[str(path[0])]
        shown = ".".join(str(part) for part in path)
        for name, value in content.items():
            if name not in keys:
                like = nearest(name, keys)
                do = "did_you_mean" if like else "do"
                known = ", ".join(keys)
                raise self.error(
                    "toml_no_such_key_in", (*path, name), do=do, name=name, section=shown, known=known, like=like
                )
            if not _CHECKS[keys[name]](value):
                expected = Term(f"toml_{keys[name]}")
                value = str(value) if isinstance(value, dict) else value
                raise self.error("toml_wrong_kind", (*path, name), name=name, expected=expected, value=value)
        return {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}

    def table(self, content: Mapping[str, Any], path: KeyPath) -> Mapping[str, Any]:
        value: Any = content
        for part in path:
            value = value.get(part, {})
        if not isinstance(value, dict):
            shown = repr(".".join(str(part) for part in path))
            raise self.error("toml_not_a_table", path, shown=shown, section=".".join(str(part) for part in path))
        return value


def read_table_rules(path: Path | None, *, width: int | None = None, columns: Sequence[str] = ()) -> TableRules:
    """Read a rules file; None gives the default rules.

    Parameters
    ----------
    path : Path or None
        The file.
    width : int, optional
        Instead of the file's own width.
    columns : sequence of str
        The table's columns: one called `primary`, where the rules name no other, says which cells must be hidden.

    Raises
    ------
    JamlikError
        When the file is not there, or with the line of the first thing that is wrong in it.
    """
    if path is None:
        return parsed_table_rules("", name="", width=width, columns=columns)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = error.strerror or ""
        raise JamlikError(
            "description_closed", where=Place(str(path)), why=why, kind=ErrorKind.UNREADABLE, name=path.name
        ) from error
    except UnicodeDecodeError as broken:
        raise JamlikError(
            "description_encoding", where=Place(str(path)), kind=ErrorKind.UNREADABLE, name=path.name
        ) from broken
    return parsed_table_rules(text, name=str(path), width=width, columns=columns)


def parsed_table_rules(text: str, *, name: str, width: int | None = None, columns: Sequence[str] = ()) -> TableRules:
    """The rules that a text gives."""
    try:
        content: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        found = re.search(r"line (\d+)", str(broken))
        row = int(found[1]) if found else text.count("\n") + 1
        why = str(broken).split(" (at ")[0] + "."
        raise JamlikError("description_no_toml", where=Place(name, row), why=why) from broken
    check = _Checker(key_lines(text), name)
    for section in content:
        if section not in KEYS:
            like = nearest(section, KEYS)
            do = "did_you_mean" if like else "do"
            raise check.error("toml_no_such_key", (section,), do=do, name=section, known=", ".join(KEYS), like=like)
    table = check.section(check.table(content, ("table",)), ("table",))
    rules = check.section(check.table(content, ("rules",)), ("rules",))
    if width is not None:
        rules["width"] = width
    dimensions = {
        column: check.section(check.table(content, ("dimensions", column)), ("dimensions", column))
        for column in check.table(content, ("dimensions",))
    }
    if PRIMARY in columns and PRIMARY not in (*dimensions, *table.get("ignore", ())):
        table.setdefault("primary", PRIMARY)
    _check_choices(check, rules, dimensions)
    try:
        counts = count_rules(**rules, given="primary" in table)
    except JamlikError as low:
        if name:
            at = ("rules", "width") if low.key == "rules_width_low" else ("rules",)
            low.where = Place(name, line_of(check.lines, at))
        raise
    table["without"] = tuple(dict.fromkeys(map(tuple, table.get("without", ()))))
    whole = TableRules(counts, **table, amount=_amount(check, content), noise=_noise(check, content, counts))
    held = {column: _dimension(given, whole.total) for column, given in dimensions.items()}
    return replace(whole, dimensions=held)


def _amount(check: _Checker, content: Mapping[str, Any]) -> SumRules | None:
    if "sum" not in content:
        return None
    given = check.section(check.table(content, ("sum",)), ("sum",))
    for name in ("column", "largest"):
        if not given.get(name):
            raise check.error("toml_key_lacking_in", ("sum",), name=name, section="sum")
    rules = Dominance(given.get("n", 2), float(given.get("k", 85)), float(given.get("p", 10)))
    most = max(rules.n, 2 if rules.p else 0)
    if rules.n < 0 or not 0 < rules.k < 100 or not 0 <= rules.p < 100 or most == 0:
        raise check.error("sum_rules_wrong", ("sum",))
    if len(given["largest"]) < most:
        raise check.error("sum_largest_few", ("sum", "largest"), most=most)
    return SumRules(given["column"], given["largest"], rules)


def _noise(check: _Checker, content: Mapping[str, Any], counts: CountRules) -> NoiseRules | None:
    if "noise" not in content:
        return None
    given = dict(check.section(check.table(content, ("noise",)), ("noise",)))
    keys = given.pop("keys", "")
    if not keys:
        raise check.error("toml_key_lacking_in", ("noise",), name="keys", section="noise")
    try:
        return NoiseRules(keys, Noise(**{"lowest": counts.minimum_count, **given}))
    except JamlikError as impossible:
        impossible.where = Place(check.name, line_of(check.lines, ("noise",)))
        raise


def _dimension(given: Mapping[str, Any], total: str) -> DimensionRules:
    divisions = {
        division: {parent: tuple(codes) for parent, codes in groups.items()}
        for division, groups in given.get("divisions", {}).items()
    }
    return DimensionRules(given.get("total", total), given.get("columns", ()), divisions)


def _check_choices(check: _Checker, rules: Mapping[str, Any], dimensions: Mapping[str, Any]) -> None:
    presets: Sequence[str] = sorted(rule.name for rule in PRESETS.values() if rule.protects)
    preset, answer = rules.get("preset", "default"), rules.get("answer", "")
    if preset not in presets:
        _refuse_choice(check, "preset", preset, presets)
    if answer and dimensions and answer not in dimensions:
        _refuse_choice(check, "answer", answer, sorted(dimensions))


def _refuse_choice(check: _Checker, name: str, value: str, choices: Sequence[str]) -> None:
    like = nearest(value, choices)
    raise check.error(
        "toml_no_choice", ("rules", name), do="did_you_mean" if like else "", name=name, value=value,
        choices=", ".join(choices), like=like,
    )  # fmt: skip
