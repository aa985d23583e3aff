"""What a person said of one version of a data set, said again of the next: its file is of the same kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from jamlik.model.dataset import Column, Dataset, IndicatorColumns
from jamlik.model.errors import JamlikError
from jamlik.sources.toml import parsed_dataset

__all__ = ["Said", "carried"]

_WORDS = ("title", "source", "licence", "rules", "data_source", "focus", "references", "max_way")


@dataclass(frozen=True, slots=True)
class Said:
    """A description as a person left it, and what the program had guessed before; empty where that is not known."""

    description: str
    guess: str = ""


def carried(new: Dataset, said: Said | None) -> Dataset:
    """What the program takes a new file for, with what a person said of the version before.

    Only what the person changed goes on, so that what is new in the file is still looked at. A file with other columns
    keeps what is said of those that are the same.
    """
    try:
        before = parsed_dataset(said.description) if said is not None and said.description else None
        guess = parsed_dataset(said.guess) if said is not None and said.guess else None
    except JamlikError:  # written by a version that spelt it otherwise
        return new
    if before is None:
        return new
    words = {
        name: getattr(before, name)
        for name in _WORDS
        if guess is not None and getattr(before, name) != getattr(guess, name)
    }
    columns = _columns(new, before, guess)
    same = {column.name for column in columns} == {column.name for column in before.columns}
    rows = before.rows if same and guess is not None and before.rows != guess.rows else new.rows
    changed = replace(new, **words, rows=rows, columns=columns)
    return replace(changed, indicators=_indicators(new, before, guess, same=same))


def _columns(new: Dataset, before: Dataset, guess: Dataset | None) -> tuple[Column, ...]:
    told = {column.name: column for column in before.columns}
    guessed = {column.name: column for column in guess.columns} if guess is not None else {}
    names = {column.name for column in new.columns}

    def one(column: Column) -> Column:
        own = told.get(column.name)
        if own is None or own == guessed.get(column.name):
            return column
        apart = {part for part in (own.names_from, own.nested_in) if part} - names - {c.dimension for c in new.columns}
        return column if apart else own

    return tuple(one(column) for column in new.columns)


def _indicators(new: Dataset, before: Dataset, guess: Dataset | None, *, same: bool) -> tuple[IndicatorColumns, ...]:
    told = {spec.indicator.id: spec for spec in before.indicators}
    guessed = {spec.indicator.id: spec for spec in guess.indicators} if guess is not None else {}
    known = {spec.indicator.id for spec in new.indicators}
    kept = [
        _indicator(spec, told.get(spec.indicator.id), guessed.get(spec.indicator.id), same=same)
        for spec in new.indicators
        if spec.indicator.id in told or spec.indicator.id not in guessed
    ]
    added = [spec for name, spec in told.items() if same and guessed and name not in guessed and name not in known]
    return (*kept, *added) or new.indicators


def _indicator(
    spec: IndicatorColumns, own: IndicatorColumns | None, guessed: IndicatorColumns | None, *, same: bool
) -> IndicatorColumns:
    if own is None or own == guessed:
        return spec
    if same and guessed is not None and _parts(own) != _parts(guessed):
        return own
    if own.indicator.kind is not spec.indicator.kind:
        return spec
    if guessed is None:
        return replace(spec, indicator=own.indicator)
    changed = {
        name: getattr(own.indicator, name)
        for name in (field.name for field in fields(own.indicator))
        if getattr(own.indicator, name) != getattr(guessed.indicator, name)
    }
    return replace(spec, indicator=replace(spec.indicator, **changed))


def _parts(spec: IndicatorColumns) -> Mapping[str, object]:
    return {name: getattr(spec, name) for name in ("outcome", "positive", "count", "base", "value", "se")}
