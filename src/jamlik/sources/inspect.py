"""Look at a file and say what it is: layout, columns and their roles with reasons, and the dataset that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from jamlik.model.dataset import Column, ColumnRole, Dataset, IndicatorColumns, RowKind
from jamlik.model.errors import JamlikError, Place, Severity
from jamlik.model.groupings import is_total_word, parsed_age
from jamlik.model.indicators import Kind
from jamlik.model.questions import Reference
from jamlik.model.tables import Status
from jamlik.sources.areas import with_area_levels
from jamlik.sources.codes import TOTAL, coded
from jamlik.sources.columns import distinct_names, slug
from jamlik.sources.figures import figures_of
from jamlik.sources.focus import focus_code, focus_label, rows_inside_focus
from jamlik.sources.headercodes import HeaderCodes
from jamlik.sources.inspection import ColumnInspection, Evidence, Inspection, MarkSeen
from jamlik.sources.kolada.indicators import kolada_indicator
from jamlik.sources.koladafile import is_kolada, kpi_objects
from jamlik.sources.looking import Looked, looked_at
from jamlik.sources.naming import name_says
from jamlik.sources.outcomes import person_columns
from jamlik.sources.pairs import Measures, Numbers, cell_indicators
from jamlik.sources.profile import ColumnProfile, determines
from jamlik.sources.publisher import Publication, publication_of
from jamlik.sources.reader import ROW, Source
from jamlik.sources.roles import Guess, is_numbered_group, row_kind
from jamlik.sources.tidy import area_names

__all__ = ["inspect_file"]

_EXAMPLES = 5
_SAFE = 5  # an example from a file of persons is a value that at least so many rows have
_TELLING = (
    ColumnRole.SEX,
    ColumnRole.AGE,
    ColumnRole.AREA,
    ColumnRole.AREA_NAME,
    ColumnRole.PERIOD,
    ColumnRole.CATEGORY,
    ColumnRole.COVARIATE,
    ColumnRole.MEASURE,
    ColumnRole.INDICATOR,
    ColumnRole.UNIT,
)
_MEASURE_ROLES = (ColumnRole.COUNT, ColumnRole.BASE, ColumnRole.VALUE, ColumnRole.SE)


def inspect_file(
    path: Source | str,
    *,
    where: Mapping[str, tuple[str, ...]] | None = None,
    focus: str = "",
    catalogue: str = "",
    name: str = "",
) -> Inspection:
    """Find out what a file is.

    Parameters
    ----------
    path : Path, str or polars.DataFrame
        The file, or a frame in memory.
    where : mapping of column to values, optional
        Keep only these rows.
    focus : str
        Code or name of the area the analysis is for. Where smaller areas lie in it, only its rows are kept (a note says
        so), and they are compared with each other.
    catalogue : str
        A catalogue of Kolada's indicators; looked for beside the file when it is not given.
    name : str
        What a frame in memory is called.

    Returns
    -------
    Inspection
        The same for the same bytes. A large file is judged from blocks spread evenly over it (`sampled`).

    Raises
    ------
    JamlikError
        UNREADABLE when it is no table; USAGE when the focus is no area in it; NOTHING_TO_ANALYSE when it has no rows.
    """
    source: Source = Path(path) if isinstance(path, str) else path
    looked = looked_at(source, where=where or {}, name=name)
    persons, why = row_kind(looked.frame, looked.found, looked.guesses, wide=bool(looked.wide), decimal=looked.decimal)
    looked.guesses = with_area_levels(looked.guesses, frame=looked.frame, found=looked.found)
    if persons is RowKind.PERSONS:
        looked.guesses, specs = person_columns(looked.found, looked.guesses)
        measures = Measures(specs)
        rows = RowKind.PERSONS
    else:
        measures = _cell_measures(looked)
        counts = any(spec.count and spec.base for spec in measures.indicators)
        rows = RowKind.COUNTS if counts or _only_counts(measures) else RowKind.VALUES
    found = _inspection(looked, rows, why, _with_own_ids(measures), where or {}, focus, catalogue)
    inside = rows_inside_focus(found.dataset, looked) if rows is not RowKind.VALUES else {}
    if not inside:
        return found
    closer = inspect_file(source, where={**(where or {}), **inside}, catalogue=catalogue, name=name)
    note = Evidence("focus_inside", {"area": focus_label(looked, found.dataset)})
    title = f"{note.values['area']}: {closer.dataset.title}"
    return replace(closer, dataset=replace(closer.dataset, title=title), notes=(note, *closer.notes))


def _with_own_ids(measures: Measures) -> Measures:
    """The same measures; indicators whose names give the same identity get a number."""
    ids = distinct_names(spec.indicator.id for spec in measures.indicators)
    specs = (
        replace(spec, indicator=replace(spec.indicator, id=own))
        for spec, own in zip(measures.indicators, ids, strict=True)
    )
    return Measures(tuple(specs), measures.roles)


def _with_own_dimensions(guesses: Mapping[str, Guess]) -> dict[str, Guess]:
    """The same guesses; dimensions whose columns' names give the same word get a number."""
    named = [name for name, guess in guesses.items() if guess.dimension]
    own = dict(zip(named, distinct_names(guesses[name].dimension for name in named), strict=True))
    return {name: replace(guess, dimension=own.get(name, "")) for name, guess in guesses.items()}


