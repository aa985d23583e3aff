"""Reads the files of a report folder as an outsider would, and nothing else."""

from __future__ import annotations

import base64
import csv
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pypdf

__all__ = ["Group", "Release", "Seen", "read_release", "texts_of"]

Group = tuple[tuple[str, str], ...]
Key = tuple[str, str, Group]


@dataclass(frozen=True)
class Seen:
    """One row of the sheet of levels."""

    word: str
    base: float | None
    count: float | None
    level: float | None
    low: float | None
    high: float | None
    shrunken: float | None

    @property
    def hidden(self) -> bool:
        return self.word == "visas inte"

    @property
    def nobody(self) -> bool:
        return self.word == "gäller inte"

    @property
    def numbers(self) -> tuple[float, ...]:
        every = (self.base, self.count, self.level, self.low, self.high, self.shrunken)
        return tuple(number for number in every if number is not None)


@dataclass(frozen=True)
class Release:
    """What a folder says."""

    folder: Path
    indicators: Mapping[str, Mapping[str, Any]]
    dimensions: Mapping[str, Mapping[str, Any]]
    cells: Mapping[Key, Seen]
    findings: tuple[Mapping[str, Any], ...]
    rows: tuple[Mapping[str, str], ...]
    run: Mapping[str, Any]

    @property
    def hidden(self) -> list[Key]:
        return [key for key, seen in self.cells.items() if seen.hidden]


_HEADS = {
    "Nivå": "level",
    "Lägst": "low",
    "Högst": "high",
    "Personer i gruppen": "base",
    "Antal det gäller": "count",
    "Utjämnad nivå": "shrunken",
}


def read_release(folder: Path) -> Release:
    """Read findings.json, findings.csv, tables.xlsx and, where it is there, run.json (Swedish)."""
    content = json.loads((folder / "findings.json").read_text("utf-8"))["content"]
    with (folder / "findings.csv").open(encoding="utf-8", newline="") as file:
        rows = tuple(csv.DictReader(file))
    findings = tuple(
        {**f, "group": _group(f["group"]), "reference": _group(f["reference"])} for f in content["findings"]
    )
    run = folder / "run.json"
    return Release(
        folder,
        content["indicators"],
        content["dimensions"],
        _cells(folder / "tables.xlsx", content),
        findings,
        rows,
        json.loads(run.read_text("utf-8")) if run.exists() else {},
    )


def _group(pairs: list[list[str]]) -> Group:
    return tuple((str(name), str(code)) for name, code in pairs)


def _cells(path: Path, content: Mapping[str, Any]) -> dict[Key, Seen]:
    ids = {each["name"]["sv"]: name for name, each in content["indicators"].items()}
    assert len(ids) == len(content["indicators"]), "indicators need different names to be told apart in the sheet"
    book = openpyxl.load_workbook(path)
    lines = book["Nivåer"].iter_rows(values_only=True)
    heads = [str(head) for head in next(lines)]
    at = {head: place for place, head in enumerate(heads)}
    found: dict[Key, Seen] = {}
    split = re.compile(rf",(?=(?:{'|'.join(map(re.escape, content['dimensions']))})=)")
    for line in lines:
        codes = str(line[at["Koder"]] or "")
        group = tuple((p.split("=", 1)[0], p.split("=", 1)[1]) for p in split.split(codes) if p)
        values = {name: line[at[head]] if head in at else None for head, name in _HEADS.items()}
        word = values["level"] if isinstance(values["level"], str) else ""
        numbers = {name: None if isinstance(value, str) else value for name, value in values.items()}
        found[ids[str(line[at["Mått"]])], str(line[at["Period"]]), group] = Seen(word, **numbers)
    return found


def texts_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text of every file, with a name: parts of the workbook, pages, pictures inside the page, properties."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                yield from (
                    (f"{path.name}/{n}", archive.read(n).decode("utf-8", "replace")) for n in archive.namelist()
                )
        elif path.suffix == ".pdf":
            reader = pypdf.PdfReader(path)
            yield from ((f"{path.name}/{n}", page.extract_text()) for n, page in enumerate(reader.pages, start=1))
            yield f"{path.name}/properties", repr(reader.metadata)
        elif path.is_file():
            text = path.read_text("utf-8")
            yield path.name, text
            for n, encoded in enumerate(re.findall(r"base64,([A-Za-z0-9+/=]+)", text)):
                yield f"{path.name}/picture {n}", base64.b64decode(encoded).decode("utf-8", "replace")


def rows_of_html(text: str) -> Iterator[tuple[str, ...]]:
    """Each table row of a page as its cells' texts."""
    for row in re.findall(r"<tr\b.*?</tr>", text, re.S):
        cells = re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.S)
        yield tuple(unescape(re.sub(r"<[^>]*>", "", cell)).strip() for cell in cells)
