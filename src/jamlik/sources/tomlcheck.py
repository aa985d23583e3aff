"""What a `dataset.toml` holds, checked key by key against the schema and made into a `Dataset`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jamlik.model.dataset import Column, ColumnRole, Dataset, FileLayout, IndicatorColumns, MapSpec, RowKind
from jamlik.model.errors import JamlikError, Place, Term
from jamlik.model.indicators import Direction, Indicator, Kind
from jamlik.model.questions import Reference
from jamlik.sources.columns import nearest
from jamlik.sources.schema import FREE, SECTIONS, Key, Section, section_of
from jamlik.sources.tomllines import Path, key_lines, line_of

__all__ = ["checked_dataset"]

Values = dict[str, Any]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list_of(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(check(item) for item in value)


def _is_labels(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


_KINDS: Mapping[str, Callable[[object], bool]] = {
    "text": _is_text,
    "texts": _is_list_of(_is_text),
    "integer": _is_integer,
    "integers": _is_list_of(_is_integer),
    "number": _is_number,
    "flag": lambda value: isinstance(value, bool),
    "labels": _is_labels,
    "words": lambda value: _is_text(value) or _is_labels(value),
}


@dataclass(frozen=True, slots=True)
class _Checker:
    """Checks tables of one text and knows where everything stands in it."""

    lines: Mapping[Path, int]
    name: str

    def error(
        self, what: str, path: Path, *, why: str | None = None, do: str | None = None, **values: Any
    ) -> JamlikError:
        """An error at the line of a key."""
        return JamlikError(what, where=Place(self.name, line_of(self.lines, path)), why=why, do=do, **values)

    def table(self, value: object, path: Path) -> Mapping[str, object]:
        """The value as a table."""
        if not isinstance(value, dict):
            raise self.error("toml_not_a_table", path, shown=_shown(path), section=path[0])
        return value

    def values(self, section: Section, content: Mapping[str, object], path: Path) -> Values:
        """All keys of a section with defaults filled in."""
        for name in content:
            if section.key(name) is None and not (not path and name in {s.name for s in SECTIONS}):
                known = [key.name for key in section.keys]
                known += [s.name for s in SECTIONS if s.name] if not path else []
                like = nearest(name, known)
                raise self.error(
                    "toml_no_such_key_in" if section.name else "toml_no_such_key",
                    (*path, name),
                    do="did_you_mean" if like else "do",
                    name=name,
                    section=section.name,
                    known=", ".join(known),
                    like=like,
                )
        return {key.name: self._value(key, section, content, path) for key in section.keys}

    def _value(self, key: Key, section: Section, content: Mapping[str, object], path: Path) -> Any:
        if key.name not in content:
            if key.required:
                raise self.error(
                    "toml_key_lacking_in" if section.name else "toml_key_lacking",
                    path or (key.name,),
                    name=key.name,
                    section=section.name,
                )
            return key.default
        value = content[key.name]
        if not _KINDS[key.kind](value):
            raise self.error(
                "toml_wrong_kind", (*path, key.name), name=key.name, expected=Term(f"toml_{key.kind}"), value=value
            )
        if key.choices and value not in key.choices and value != key.default:
            like = nearest(str(value), key.choices)
            raise self.error(
                "toml_no_choice",
                (*path, key.name),
                do="did_you_mean" if like else "",
                name=key.name,
                value=value,
                choices=", ".join(key.choices),
                like=like,
            )
        return tuple(value) if isinstance(value, list) else value

    def repeated(self, content: Mapping[str, object], section: Section) -> Iterator[tuple[Values, Path]]:
        """Each table of a list of tables."""
        listed = content.get(section.name, [])
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise self.error("toml_not_repeated", (section.name,), section=section.name)
        for place, item in enumerate(listed):
            path = (section.name, place)
            yield self.values(section, item, path), path


def _shown(path: Path) -> str:
    return repr(".".join(str(part) for part in path))


def checked_dataset(content: Mapping[str, object], *, text: str, name: str) -> Dataset:
    """Make a `Dataset` of parsed TOML.

    Raises
    ------
    JamlikError
        CONTRACT with the line of the first thing that is wrong.
    """
    check = _Checker(key_lines(text), name)
    top = check.values(section_of(""), content, ())
    columns = tuple(_columns(check, content))
    indicators = tuple(_indicators(check, content, columns, RowKind(top["rows"])))
    layout = check.values(section_of("layout"), check.table(content.get("layout", {}), ("layout",)), ("layout",))
    if not 1 <= top["max_way"] <= 3:
        raise check.error("toml_max_way", ("max_way",))
    _check_names(check, columns, indicators)
    return Dataset(
        **{**top, "rows": RowKind(top["rows"])},
        layout=FileLayout(**layout),
        columns=columns,
        indicators=indicators,
        missing=_missing(check, content),
        where=_where(check, content),
        references=_references(check, content),
        map=_map(check, content),
    )


def _columns(check: _Checker, content: Mapping[str, object]) -> Iterator[Column]:
    seen: set[str] = set()
    for values, path in check.repeated(content, section_of("column")):
        if values["name"] in seen:
            raise check.error("toml_column_twice", (*path, "name"), name=values["name"])
        seen.add(values["name"])
        breaks = values["age_breaks"]
        if list(breaks) != sorted(set(breaks)):
            raise check.error("toml_age_breaks", (*path, "age_breaks"))
        yield Column(**{**values, "role": ColumnRole(values["role"])})


def _indicators(
    check: _Checker, content: Mapping[str, object], columns: tuple[Column, ...], rows: RowKind
) -> Iterator[IndicatorColumns]:
    seen: set[str] = set()
    for values, path in check.repeated(content, section_of("indicator")):
        if values["id"] in seen:
            raise check.error("toml_indicator_twice", (*path, "id"), indicator=values["id"])
        seen.add(values["id"])
        if ":" not in values["id"]:
            raise check.error("toml_id_start", (*path, "id"), indicator=values["id"])
        if values["direction"] == Direction.TARGET and values["target"] is None:
            raise check.error("toml_no_target", (*path, "direction"))
        _check_parts(check, values, path, rows)
        parts = {key: values.pop(key) for key in ("outcome", "positive", "count", "base", "value", "se")}
        yield IndicatorColumns(_indicator(values), **parts)


def _indicator(values: Values) -> Indicator:
    names = {"sv": values["name"]} if isinstance(values["name"], str) else values["name"]
    told = {"sv": values["description"]} if isinstance(values["description"], str) else values["description"]
    target = None if values["target"] is None else float(values["target"])
    numbers = {key: float(values[key]) for key in ("threshold", "multiplier")}
    kinds: dict[str, StrEnum] = {"kind": Kind(values["kind"]), "direction": Direction(values["direction"])}
    return Indicator(**{**values, **numbers, **kinds, "name": names, "description": told, "target": target})


def _check_parts(check: _Checker, values: Values, path: Path, rows: RowKind) -> None:
    """That an indicator says where its numbers come from, in the way its rows need."""
    if rows is RowKind.PERSONS:
        if not values["outcome"]:
            raise check.error("toml_no_outcome", path)
        return
    if not (values["count"] or values["value"] or values["base"]):
        raise check.error("toml_no_numbers", path)
    if values["count"] and values["value"]:
        raise check.error("toml_both_numbers", (*path, "value"))


def _check_names(check: _Checker, columns: tuple[Column, ...], indicators: tuple[IndicatorColumns, ...]) -> None:
    """That columns refer to columns that are described."""
    names = [column.name for column in columns]
    for place, column in enumerate(columns):
        if column.names_from and column.names_from not in names:
            like = nearest(column.names_from, names)
            raise check.error(
                "toml_column_undescribed",
                ("column", place, "names_from"),
                do="did_you_mean" if like else "do",
                name=column.names_from,
                like=like,
            )


def _missing(check: _Checker, content: Mapping[str, object]) -> dict[str, str]:
    table = check.table(content.get("missing", {}), ("missing",))
    for mark, status in table.items():
        if status not in FREE["missing"]:
            like = nearest(str(status), FREE["missing"])
            raise check.error(
                "toml_mark_meaning",
                ("missing", mark),
                do="did_you_mean" if like else "",
                mark=mark,
                status=status,
                choices=", ".join(FREE["missing"]),
                like=like,
            )
    return {mark: str(status) for mark, status in table.items()}


def _where(check: _Checker, content: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    table = check.table(content.get("where", {}), ("where",))
    found = {}
    for column, values in table.items():
        if isinstance(values, str):
            values = [values]
        if not _is_list_of(_is_text)(values):
            raise check.error("toml_values_no_list", ("where", column), column=column)
        assert isinstance(values, list)
        found[column] = tuple(values)
    return found


def _references(check: _Checker, content: Mapping[str, object]) -> dict[str, Reference]:
    table = check.table(content.get("references", {}), ("references",))
    found = {}
    for dimension, value in table.items():
        path: Path = ("references", dimension)
        values = check.values(section_of("references"), check.table(value, path), path)
        if values["kind"] == "named" and not values["code"]:
            raise check.error("toml_reference_code", path)
        found[dimension] = Reference(**values)
    return found


def _map(check: _Checker, content: Mapping[str, object]) -> MapSpec | None:
    if "map" not in content:
        return None
    return MapSpec(**check.values(section_of("map"), check.table(content["map"], ("map",)), ("map",)))