def _only_counts(measures: Measures) -> bool:
    return bool(measures.indicators) and all(spec.indicator.kind is Kind.COUNT for spec in measures.indicators)


def _cell_measures(looked: Looked) -> Measures:
    """Indicators and roles of the number columns in a file of cells; the rest become categories or are left alone."""
    long = next((n for n, g in looked.guesses.items() if g.role in (ColumnRole.MEASURE, ColumnRole.INDICATOR)), "")
    numbers = [
        name
        for name, profile in looked.found.items()
        if name not in looked.guesses
        and (profile.is_number or name in looked.wide)
        and not _is_code_column(profile)
        and not is_numbered_group(profile)
    ]
    if long:
        return _long_measures(looked, long, numbers)
    _categories(looked, [name for name in looked.found if name not in looked.guesses and name not in numbers])
    arrays = _arrays(looked, numbers)
    return cell_indicators(arrays, title=_title(looked))


def _title(looked: Looked) -> str:
    return publication_of(
        name=looked.table.name, preamble=looked.table.preamble, columns=looked.table.names, has_period=True
    ).title


def _is_code_column(profile: ColumnProfile) -> bool:
    """Whether numbers are codes: leading zeros, or a name that says so."""
    return "kod" in profile.name.casefold() or any(
        text[:1] == "0" and text.isdigit() and len(text) > 1 for text in profile.values
    )


def _header(looked: Looked, name: str) -> HeaderCodes:
    """Codes that a column's header gives, and its measure; without any, it measures what the file is about."""
    codes, measure = looked.wide.get(name, ({}, name))
    return codes, measure or _title(looked)


def _arrays(looked: Looked, names: Sequence[str]) -> dict[str, Numbers]:
    """Numbers by measure; the columns of a wide file follow one another in the order of their codes."""
    groups: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for name in names:
        codes, measure = _header(looked, name)
        groups.setdefault(tuple(sorted(codes.items())), {})[measure] = name
    measures = list(dict.fromkeys(measure for group in groups.values() for measure in group))
    empty = np.full(looked.frame.height, np.nan)
    columns = {
        name: figures_of(looked.frame[name], decimal=looked.decimal)[0].fill_null(float("nan")).to_numpy()
        for name in names
    }
    return {
        measure: np.concatenate([columns[group[measure]] if measure in group else empty for group in groups.values()])
        for measure in measures
    }


def _categories(looked: Looked, names: Sequence[str]) -> None:
    """Guess the columns of a file of cells that are neither numbers nor known: they tell rows apart, or follow."""
    for name in names:
        profile = looked.found[name]
        if profile.is_constant:
            value = next(iter(profile.values), "")
            looked.guesses[name] = Guess(ColumnRole.IGNORE, Evidence("constant", {"value": value}))
            continue
        keys = [n for n, g in looked.guesses.items() if g.role in (ColumnRole.AREA, ColumnRole.CATEGORY)]
        above = next((key for key in keys if determines(looked.frame, key, name)), "")
        if above:
            looked.guesses[name] = Guess(ColumnRole.IGNORE, Evidence("follows", {"column": above}))
        else:
            looked.guesses[name] = Guess(ColumnRole.CATEGORY, Evidence("category_cells"), slug(name))


