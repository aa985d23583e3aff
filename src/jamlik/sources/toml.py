"""`dataset.toml`: read with the line of every error, written with what each key means."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from jamlik.model.dataset import Dataset
from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.sources.tomlcheck import checked_dataset
from jamlik.sources.tomltext import dataset_toml_text

__all__ = ["dataset_toml_text", "parsed_dataset", "read_dataset"]


def parsed_dataset(text: str, *, name: str = "dataset.toml") -> Dataset:
    """Return the dataset that a text describes; paths are left as they are written.

    Raises
    ------
    JamlikError
        CONTRACT naming the line: what is wrong there, and the key or value most like it.
    """
    try:
        content: Mapping[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise _not_toml(broken, text, name) from broken
    return checked_dataset(content, text=text, name=name)


def _not_toml(broken: tomllib.TOMLDecodeError, text: str, name: str) -> JamlikError:
    found = re.search(r"line (\d+)", str(broken))
    row = int(found[1]) if found else text.count("\n") + 1
    return JamlikError("description_no_toml", where=Place(name, row), why=str(broken).split(" (at ")[0] + ".")


def read_dataset(path: Path | str) -> Dataset:
    """Read a `dataset.toml`; files it names are looked for beside it.

    `path` in the answer leads to the data file. A map or catalogue that does not lie beside the description keeps the
    path as it is written, and is looked for beside the data file later.

    Raises
    ------
    JamlikError
        UNREADABLE when the file is not there or is not UTF-8; CONTRACT, with the line, for what is wrong in it.
    """
    place = Path(path)
    try:
        text = place.read_text(encoding="utf-8-sig")
    except OSError as missing:
        raise JamlikError(
            "description_closed",
            where=Place(str(place)),
            why=missing.strerror or "",
            kind=ErrorKind.UNREADABLE,
            name=place.name,
        ) from missing
    except UnicodeDecodeError as broken:
        raise JamlikError(
            "description_encoding", where=Place(str(place)), kind=ErrorKind.UNREADABLE, name=place.name
        ) from broken
    return _placed(parsed_dataset(text, name=str(place)), place.parent)


def _placed(dataset: Dataset, folder: Path) -> Dataset:
    """The same dataset with paths that lead somewhere from here."""
    placed = replace(dataset, path=str(folder / dataset.path))
    if dataset.map is not None and (folder / dataset.map.path).is_file():
        placed = replace(placed, map=replace(dataset.map, path=str((folder / dataset.map.path).resolve())))
    if dataset.catalogue and (folder / dataset.catalogue).is_file():
        placed = replace(placed, catalogue=str((folder / dataset.catalogue).resolve()))
    return placed
