"""Draws what is filled in beforehand in a form's fields, so that programs that draw nothing themselves show it too."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from fontTools.ttLib import TTFont

__all__ = ["Pen"]

_SIDE, _TOP, _LEADING = 3.0, 3.0, 1.22


class Pen:
    """Writes lines of text with one embedded font, glyph by glyph.

    Parameters
    ----------
    font : bytes
        The whole font file, as it is embedded: glyph ids stay as they are.
    """

    def __init__(self, font: bytes) -> None:
        read = TTFont(io.BytesIO(font))
        self._glyphs: dict[int, int] = {code: read.getGlyphID(name) for code, name in read.getBestCmap().items()}
        self._widths: dict[int, int] = {
            read.getGlyphID(name): width for name, (width, _) in read["hmtx"].metrics.items()
        }
        self._upem = int(read["head"].unitsPerEm)
        self._ascent, self._descent = read["hhea"].ascent / self._upem, read["hhea"].descent / self._upem

    def drawing(self, text: str, *, style: str, width: float, height: float, lines: bool) -> bytes:
        """The drawing of a field's text.

        Parameters
        ----------
        style : str
            The field's `DA`: colour, font and size.
        width, height : float
            Of the field, in points.
        lines : bool
            Whether it may take several lines, from the top; one line stands in the middle.
        """
        size = float(re.findall(r"([\d.]+) Tf", style)[-1])
        broken = list(self._lines(text, (width - 2 * _SIDE) / size)) if lines else [text.replace("\n", " ")]
        start = height - _TOP - self._ascent * size
        if not lines:
            start = (height - (self._ascent + self._descent) * size) / 2
        shown = b"".join(self._line(line, size * _LEADING) for line in broken)
        clip = f"1 1 {width - 2:.2f} {height - 2:.2f} re W n"
        return f"/Tx BMC q {clip} BT {style} {_SIDE:.2f} {start:.2f} Td ".encode() + shown + b"ET Q EMC"

    def _line(self, line: str, leading: float) -> bytes:
        glyphs = "".join(f"{self._glyphs.get(ord(each), 0):04x}" for each in line)
        return f"<{glyphs}> Tj 0 -{leading:.2f} Td ".encode()

    def _width(self, text: str) -> float:
        return sum(self._widths.get(self._glyphs.get(ord(each), 0), 0) for each in text) / self._upem

    def _lines(self, text: str, room: float) -> Iterator[str]:
        """Yield lines no wider than `room` (in units of the size), broken at spaces; a longer word is cut."""
        for paragraph in text.split("\n"):
            line = ""
            for word in paragraph.split(" "):
                longer = f"{line} {word}" if line else word
                if self._width(longer) <= room or not line:
                    line = longer
                else:
                    yield line
                    line = word
                while self._width(line) > room and len(line) > 1:
                    fits = next(n for n in range(len(line), 0, -1) if n == 1 or self._width(line[:n]) <= room)
                    yield line[:fits]
                    line = line[fits:]
            yield line