def _long_measures(looked: Looked, long: str, numbers: Sequence[str]) -> Measures:
    """Measures of a long file: each name in the measure column is one."""
    value = next((name for name in numbers if name_says(name, "value")), numbers[0] if numbers else "")
    if not value:
        raise JamlikError("measures_without_numbers", where=Place(looked.table.name), long=long)
    looked.guesses[value] = Guess(ColumnRole.VALUE, Evidence("value_long", {"column": long}))
    _categories(looked, [name for name in looked.found if name not in looked.guesses])
    if looked.guesses[long].role is ColumnRole.INDICATOR:
        return Measures(())
    keys = [n for n, g in looked.guesses.items() if g.role not in (ColumnRole.IGNORE, ColumnRole.AREA_NAME)]
    keys = [name for name in keys if name not in (long, value)]
    figures, _ = figures_of(looked.frame[value], decimal=looked.decimal)
    tall = looked.frame.select(*keys, long).with_columns(figures.alias("__x"))
    flat = tall.pivot(on=long, index=keys, values="__x", aggregate_function="first", maintain_order=True)
    arrays = {
        name: flat[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        for name in sorted(set(flat.columns) - set(keys))
    }
    return cell_indicators(arrays, title=_title(looked), by_suffix=True)


def _inspection(
    looked: Looked,
    rows: RowKind,
    why: Evidence,
    measures: Measures,
    where: Mapping[str, tuple[str, ...]],
    focus: str,
    catalogue: str,
) -> Inspection:
    looked.guesses = _with_own_dimensions(looked.guesses)
    columns = tuple(_column(looked, name, measures) for name in looked.table.names)
    has_period = any(c.role is ColumnRole.PERIOD or "period" in c.fixed for c in columns)
    published = publication_of(
        name=looked.table.name, preamble=looked.table.preamble, columns=looked.table.names, has_period=has_period
    )
    path = str(looked.source) if isinstance(looked.source, Path) else looked.table.name
    place = focus_code(looked, columns, focus)
    dataset = Dataset(
        path=path,
        title=published.title,
        rows=rows,
        layout=looked.table.layout,
        columns=columns,
        indicators=measures.indicators,
        source=published.source,
        rules="already_published" if published.official and rows is not RowKind.PERSONS else "default",
        missing=_missing(looked, columns),
        where=dict(where),
        focus=place,
        period=published.period,
        catalogue=catalogue,
    )
    dataset = replace(dataset, references=_references(looked, dataset))
    shown, more = _shown_indicators(looked, dataset)
    notes = (*_notes(looked, dataset, published), *more)
    seen = tuple(_column_inspection(looked, column, measures, rows) for column in columns)
    return Inspection(
        looked.table.name,
        dataset,
        seen,
        why,
        looked.frame.height,
        looked.sampled,
        looked.table.preamble,
        shown,
        looked.problems,
        notes,
    )


def _column(looked: Looked, name: str, measures: Measures) -> Column:
    codes, measure = _header(looked, name)
    if measure in measures.roles and name not in looked.guesses:
        role, _ = measures.roles[measure]
        if role is ColumnRole.IGNORE or not codes:
            return Column(name, role)
        return Column(name, role, fixed=codes, measure=measure)
    guess = looked.guesses.get(name)
    if guess is None:
        return Column(name, ColumnRole.IGNORE)
    extra = {key: value for key, value in guess.extra.items() if key != "level" and value}
    return Column(name, guess.role, dimension=guess.dimension, **extra)  # type: ignore[arg-type]  # texts and flags


def _column_inspection(looked: Looked, column: Column, measures: Measures, rows: RowKind) -> ColumnInspection:
    profile = looked.found[column.name]
    guess = looked.guesses.get(column.name)
    if guess is not None:
        evidence, check = guess.evidence, guess.check
    else:
        measure = _header(looked, column.name)[1]
        evidence, check = measures.roles.get(measure, (None, Evidence("unknown")))[1], False
    number = column.role in (*_MEASURE_ROLES, ColumnRole.OUTCOME, ColumnRole.WEIGHT)
    return ColumnInspection(
        column.name,
        column.role,
        column.dimension,
        evidence,
        check,
        _examples(profile, column, rows),
        profile.distinct_n,
        profile.filled_n,
        profile.marks if number else (),
        _absent(looked, profile) if number else (),
    )


def _absent(looked: Looked, profile: ColumnProfile) -> tuple[MarkSeen, ...]:
    """What stands where a number is missing, empty cells last, with the first row of each."""
    empty = profile.rows_n - profile.filled_n
    marks = [*profile.marks, *([MarkSeen("", Status.MISSING.value, empty)] if empty else [])]
    if not marks:
        return ()
    texts = looked.frame[profile.name].cast(pl.String).str.strip_chars().fill_null("")
    rows = looked.frame[ROW]
    return tuple(replace(seen, row=int(rows.filter(texts == seen.mark)[0])) for seen in marks)


def _examples(profile: ColumnProfile, column: Column, rows: RowKind) -> tuple[str, ...]:
    """Codes of a dimension, the most common first; never what a column of one's own holds."""
    if column.role not in _TELLING:
        return ()
    least = _SAFE if rows is RowKind.PERSONS else 1
    return tuple(text for text, n in profile.values.items() if n >= least)[:_EXAMPLES]


def _missing(looked: Looked, columns: Sequence[Column]) -> dict[str, str]:
    """Marks in the number columns that are used, and what they are taken to mean."""
    used = (*_MEASURE_ROLES, ColumnRole.OUTCOME)
    marks = {
        seen.mark: seen.status
        for column in columns
        if column.role in used
        for seen in looked.found[column.name].marks
        if seen.status != "bounded"
    }
    return dict(sorted(marks.items()))


def _references(looked: Looked, dataset: Dataset) -> dict[str, Reference]:
    """Published values without a base are compared with the file's own total, where it has one."""
    if dataset.rows is not RowKind.VALUES or any(spec.base for spec in dataset.indicators) or not dataset.indicators:
        return {}
    found = {}
    for column in dataset.columns:
        if column.role is ColumnRole.AREA and not column.nested_in:
            names = area_names(looked.frame, column)
            texts = looked.found[column.name].values
            if any(coded(t, column=column, name=names.get(t, "")).code == TOTAL for t in texts):
                found[column.dimension] = Reference("total")
    return found


def _shown_indicators(looked: Looked, dataset: Dataset) -> tuple[tuple[IndicatorColumns, ...], tuple[Evidence, ...]]:
    """The indicators, also those that a catalogue names."""
    if not is_kolada(looked.frame, dataset):
        return dataset.indicators, ()
    column = next(c.name for c in dataset.columns if c.role is ColumnRole.INDICATOR)
    known = {str(kpi["id"]): kpi for kpi in kpi_objects(dataset.catalogue, source=looked.source)}
    codes = sorted(looked.found[column].values)
    shown = tuple(IndicatorColumns(kolada_indicator(known.get(code, {"id": code})), value=code) for code in codes)
    unknown = sum(code not in known for code in codes)
    note = Evidence("kpi_unknown", {"unknown": str(unknown), "all": str(len(codes))}) if unknown else None
    return shown, (note,) if note else ()


def _notes(looked: Looked, dataset: Dataset, published: Publication) -> list[Evidence]:
    notes = []
    roles = {column.role for column in dataset.columns}
    if published.period_from:
        notes.append(Evidence(f"period_{published.period_from}_note", {"period": published.period}))
    elif not published.period and ColumnRole.PERIOD not in roles and not any(c.fixed for c in dataset.columns):
        notes.append(Evidence("no_period"))
    for column in dataset.columns:
        if column.role is ColumnRole.AGE:
            bands = sorted(
                {b for text in looked.found[column.name].values if (b := parsed_age(text)) and not is_total_word(text)}
            )
            if any(one.overlaps(other) for one, other in pairwise(bands)):
                notes.append(Evidence("ages_overlap", {"column": column.name}))
    if looked.sampled:
        notes.append(Evidence("sampled", {"rows": str(looked.frame.height)}))
    if not dataset.indicators and ColumnRole.INDICATOR not in roles:
        notes.append(Evidence("no_indicator"))
    if any(problem.severity is Severity.SKIPPED for problem in looked.problems):
        notes.append(Evidence("rows_skipped"))
    return notes
