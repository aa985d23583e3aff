"""What a `dataset.toml` may say: one declarative list that the reader checks, the writer follows and the docs show.

What each key means is written in `jamlik.model.words` (`sources.toml`, under `key`), in Swedish, English and Finnish.
"""

from __future__ import annotations

from dataclasses import dataclass

from jamlik.model.dataset import ColumnRole, RowKind
from jamlik.model.indicators import Direction, Kind
from jamlik.model.tables import Status

__all__ = ["FREE", "SECTIONS", "Key", "Section", "section_of"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its kind of value, the values it may have, what it is when it is left out.

    `kind` is `text`, `texts` (a list), `number`, `integer`, `integers`, `flag`, `labels` (a table of texts) or `words`
    (a text, or a table of texts by language).
    """

    name: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    default: object = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A table, or a list of tables when `repeated`; `free` says what every key holds where keys are the file's own."""

    name: str
    keys: tuple[Key, ...] = ()
    repeated: bool = False
    free: str = ""

    def key(self, name: str) -> Key | None:
        """The key of that name."""
        return next((key for key in self.keys if key.name == name), None)


_STATUSES = (Status.SUPPRESSED.value, Status.MISSING.value, Status.NOT_APPLICABLE.value)
FREE = {"missing": _STATUSES}
"""Values that a section with the file's own keys may hold, where they are a fixed list."""

_TOP = Section(
    "",
    (
        Key("path", required=True),
        Key("title", required=True),
        Key("rows", choices=tuple(RowKind), required=True),
        Key("source"),
        Key("licence"),
        Key("rules", choices=("default", "survey", "skolverket", "already_published"), default="default"),
        Key(
            "data_source",
            choices=("register", "survey", "anonymous_survey", "service_aggregate"),
            default="register",
        ),
        Key("period"),
        Key("focus"),
        Key("max_way", "integer", default=3),
        Key("catalogue"),
    ),
)
_LAYOUT = Section(
    "layout",
    (
        Key("format", choices=("csv", "excel", "parquet", "frame")),
        Key("encoding"),
        Key("delimiter"),
        Key("decimal", choices=(",", ".")),
        Key("skip_rows", "integer", default=-1),
        Key("header_rows", "integer", default=-1),
        Key("sheet"),
        Key("compression", choices=("gzip",)),
    ),
)
_COLUMN = Section(
    "column",
    (
        Key("name", required=True),
        Key("role", choices=tuple(ColumnRole), required=True),
        Key("dimension"),
        Key("names_from"),
        Key("nested_in"),
        Key("age_breaks", "integers", default=()),
        Key("labels", "labels", default={}),
        Key("may_be_unequal", "flag", default=False),
        Key("fixed", "labels", default={}),
        Key("measure"),
        Key("width", "integer", default=0),
    ),
    repeated=True,
)
_INDICATOR = Section(
    "indicator",
    (
        Key("id", required=True),
        Key("name", "words", required=True),
        Key("kind", choices=tuple(Kind), required=True),
        Key("outcome"),
        Key("positive", "texts", default=()),
        Key("count"),
        Key("base"),
        Key("value"),
        Key("se"),
        Key("unit", default="%"),
        Key("direction", choices=tuple(Direction), default=Direction.NEUTRAL),
        Key("target", "number", default=None),
        Key("threshold", "number", default=0.0),
        Key("multiplier", "number", default=100.0),
        Key("base_key"),
        Key("partition"),
        Key("description", "words", default={}),
        Key("source"),
        Key("theme"),
    ),
    repeated=True,
)
_MAP = Section(
    "map",
    (Key("path", required=True), Key("property", required=True), Key("dimension", default="area"), Key("source")),
)
_REFERENCE = Section(
    "references",
    (Key("kind", choices=("other", "rest", "named", "total", "best"), required=True), Key("code")),
    free="table",
)
SECTIONS: tuple[Section, ...] = (
    _TOP,
    _LAYOUT,
    Section("missing", free="text"),
    Section("where", free="texts"),
    _REFERENCE,
    _MAP,
    _COLUMN,
    _INDICATOR,
)
"""Every section, in the order a file is written."""


def section_of(name: str) -> Section:
    """The section of that name; the empty name is the top of the file."""
    return next(section for section in SECTIONS if section.name == name)
