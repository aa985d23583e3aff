"""A file that somebody hands in: what it is taken for, corrected by a person, and compared with the version before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jamlik.analysis.ask import Progress
from jamlik.analysis.carried import Said, carried
from jamlik.analysis.diff import Shape, shape_of
from jamlik.analysis.intake import ReadIn, opened, read_in
from jamlik.analysis.lawful import require_lawful, require_nobody_named
from jamlik.analysis.prepare import prepared_cells
from jamlik.analysis.whose import told_of_areas
from jamlik.model.dataset import Column, ColumnRole, Dataset, IndicatorColumns, RowKind
from jamlik.model.errors import ErrorKind, JamlikError, Place, Problem, Severity
from jamlik.model.indicators import Direction
from jamlik.model.tables import Status
from jamlik.model.words import LANGUAGES, phrase
from jamlik.privacy.scan import traces_in_text
from jamlik.privacy.thresholds import rules_named
from jamlik.sources.bombs import require_harmless
from jamlik.sources.columns import slug
from jamlik.sources.ekby import write_ekby
from jamlik.sources.inspect import inspect_file
from jamlik.sources.inspection import ColumnInspection, Inspection, MarkSeen
from jamlik.sources.kolada import KoladaClient, Municipality, known_municipalities, matching_municipality
from jamlik.sources.toml import dataset_toml_text, parsed_dataset

__all__ = [
    "CORRECTABLE",
    "Correction",
    "Seen",
    "corrected",
    "described_dataset",
    "ekby_datasets",
    "looked_at",
    "municipality_looked_at",
    "municipality_named",
    "names_somebody",
    "shape_of_dataset",
]

CORRECTABLE = (
    ColumnRole.SEX,
    ColumnRole.AGE,
    ColumnRole.AREA,
    ColumnRole.AREA_NAME,
    ColumnRole.PERIOD,
    ColumnRole.CATEGORY,
    ColumnRole.COVARIATE,
    ColumnRole.IGNORE,
)
"""What a column may be said to be without saying more; the rest is written in the description."""
_DIMENSIONS = {ColumnRole.SEX: "sex", ColumnRole.AGE: "age", ColumnRole.AREA: "area"}
_DIVIDING = (*_DIMENSIONS, ColumnRole.CATEGORY, ColumnRole.COVARIATE)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file was seen to hold.

    `about` and `problems` are plain values for storing; `description` is the `dataset.toml` that was read by.
    """

    description: str
    about: dict[str, Any]
    problems: list[dict[str, Any]]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says a file means. What is not named stays as it was."""

    title: str = ""
    source: str = ""
    data_source: str = ""
    rules: str = ""
    focus: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()


def described_dataset(description: str, *, path: Path) -> Dataset:
    """The dataset of a description that came with an upload; it may name no other file than the one uploaded.

    Raises
    ------
    JamlikError
        With the line, for what is wrong in the description.
    """
    dataset = parsed_dataset(description)
    return replace(dataset, path=str(path), map=None, catalogue="")


def looked_at(path: Path, *, key: bytes, progress: Progress, description: str = "", said: Said | None = None) -> Seen:
    """Say what a file holds: what each column is taken for, what is odd, and its shape.

    Parameters
    ----------
    key : bytes
        Secret of the installation, for the shape.
    description : str
        A `dataset.toml` to read it by; otherwise what inspecting gives.
    said : Said, optional
        What a person said of the version before; it holds for this one too, where it can be read by it.

    Raises
    ------
    JamlikError
        For input that cannot be read, breaks its contract or may not be analysed.
    """
    require_harmless(path)
    found = inspect_file(path)
    texts = [(spec.outcome, text) for spec in found.dataset.indicators for text in spec.positive]
    texts += [(column.name, text) for column in found.columns for text in column.examples]
    require_nobody_named(texts, file=path.name)
    if description:
        dataset = described_dataset(description, path=path)
        return _seen(found, dataset, read_in(dataset, progress=progress), key)
    dataset = carried(found.dataset, said)
    if dataset != found.dataset:
        try:
            return _seen(found, dataset, read_in(dataset, progress=progress), key)
        except JamlikError:  # what was said of the version before is not true of this one
            pass
    return _seen(found, found.dataset, read_in(found.dataset, progress=progress), key)


def _seen(found: Inspection, dataset: Dataset, read: ReadIn, key: bytes) -> Seen:
    shape = shape_of(read.prepared, key=key)
    labels = [(shape.titles[name], text) for name, codes in shape.dimensions.items() for text in codes.values()]
    require_nobody_named(labels, file=found.name)
    own = {column.name: column for column in dataset.columns}
    about = {
        "title": dataset.title,
        "source": dataset.source,
        "focus": dataset.focus,
        "rows": dataset.rows.value,
        "rows_n": found.rows_n,
        "sampled": found.sampled,
        "why": {lang: found.rows_why.text(lang) for lang in LANGUAGES},
        "notes": [{lang: note.text(lang) for lang in LANGUAGES} for note in found.notes],
        "columns": [_column(column, own.get(column.name)) for column in found.columns],
        "indicators": [_indicator(spec) for spec in dataset.indicators or found.indicators[:50]],
        "periods": list(shape.periods),
        "sheet": found.dataset.layout.sheet,
        "guess": dataset_toml_text(replace(found.dataset, path=found.name), lang="sv"),
        **told_of_areas(read.prepared, dataset, file=found.name),
    }
    description = dataset_toml_text(replace(dataset, path=found.name), lang="sv")
    return Seen(description, about, _problems(found, dataset, read), shape)


def _problems(found: Inspection, dataset: Dataset, read: ReadIn) -> list[dict[str, Any]]:
    """What was noticed, each thing once: numbers that are not there, then what looking and reading told."""
    every = [_problem(p) for p in (*_absent(found, dataset), *found.problems, *read.prepared.problems)]
    once: dict[tuple[str, int | None, str, str], dict[str, Any]] = {}
    for problem in every:
        once.setdefault((problem["code"], problem["row"], problem["column"], problem["detail"]), problem)
    return list(once.values())


def _absent(found: Inspection, dataset: Dataset) -> Iterator[Problem]:
    """Where a number was expected and none stands: each mark and the empty cells, all columns together."""
    used = {column.name for column in dataset.columns if column.role not in (*_DIVIDING, ColumnRole.IGNORE)}
    marks: dict[str, list[tuple[MarkSeen, str]]] = {}
    for column in found.columns:
        for seen in column.absent if column.name in used else ():
            marks.setdefault(seen.mark, []).append((seen, column.name))
    least = rules_named(dataset.rules).minimum_count if dataset.rows is RowKind.PERSONS else 0
    for mark, every in marks.items():
        first, name = min(every, key=lambda each: each[0].row or 0)
        count = sum(seen.count for seen, _ in every)
        status = Status(dataset.missing.get(mark, first.status))
        few = count < least
        place = Place(found.name, first.row, name)
        code = f"number_{status.value}" if mark else "number_empty"
        yield Problem(code, Severity.NOTE, place, 0 if few else count, mark[:20], few=few)


def _column(column: ColumnInspection, own: Column | None) -> dict[str, Any]:
    role = own.role if own else ColumnRole.IGNORE
    guessed = role is column.role
    return {
        "name": column.name,
        "role": role.value,
        "why": {
            lang: column.evidence.text(lang) if guessed else phrase(lang, "sources.evidence.corrected")
            for lang in LANGUAGES
        },
        "check": column.check and guessed,
        "examples": list(column.examples),
        "distinct_n": column.distinct_n,
        "marks": [{"mark": m.mark, "status": m.status, "n": m.count} for m in column.marks],
    }


def _indicator(spec: IndicatorColumns) -> dict[str, Any]:
    indicator = spec.indicator
    return {
        "id": indicator.id,
        "name": dict(indicator.name),
        "kind": indicator.kind.value,
        "unit": indicator.unit,
        "direction": indicator.direction.value,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    where = problem.where
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "row": where.row,
        "column": where.column,
        "n": problem.count,
        "few": problem.few,
        "detail": problem.detail,
    }


def municipality_named(text: str) -> Municipality:
    """The municipality that a person means by a name or a code, without asking anybody else.

    Raises
    ------
    JamlikError
        Of kind `usage` when there is none of that name; those most like it are named.
    """
    return matching_municipality(text, among=known_municipalities())


def municipality_looked_at(
    municipality: str, *, key: bytes, progress: Progress, base_url: str = "", cache_dir: Path | None = None
) -> Seen:
    """Say what Kolada has for a municipality, split by sex.

    Raises
    ------
    JamlikError
        Of kind `network` when Kolada does not answer, `usage` when there is no such municipality.
    """

    def fetched(done: int, expected: int, what: str) -> None:
        progress("fetch", done / max(expected, done, 1))

    with KoladaClient(base_url=base_url or None, cache_dir=cache_dir) as client:
        home = client.find_municipality(municipality)
        cells = client.fetch_municipality(home.code, progress=fetched)
    require_lawful(cells.dataset)
    shape = shape_of(prepared_cells(cells), key=key)
    about = {
        "rows": cells.dataset.rows.value,
        "rows_n": len(cells.cells),
        "title": cells.dataset.title,
        "indicators_n": len(cells.indicators),
        "municipality": {"code": home.code, "name": home.name},
        "periods": list(shape.periods),
        "columns": [],
        "indicators": [],
        "notes": [],
    }
    return Seen("", about, [_problem(p) for p in cells.problems], shape)


def corrected(description: str, correction: Correction) -> str:
    """The description as a person corrected it, checked.

    An indicator whose column is taken for something else goes with it.

    Raises
    ------
    JamlikError
        For a role or direction there is none of, or when no indicator is left.
    """
    dataset = parsed_dataset(description)
    columns = tuple(_with_role(column, correction.roles) for column in dataset.columns)
    numbers = {c.measure or c.name for c in columns if c.role not in (*_DIVIDING, ColumnRole.IGNORE)}
    kept = tuple(
        _corrected_indicator(spec, correction)
        for spec in dataset.indicators
        if spec.indicator.id not in correction.left_out and _still_there(spec, dataset, numbers)
    )
    if dataset.indicators and not kept:
        raise JamlikError("no_measure_kept", where=Place(dataset.path), kind=ErrorKind.NOTHING_TO_ANALYSE)
    focus = dataset.focus if correction.focus is None else correction.focus
    changed = replace(
        dataset,
        title=correction.title or dataset.title,
        source=correction.source or dataset.source,
        data_source=correction.data_source or dataset.data_source,
        rules=correction.rules or dataset.rules,
        focus=focus,
        columns=columns,
        indicators=kept,
    )
    text = dataset_toml_text(changed, lang="sv")
    parsed_dataset(text)
    return text


def _still_there(spec: IndicatorColumns, dataset: Dataset, numbers: set[str]) -> bool:
    """Whether the columns it is made of are still numbers; names that are no columns are measures of a long file."""
    named = {c.measure or c.name for c in dataset.columns}
    parts = {part for part in (spec.outcome, spec.count, spec.base, spec.value, spec.se) if part}
    return not (parts & named) - numbers


def _with_role(column: Column, roles: Mapping[str, str]) -> Column:
    wanted = roles.get(column.name)
    if not wanted or wanted == column.role.value:
        return column
    if wanted not in {role.value for role in CORRECTABLE}:
        raise JamlikError("column_cannot_be", where=Place(column=column.name), wanted=wanted)
    role = ColumnRole(wanted)
    dimension = _DIMENSIONS.get(role) or (slug(column.name) if role in _DIVIDING else "")
    return Column(name=column.name, role=role, dimension=dimension)


def _corrected_indicator(spec: IndicatorColumns, correction: Correction) -> IndicatorColumns:
    indicator = spec.indicator
    name, direction = correction.names.get(indicator.id, ""), correction.directions.get(indicator.id, "")
    if name:
        indicator = replace(indicator, name={**indicator.name, "sv": name})
    if direction and direction != Direction.TARGET:
        indicator = replace(indicator, direction=Direction(direction))
    return replace(spec, indicator=indicator)


def ekby_datasets(folder: Path, *, seed: int = 1) -> dict[str, tuple[Dataset, str]]:
    """Write the invented municipality's files and return each service's dataset with its description."""
    files = write_ekby(folder, seed=seed)
    return {service: (opened(toml), toml.read_text(encoding="utf-8")) for service, toml in sorted(files.tomls.items())}


def shape_of_dataset(dataset: Dataset, *, key: bytes, progress: Progress, base_dir: Path | None = None) -> Shape:
    """The shape of a data set whose description is known to be right."""
    return shape_of(read_in(dataset, progress=progress, base_dir=base_dir).prepared, key=key)


def names_somebody(text: str) -> bool:
    """Whether free text holds an identity number or an address; what is written of groups never needs one."""
    return bool(traces_in_text(text))
