"""Person rows as a stream of coded batches: canonical codes and numbers, never a row on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa

from jamlik.model.dataset import Column, ColumnRole, Dataset, IndicatorColumns
from jamlik.model.errors import ErrorKind, JamlikError, Place, Severity
from jamlik.model.groupings import Dimension, Role
from jamlik.model.indicators import Kind
from jamlik.model.periods import parsed_period
from jamlik.sources.answers import answer_of, answer_set
from jamlik.sources.codes import DIMENSION_ROLES, TOTAL, UNKNOWN, Coded, coded, display_order, period_code
from jamlik.sources.columns import checked_columns, dimension_columns, kept_rows
from jamlik.sources.figures import figures_of, mark_of
from jamlik.sources.imports import PersonImport
from jamlik.sources.keys import input_key
from jamlik.sources.notices import Notices
from jamlik.sources.reader import ROW, OpenTable, Source
from jamlik.sources.tidy import NO_PERIOD, PERIOD, area_names

__all__ = ["person_stream"]

_MOSTLY = 0.5
_UNKNOWN_CODES = {Role.SEX: "unknown_sex", Role.AGE: "unknown_age", Role.AREA: "unknown_area"}


def person_stream(
    dataset: Dataset, *, table: OpenTable, source: Source, look: Callable[[pl.DataFrame], None] | None = None
) -> PersonImport:
    """Prepare the stream; rows are read when its batches are asked for, and all columns shown to `look`."""
    if not dataset.indicators:
        raise JamlikError("no_outcome", where=Place(table.name), kind=ErrorKind.NOTHING_TO_ANALYSE)
    coder = _Coder(dataset, dimension_columns(dataset), Notices(table.name))
    weights = [c.name for c in dataset.columns if c.role is ColumnRole.WEIGHT]
    used = checked_columns(dataset, table.names, file=table.name)
    found = PersonImport(
        dataset,
        {spec.indicator.id: spec.indicator for spec in dataset.indicators},
        coder.dimensions(),
        iter(()),
        weighted=bool(weights),
        labels=coder.labels,
    )

    def batches() -> Iterator[pa.Table]:
        rows = 0
        for frame in table.batches(columns=() if look else used):
            if look is not None:
                look(frame)
            kept = kept_rows(frame, dataset.where, file=table.name)
            batch = coder.coded_batch(kept, weights[0] if weights else "")
            rows += batch.height
            if batch.height:
                yield batch.to_arrow(compat_level=pl.CompatLevel.oldest())
        coder.finish()
        found.problems.extend((*table.problems, *coder.notices.problems()))
        found.input_key = input_key(source)
        if not rows:
            raise JamlikError("no_person_rows", where=Place(table.name), kind=ErrorKind.NOTHING_TO_ANALYSE)

    found.batches = batches()
    return found


@dataclass(slots=True)
class _Coder:
    """Turns batches of text into codes and numbers; remembers codes, labels, parents and what could not be read."""

    dataset: Dataset
    columns: tuple[Column, ...]
    notices: Notices
    known: dict[str, dict[str, Coded]] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    parents: dict[str, dict[str, str]] = field(default_factory=dict)
    periods: dict[str, str] = field(default_factory=dict)
    strange_n: dict[str, int] = field(default_factory=dict)
    filled_n: dict[str, int] = field(default_factory=dict)
    first_strange: dict[str, int] = field(default_factory=dict)

    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions; labels and parents fill up while the rows are read."""
        return tuple(
            Dimension(
                c.dimension,
                DIMENSION_ROLES[c.role],
                self.labels.setdefault(c.dimension, {}),
                title=c.name,
                nested_in=c.nested_in,
                parents=self.parents.setdefault(c.dimension, {}),
                may_be_unequal=c.may_be_unequal,
            )
            for c in self.columns
        )

    def coded_batch(self, frame: pl.DataFrame, weight: str) -> pl.DataFrame:
        """Codes and numbers of the rows that can be used."""
        frame = frame.with_columns(self._period(frame))
        late = frame.filter(pl.col(PERIOD) == "")
        self.notices.note_rows("unknown_period", Severity.SKIPPED, late[ROW])
        frame = frame.filter(pl.col(PERIOD) != "")
        found = [frame[PERIOD].alias("period")]
        found += [self._codes(frame, column).alias(column.dimension) for column in self.columns]
        found += [self._numbers(frame, spec).alias(spec.indicator.id) for spec in self.dataset.indicators]
        batch = pl.DataFrame(found)
        for column in self.columns:
            if column.nested_in:
                self._learn_parents(batch, column)
        return self._weighed(batch, frame, weight) if weight else batch

    def _period(self, frame: pl.DataFrame) -> pl.Series:
        columns = [c.name for c in self.dataset.columns if c.role is ColumnRole.PERIOD]
        if not columns:
            constant = period_code(self.dataset.period) if self.dataset.period else NO_PERIOD
            return pl.Series(PERIOD, [constant], pl.String).new_from_index(0, frame.height)
        texts = frame[columns[0]].cast(pl.String).fill_null("")
        for text in texts.unique().to_list():
            if text not in self.periods:
                parsed = parsed_period(text)
                self.periods[text] = parsed.code if parsed else ""
        return texts.replace_strict(list(self.periods), list(self.periods.values()), return_dtype=pl.String).alias(
            PERIOD
        )

    def _codes(self, frame: pl.DataFrame, column: Column) -> pl.Series:
        texts = frame[column.name].cast(pl.String).fill_null("")
        known = self.known.setdefault(column.dimension, {})
        new = [text for text in texts.unique(maintain_order=True).to_list() if text not in known]
        names = area_names(frame, column) if new else {}
        for text in new:
            found = coded(text, column=column, name=names.get(text, ""))
            known[text] = Coded(UNKNOWN, found.label) if found.code == TOTAL else found
            if known[text].code != UNKNOWN:
                self.labels[column.dimension].setdefault(found.code, found.label)
        codes = texts.replace_strict(list(known), [c.code for c in known.values()], return_dtype=pl.String)
        unread = (codes == UNKNOWN) & (texts != "")
        self.notices.note_rows(
            _UNKNOWN_CODES.get(DIMENSION_ROLES[column.role], "unknown_group"),
            Severity.NOTE,
            frame[ROW].filter(unread),
            column=column.name,
        )
        return codes

    def _learn_parents(self, batch: pl.DataFrame, column: Column) -> None:
        parents = self.parents[column.dimension]
        pairs = batch.select(column.dimension, column.nested_in).unique(maintain_order=True)
        for code, parent in pairs.iter_rows():
            if UNKNOWN not in (code, parent) and parents.setdefault(code, parent) != parent:
                self.notices.note("two_parents", Severity.NOTE, column=column.name, detail=code)

    def _numbers(self, frame: pl.DataFrame, spec: IndicatorColumns) -> pl.Series:
        name = spec.outcome
        if spec.indicator.kind is Kind.PROPORTION:
            yes = answer_set(spec.positive)
            return self._mapped(frame, name, lambda text: answer_of(text, positive=yes, missing=self.dataset.missing))
        numbers, texts = figures_of(frame[name], decimal=self.dataset.layout.decimal or ".", marks=self.dataset.missing)
        strange = [t for t in texts.drop_nulls().unique().to_list() if mark_of(t, missing=self.dataset.missing) is None]
        self._count(frame, name, texts.is_in(strange).fill_null(False), numbers.is_not_null() | (texts != ""))
        return numbers

    def _mapped(self, frame: pl.DataFrame, name: str, answer: Callable[[str], float | str | None]) -> pl.Series:
        texts = frame[name].cast(pl.String).str.strip_chars().fill_null("")
        answers = {text: answer(text) for text in texts.unique().to_list()}
        strange = [text for text, found in answers.items() if isinstance(found, str)]
        self._count(frame, name, texts.is_in(strange), texts != "")
        values = [None if isinstance(found, str) else found for found in answers.values()]
        return texts.replace_strict(list(answers), values, return_dtype=pl.Float64)

    def _count(self, frame: pl.DataFrame, name: str, strange: pl.Series, filled: pl.Series) -> None:
        """Keep count of cells that could not be read, and where the first of them is."""
        self.filled_n[name] = self.filled_n.get(name, 0) + int(filled.sum())
        rows = frame[ROW].filter(strange)
        if len(rows):
            self.first_strange.setdefault(name, int(rows[0]))
            self.strange_n[name] = self.strange_n.get(name, 0) + len(rows)

    def _weighed(self, batch: pl.DataFrame, frame: pl.DataFrame, weight: str) -> pl.DataFrame:
        numbers, _ = figures_of(frame[weight], decimal=self.dataset.layout.decimal or ".")
        good = (numbers > 0).fill_null(False)
        self.notices.note_rows("bad_weight", Severity.SKIPPED, frame[ROW].filter(~good), column=weight)
        return batch.with_columns(numbers.alias("weight")).filter(good)

    def finish(self) -> None:
        """Put codes in display order and say what could not be read.

        Raises
        ------
        JamlikError
            CONTRACT when most filled cells of an outcome could not be read.
        """
        for name, count in self.strange_n.items():
            row, filled = self.first_strange[name], self.filled_n[name]
            if count > _MOSTLY * filled:
                raise JamlikError(
                    "outcome_mostly_text",
                    where=Place(self.notices.file, row, name),
                    name=name,
                    count=count,
                    filled=filled,
                )
            self.notices.note("text_in_number", Severity.SKIPPED, row=row, column=name, count=count)
        for column in self.columns:
            labels = self.labels[column.dimension]
            given = [code for code in column.labels if code in labels]
            ordered = display_order(labels, role=DIMENSION_ROLES[column.role], given=given)
            labels.clear()
            labels.update(ordered)
