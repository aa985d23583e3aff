"""A dataset as the text of a `dataset.toml` that a person can read and correct."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from enum import Enum

from jamlik.model.dataset import Dataset
from jamlik.model.words import phrase
from jamlik.sources.schema import SECTIONS, Key, Section, section_of

__all__ = ["dataset_toml_text", "toml_value"]

_BARE = re.compile(r"[A-Za-z0-9_-]+$")
_LINE = 110


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE.match(name) else _quoted(name)


def toml_value(value: object) -> str:
    """A value as TOML writes it.

    Raises
    ------
    TypeError
        For a value that has no place in a description.
    """
    if isinstance(value, Enum):
        return _quoted(str(value.value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(str(key))} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    raise TypeError(f"{type(value).__name__} has no place in a description")


def _comment(text: str) -> list[str]:
    plain = re.sub(r"[\x00-\x1f\x7f]", " ", text)
    return [f"# {line}" for line in textwrap.wrap(plain, _LINE)]


def _meaning(section: Section, key: Key, lang: str) -> str:
    text = phrase(lang, f"sources.key.{section.name or 'top'}.{key.name}")
    return f"{text} ({' | '.join(key.choices)})" if key.choices else text


def dataset_toml_text(dataset: Dataset, *, lang: str = "sv", evidence: Mapping[str, str] | None = None) -> str:
    """Return a `dataset.toml` that says what the dataset says, with what each key means as comments.

    Parameters
    ----------
    lang : str
        Language of the comments: `sv`, `en` or `fi`.
    evidence : mapping of column name to text, optional
        Why each column was taken for what it was; written above it.
    """
    content = asdict(dataset)
    lines = _comment(phrase(lang, "sources.section.head"))
    lines += ["", *_table(section_of(""), content, lang, everything=True)]
    for section in SECTIONS:
        if not section.name:
            continue
        if section.repeated:
            lines += _repeated(section, dataset, lang, evidence or {})
        elif section.name == "layout":
            lines += _headed(section, lang, _table(section, content["layout"], lang, everything=False))
        elif section.name == "map":
            if content["map"] is not None:
                lines += _headed(section, lang, _table(section, content["map"], lang, everything=False))
        else:
            own = [f"{_key(key)} = {toml_value(value)}" for key, value in content[section.name].items()]
            lines += _headed(section, lang, own) if own or section.name == "missing" else []
    return "\n".join(lines) + "\n"


def _headed(section: Section, lang: str, lines: list[str]) -> list[str]:
    return ["", *_comment(phrase(lang, f"sources.section.{section.name}")), f"[{section.name}]", *lines]


def _table(section: Section, values: Mapping[str, object], lang: str, *, everything: bool) -> list[str]:
    lines = []
    for key in section.keys:
        value = values[key.name]
        if value == key.default and not everything and not key.required:
            continue
        lines += [*_comment(_meaning(section, key, lang)), f"{key.name} = {toml_value(value)}"]
    return lines


def _repeated(section: Section, dataset: Dataset, lang: str, evidence: Mapping[str, str]) -> list[str]:
    tables = list(_columns(dataset) if section.name == "column" else _indicators(dataset))
    if not tables:
        return []
    used = [key for key in section.keys if any(key.required or table[key.name] != key.default for table in tables)]
    lines = ["", *_comment(phrase(lang, f"sources.section.{section.name}"))]
    for key in used:
        lines += _comment(f"{key.name}: {_meaning(section, key, lang)}")
    for table in tables:
        lines += ["", f"[[{section.name}]]"]
        if section.name == "column" and (why := evidence.get(str(table["name"]))):
            lines += _comment(why)
        for key in section.keys:
            if key.required or table[key.name] != key.default:
                lines.append(f"{key.name} = {toml_value(table[key.name])}")
    return lines


def _columns(dataset: Dataset) -> Iterator[dict[str, object]]:
    for column in dataset.columns:
        yield asdict(column)


def _indicators(dataset: Dataset) -> Iterator[dict[str, object]]:
    for spec in dataset.indicators:
        values = asdict(spec)
        yield {**values.pop("indicator"), **values}
