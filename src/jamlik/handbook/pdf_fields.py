"""Reads the fields of a PDF that anybody may have sent, in a process of its own.

It is run as a file and knows nothing of the rest of the project. It reads the PDF from standard input and writes JSON:
`fields` (name to text, or to a list of texts), or `refused` (the key of an error). The process has little memory and
little time, so that a file made to harm harms nobody else.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import sys
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject, StreamObject

__all__ = ["CPU_SECONDS", "MEMORY", "RefusedError", "fields_of", "main"]

CPU_SECONDS, MEMORY = 4, 768 * 2**20
MOST_OBJECTS, MOST_FIELDS, DEEPEST = 20_000, 5_000, 12
_KINDS = frozenset({"/Tx", "/Btn", "/Ch", "/Sig"})
# What a form has no need of, and what may act when a file is opened.
_ACTIVE = frozenset({"/JavaScript", "/JS", "/Launch", "/XFA", "/RichMedia", "/ImportData", "/SubmitForm"})
_ATTACHED = frozenset({"/EmbeddedFile", "/EmbeddedFiles", "/Filespec"})


class RefusedError(Exception):
    """The file is not taken; the text is the key of the error that says why."""


def fields_of(data: bytes) -> dict[str, str | list[str]]:
    """Every field's value.

    Raises
    ------
    RefusedError
        With `pdf_unreadable`, `pdf_locked`, `pdf_active`, `pdf_attached`, `pdf_no_fields`, `pdf_damaged` or
        `pdf_too_much`.
    """
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise RefusedError("pdf_locked")
        _require_quiet(reader)
        form = _followed(reader.trailer["/Root"]).get("/AcroForm")
        found = dict(_fields(_followed(form).get("/Fields"), seen=set())) if form is not None else {}
    except RefusedError:
        raise
    except (PyPdfError, RecursionError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError) as error:
        raise RefusedError("pdf_unreadable") from error
    if not found:
        raise RefusedError("pdf_no_fields")
    return found


def _followed(value: Any) -> Any:
    for _ in range(DEEPEST):
        if not isinstance(value, IndirectObject):
            return value
        value = value.get_object()
    raise RefusedError("pdf_too_much")


def _require_quiet(reader: PdfReader) -> None:
    """Look at every object in the file for what may act or is attached, whether anything points at it or not."""
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    if len(numbers) > MOST_OBJECTS:
        raise RefusedError("pdf_too_much")
    for number in sorted(numbers):
        _require_quiet_object(_read(reader, number))


def _read(reader: PdfReader, number: int) -> Any:
    try:
        return reader.get_object(number)
    except (PyPdfError, RecursionError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError):
        return None  # nothing that can be read can act


def _require_quiet_object(value: Any) -> None:
    waiting, looked_at = [value], 0
    while waiting:
        each = waiting.pop()
        looked_at += 1
        if looked_at > MOST_OBJECTS * 10:
            raise RefusedError("pdf_too_much")
        if isinstance(each, DictionaryObject):
            names = set(each) | {str(each.raw_get(key)) for key in ("/S", "/Type", "/Subtype") if key in each}
            if names & _ACTIVE:
                raise RefusedError("pdf_active")
            if names & _ATTACHED:
                raise RefusedError("pdf_attached")
            waiting += [each.raw_get(key) for key in each]
        elif isinstance(each, ArrayObject):
            waiting += list(each)


def _fields(listed: Any, *, seen: set[int], above: str = "", inherited: Any = None, depth: int = 0) -> Iterator[Any]:
    """Yield (name, value) of each field, whole names joined by points; a field's widgets belong to it."""
    if depth > DEEPEST or len(seen) > MOST_FIELDS:
        raise RefusedError("pdf_too_much")
    for reference in _followed(listed) or ():
        field = _followed(reference)
        if not isinstance(field, DictionaryObject) or id(field) in seen:
            continue
        seen.add(id(field))
        name = ".".join(part for part in (above, str(field.get("/T", ""))) if part)
        kids = [_followed(kid) for kid in _followed(field.get("/Kids")) or ()]
        below = [kid for kid in kids if isinstance(kid, DictionaryObject) and "/T" in kid]
        known = {key: field[key] for key in ("/FT", "/Ff", "/V", "/Opt", "/MaxLen") if key in field}
        merged = {**(inherited or {}), **known}
        if below:
            yield from _fields(ArrayObject(below), seen=seen, above=name, inherited=merged, depth=depth + 1)
        elif name and "/FT" in merged:
            widgets = [kid for kid in kids if isinstance(kid, DictionaryObject)] or [field]
            yield name, _value(merged, widgets)


def _value(field: dict[str, Any], widgets: list[Any]) -> str | list[str]:
    if field["/FT"] not in _KINDS:
        raise RefusedError("pdf_damaged")
    if field["/FT"] == "/Btn":
        return _state(field, widgets)
    if field["/FT"] == "/Tx" and not {"/V", "/MaxLen"} & set(field):
        raise RefusedError("pdf_damaged")  # an emptied field still tells how long its text may be
    value = _followed(field.get("/V"))
    if isinstance(value, ArrayObject):
        return [_option(field, _text(_followed(each))) for each in value]
    return _option(field, _text(value)) if field["/FT"] == "/Ch" else _text(value)


def _option(field: dict[str, Any], chosen: str) -> str:
    """The id of what is chosen in a list; some programs keep its text instead."""
    for each in _followed(field.get("/Opt")) or ():
        pair = _followed(each)
        if isinstance(pair, ArrayObject) and len(pair) == 2 and _text(_followed(pair[1])) == chosen:
            return _text(_followed(pair[0]))
    return chosen


def _state(field: dict[str, Any], widgets: list[Any]) -> str:
    """The ticked state of a box or a group; its own value, or else the button that is shown ticked."""
    states = [_text(_followed(field.get("/V"))), *(_text(_followed(each.get("/AS"))) for each in widgets)]
    state = next((each for each in states if each not in ("", "Off")), "")
    options = _followed(field.get("/Opt"))
    if state.isdigit() and isinstance(options, ArrayObject) and int(state) < len(options):
        return _text(_followed(options[int(state)]))
    if state and state not in (_pictured(widgets) or {state}):
        raise RefusedError("pdf_damaged")  # nobody can have ticked what the form has no picture of
    return state


def _pictured(widgets: list[Any]) -> set[str]:
    """The states that a box or a group has pictures of."""
    found: set[str] = set()
    for widget in widgets:
        drawn = _followed(_followed(widget.get("/AP") or DictionaryObject()).get("/N"))
        if isinstance(drawn, DictionaryObject) and not isinstance(drawn, StreamObject):
            found |= {_text(NameObject(name)) for name in drawn}
    return found


def _text(value: Any) -> str:
    if value is None or isinstance(value, NullObject):
        return ""
    if isinstance(value, StreamObject):
        return value.get_data().decode("utf-8", "replace")
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return str(value).removeprefix("/") if type(value).__name__ == "NameObject" else str(value)


def main() -> None:
    """Read the file from standard input, within the limits, and write what it holds."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable(logging.CRITICAL)
    try:
        told: dict[str, object] = {"fields": fields_of(sys.stdin.buffer.read())}
    except RefusedError as refused:
        told = {"refused": str(refused)}
    except MemoryError:
        told = {"refused": "pdf_too_much"}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
