"""On which line of a TOML text each key stands, so that an error can name it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

__all__ = ["Path", "key_lines", "line_of"]

Path = tuple[str | int, ...]
_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_PART = re.compile(r"\s*(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([A-Za-z0-9_-]+))\s*")


def _dotted(text: str) -> tuple[tuple[str, ...], int]:
    """Parts of a key and where it ends; no parts when the text does not begin with a key."""
    parts, place = [], 0
    while match := _PART.match(text, place):
        quoted, literal, bare = match.groups()
        parts.append(_unescaped(quoted) if quoted is not None else literal if literal is not None else bare)
        place = match.end()
        if not text.startswith(".", place):
            break
        place += 1
    return tuple(parts), place


def _unescaped(text: str) -> str:
    try:
        return str(tomllib.loads(f'x = "{text}"')["x"])
    except tomllib.TOMLDecodeError:
        return text


class _Value:
    """Follows a value over lines until its brackets and quotes are closed."""

    def __init__(self) -> None:
        self.depth, self.quote = 0, ""

    def feed(self, text: str) -> bool:
        """Take one more line; whether the value goes on after it."""
        place = 0
        while place < len(text):
            if self.quote:
                if self.quote[0] == '"' and text[place] == "\\":
                    place += 2
                    continue
                if text.startswith(self.quote, place):
                    place += len(self.quote)
                    self.quote = ""
                    continue
            elif text[place] in "\"'":
                self.quote = text[place] * (3 if text.startswith(text[place] * 3, place) else 1)
                place += len(self.quote)
                continue
            elif text[place] == "#":
                break
            else:
                self.depth += text[place] in "[{"
                self.depth -= text[place] in "]}"
            place += 1
        if len(self.quote) == 1:
            self.quote = ""
        return bool(self.quote) or self.depth > 0


def key_lines(text: str) -> Mapping[Path, int]:
    """Line (from 1) of every table and key: `("column", 2, "role")` is `role` in the third `[[column]]`."""
    lines: dict[Path, int] = {}
    table: Path = ()
    counts: dict[tuple[str, ...], int] = {}
    value: _Value | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if value is not None:
            value = value if value.feed(line) else None
            continue
        header = _HEADER.match(line)
        if header and not line.strip().startswith("#"):
            parts, _ = _dotted(header[2])
            if header[1] == "[[":
                counts[parts] = counts.get(parts, -1) + 1
                table = (*parts, counts[parts])
            else:
                held = next((parts[:n] for n in range(len(parts), 0, -1) if parts[:n] in counts), ())
                table = (*held, counts[held], *parts[len(held) :]) if held else parts
            lines.setdefault(table, number)
            continue
        parts, end = _dotted(line)
        if parts and line[end:].lstrip().startswith("="):
            for size in range(1, len(parts) + 1):
                lines.setdefault((*table, *parts[:size]), number)
            value = _Value()
            value = value if value.feed(line[end:]) else None
    return lines


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """Line of a key, else of the nearest table that holds it."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None
