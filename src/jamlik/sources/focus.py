"""The area an analysis is for: found by code or name, and looked into where the file has smaller areas there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jamlik.model.dataset import Column, ColumnRole, Dataset
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.sources.codes import TOTAL, UNKNOWN, coded
from jamlik.sources.columns import nearest
from jamlik.sources.koladafile import municipality_objects
from jamlik.sources.looking import Looked
from jamlik.sources.tidy import area_names

__all__ = ["area_named", "focus_code", "focus_label", "no_such_area", "rows_inside_focus"]


def focus_code(looked: Looked, columns: Sequence[Column], focus: str) -> str:
    """Code of the area asked for, by code or name; nothing when none was.

    Raises
    ------
    JamlikError
        USAGE when there is no such area in the file, naming the one most like it.
    """
    if not focus:
        return ""
    known: dict[str, str] = {}
    for column in columns:
        if column.role is not ColumnRole.AREA:
            continue
        names = area_names(looked.frame, column)
        for text in looked.found[column.name].values:
            found = coded(text, column=column, name=names.get(text, ""))
            if found.code not in (TOTAL, UNKNOWN):
                known.setdefault(found.code, found.label)
    listed = {str(item["id"]): str(item.get("title", "")) for item in municipality_objects(looked.source)}
    known = {code: listed.get(code, label) if label == code else label for code, label in known.items()}
    return area_named(focus, known, file=looked.table.name)


def area_named(text: str, known: Mapping[str, str], *, file: str = "") -> str:
    """Code of the area that somebody names, by code or by name, among those there are (code → name).

    Raises
    ------
    JamlikError
        USAGE when there is none of them, naming some and the one most like it.
    """
    wanted = text.strip().casefold()
    for code, label in known.items():
        if wanted in (code.casefold(), code.lstrip("0").casefold(), label.casefold()):
            return code
    raise no_such_area(text, known, like=nearest(text, [*known.values(), *known]), file=file)


def no_such_area(text: str, known: Mapping[str, str], *, like: str = "", file: str = "") -> JamlikError:
    """What is told when an area is not among those there are (code → name); `like` is what may have been meant."""
    return JamlikError(
        "no_such_area",
        where=Place(file),
        why="why_when" if known else "why",
        do="did_you_mean" if like else "do",
        kind=ErrorKind.USAGE,
        focus=text,
        areas=", ".join(list(known.values())[:5]),
        like=like,
    )


def _focus_column(dataset: Dataset) -> Column | None:
    """The area column that the focus is a code of, where finer areas lie in it."""
    inner = {column.nested_in for column in dataset.columns if column.nested_in}
    return next((c for c in dataset.columns if dataset.focus and c.dimension in inner), None)


def rows_inside_focus(dataset: Dataset, looked: Looked) -> dict[str, tuple[str, ...]]:
    """Which rows to keep, by column, so that the smaller areas of the focus are compared with each other."""
    column = _focus_column(dataset)
    if column is None:
        return {}
    texts = looked.found[column.name].values
    names = area_names(looked.frame, column)
    chosen = tuple(t for t in sorted(texts) if coded(t, column=column, name=names.get(t, "")).code == dataset.focus)
    return {column.name: chosen} if chosen else {}


def focus_label(looked: Looked, dataset: Dataset) -> str:
    """Name of the area in focus, where smaller areas lie in it."""
    column = _focus_column(dataset)
    assert column is not None
    names = area_names(looked.frame, column)
    found = (coded(text, column=column, name=names.get(text, "")) for text in looked.found[column.name].values)
    return next((area.label for area in found if area.code == dataset.focus), dataset.focus)
