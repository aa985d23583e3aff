"""Makes the fields of a laid-out form ready for any program: one field per question, plain states, names to be heard.

WeasyPrint lists each button of a group as if it were a field of its own and numbers their states. Here a group becomes
one field whose states are the ids of the choices, so that every library, and we ourselves, read the same answer. It
also puts whole fonts into a form; here they keep what our languages write, a tenth of the size.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Mapping
from typing import Any, Protocol

import pydyf
from fontTools import subset
from fontTools.ttLib import TTFont

from jamlik.reports.appearance import Pen

__all__ = ["Asked", "finish_fields"]

_HIDDEN, _READ_ONLY, _LINES = 2, 1, 1 << 12
# Latin with all its marks, the punctuation of our languages, and the signs that people put in texts.
_KEPT = (
    *range(0x20, 0x250),
    *range(0x1E00, 0x1F00),
    *range(0x2000, 0x2070),
    *range(0x20A0, 0x20C0),
    0x2212,
    *range(0xFB00, 0xFB07),
    0xFFFD,
)

logging.getLogger("fontTools.subset").setLevel(
    logging.ERROR
)  # it tells of tables it leaves out, which is what is asked


class Asked(Protocol):
    """What is known of an input: what is said of it, and its options as (id, text)."""

    @property
    def spoken(self) -> str:
        """All that is needed to answer, where nothing else is heard."""

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """Ids and texts, in the order the buttons stand."""


def finish_fields(pdf: pydyf.PDF, *, inputs: Mapping[str, Asked], hidden: Mapping[str, str]) -> None:
    """Change the fields of a PDF before it is written.

    Parameters
    ----------
    inputs : mapping
        By name of the field. A box to tick is called `name/option`.
    hidden : mapping
        Fields that nobody sees or changes, name to value.
    """
    listed = [_object(pdf, reference) for reference in pdf.catalog["AcroForm"]["Fields"]]
    fields = [field for field in listed if "Parent" not in field]
    pictures, pens = _Pictures(pdf), _Pens(pdf)
    for field in fields:
        name = field["T"].string
        if "Kids" in field:
            _one_field(pdf, field, inputs[name], pictures)
        elif name in hidden:
            field["F"], field["Ff"] = _HIDDEN, _READ_ONLY
        else:
            if field["FT"] == "/Btn":
                pictures.name_states(field, "on")
            else:
                _draw(pdf, field, inputs[name], pens)
            field["TU"] = pydyf.String(_spoken(name, inputs))
    pdf.catalog["AcroForm"]["Fields"] = pydyf.Array(field.reference for field in fields)
    del pdf.catalog["AcroForm"]["NeedAppearances"]
    for page in _pages(pdf):
        page["Tabs"] = "/S"
    _thin_fonts(pdf)


def _object(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _pages(pdf: pydyf.PDF) -> list[Any]:
    return [each for each in pdf.objects if isinstance(each, dict) and each.get("Type") == "/Page"]


def _spoken(name: str, inputs: Mapping[str, Asked]) -> str:
    if name in inputs:
        return inputs[name].spoken
    before, _, option = name.rpartition("/")
    return f"{inputs[before].spoken} {dict(inputs[before].options)[option]}"


def _one_field(pdf: pydyf.PDF, group: Any, asked: Asked, pictures: _Pictures) -> None:
    """Give a group of buttons its states: the ids of the choices."""
    group["V"] = "/Off"
    for reference, (state, text) in zip(group["Kids"], asked.options, strict=True):
        button = _object(pdf, reference)
        del button["T"]
        button["TU"] = pydyf.String(f"{asked.spoken} {text}")
        pictures.name_states(button, state)
        if button["AS"] != "/Off":
            button["AS"] = group["V"] = f"/{state}"
    del group["Opt"]
    group["TU"] = pydyf.String(asked.spoken)


class _Pens:
    """A pen for each font that fields are written with, by its name in the form's resources."""

    def __init__(self, pdf: pydyf.PDF) -> None:
        self._pdf = pdf
        self.resources = pdf.catalog["AcroForm"]["DR"]
        self._made: dict[str, Pen] = {}

    def of(self, style: str) -> Pen:
        """The pen of a field's style."""
        (name,) = re.findall(r"/(\S+) [\d.]+ Tf", style)
        if name not in self._made:
            font = self._followed(self.resources, "Font", name, "DescendantFonts", 0, "FontDescriptor", "FontFile2")
            self._made[name] = Pen(b"".join(font.stream))
        return self._made[name]

    def _followed(self, at: Any, *steps: str | int) -> Any:
        for step in steps:
            at = self._there(at)[step]
        return self._there(at)

    def _there(self, at: Any) -> Any:
        return _object(self._pdf, at) if isinstance(at, bytes) else at


def _draw(pdf: pydyf.PDF, field: Any, asked: Asked, pens: _Pens) -> None:
    """Give a field a drawing of what is filled in: text, or the option that is chosen in a list."""
    style, value = _text(field["DA"]), _text(field["V"])
    shown = dict(asked.options).get(value, "") if field["FT"] == "/Ch" else value
    if not shown:
        return
    left, bottom, right, top = (float(each) for each in field["Rect"])
    width, height = abs(right - left), abs(top - bottom)
    lines = field["FT"] == "/Tx" and bool(int(field.get("Ff", 0)) & _LINES)
    content = pens.of(style).drawing(shown, style=style, width=width, height=height, lines=lines)
    box = pydyf.Array((0, 0, round(width, 2), round(height, 2)))
    extra = {"Type": "/XObject", "Subtype": "/Form", "BBox": box, "Resources": pens.resources}
    made = pydyf.Stream([content], extra, compress=True)
    pdf.add_object(made)
    field["AP"] = pydyf.Dictionary({"N": made.reference})


def _text(value: Any) -> str:
    raw = value.string if isinstance(value, pydyf.String) else value
    return raw.decode() if isinstance(raw, bytes) else str(raw)


class _Pictures:
    """The pictures of ticked and empty buttons, each kept once: WeasyPrint draws one for every button."""

    def __init__(self, pdf: pydyf.PDF) -> None:
        self._pdf = pdf
        self._kept: dict[object, bytes] = {}

    def name_states(self, button: Any, state: str) -> None:
        """Call a button's ticked state `state`, and give it a picture of the other: some programs draw nothing else."""
        (reference,) = button["AP"]["N"].values()
        drawn = _object(self._pdf, reference)
        sizes = [round(float(each)) for each in drawn.extra["BBox"]]
        box = pydyf.Array(drawn.extra["BBox"])
        extra = {**drawn.extra, "BBox": box}
        ticked = self._once((tuple(sizes), len(drawn.stream)), drawn.stream, extra)
        empty = self._once(tuple(sizes), [], extra)
        self._pdf.objects[drawn.number] = spare = pydyf.Dictionary()  # nothing points at it any more
        spare.number = drawn.number
        button["AP"]["N"] = pydyf.Dictionary({state: ticked, "Off": empty})

    def _once(self, what: object, content: list[Any], extra: dict[str, Any]) -> bytes:
        if what not in self._kept:
            made = pydyf.Stream(content, extra, compress=True)
            self._pdf.add_object(made)
            self._kept[what] = made.reference
        return self._kept[what]


def _thin_fonts(pdf: pydyf.PDF) -> None:
    files = {each["FontFile2"] for each in pdf.objects if isinstance(each, dict) and "FontFile2" in each}
    for reference in sorted(files):
        stream = _object(pdf, reference)
        whole = b"".join(stream.stream)
        thinned = _thinned(whole)
        if len(thinned) < len(whole):
            stream.stream, stream.extra["Length1"] = [thinned], len(thinned)


def _thinned(font: bytes) -> bytes:
    read = TTFont(io.BytesIO(font), recalcTimestamp=False)
    if "cmap" not in read:
        return font  # a subset already: laid out by glyph, and nothing can be typed with it
    maker = subset.Subsetter(
        subset.Options(retain_gids=True, notdef_outline=True, layout_features=[], hinting=False, glyph_names=False)
    )
    maker.populate(unicodes=_KEPT)
    maker.subset(read)
    out = io.BytesIO()
    read.save(out, reorderTables=False)
    return out.getvalue()
