"""Every error that the code raises has its texts in three languages, and is given every value they name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import jamlik
from jamlik.model.errors import JamlikError, Place, Term
from jamlik.model.words import LANGUAGES, has_phrase, phrase, words

ROOT = Path(jamlik.__file__).parent
OPTIONS = {"where", "kind", "why", "do"}


def constants(node: ast.expr | None) -> list[str]:
    """The texts an expression may give, where they stand in the code."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return constants(node.body) + constants(node.orelse)
    return constants(node.values[-1]) if isinstance(node, ast.BoolOp) else []


def is_error(call: ast.Call) -> bool:
    name = call.func
    if isinstance(name, ast.Name):
        return name.id == "JamlikError"
    owners = ("self", "check")
    own = isinstance(name, ast.Attribute) and name.attr == "error" and isinstance(name.value, ast.Name)
    return own and name.value.id in owners


def raised() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        if place.startswith("web/") and place != "web/environment.py":
            continue  # said in the page's language, from the site's own words, which have a test of their own
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and is_error(node) and node.args:
                yield f"{place}:{node.lineno}", node


CALLS = dict(raised())


def names(key: str) -> set[str]:
    found = {name for _, name, _, _ in Formatter().parse(phrase_as_written(key)) if name}
    return {name.split("!")[0] for name in found}


def phrase_as_written(key: str) -> str:
    class Same(dict):
        def __missing__(self, name):
            return "{" + name + "}"

    section, _, name = key.rpartition(".")
    return words("sv", section)[name]


def test_there_are_many_errors():
    assert len(CALLS) > 70


@pytest.mark.parametrize("place", CALLS)
def test_error_has_texts_and_all_their_values(place):
    call = CALLS[place]
    if isinstance(call.args[0], ast.Call) and ast.unparse(call.args[0].func) in ("_said", "say_in"):
        return  # said in the language asked for, from the site's own words, which have a test of their own
    keys = constants(call.args[0])
    given = {keyword.arg for keyword in call.keywords}
    if not keys:  # a helper that is handed the key; its callers are looked at by what they say below
        assert isinstance(call.args[0], ast.Name), f"{place}: the text stands in the code"
        return
    for key in keys:
        assert has_phrase(f"errors.{key}.what"), f"{place}: no text errors.{key}.what"
        chosen = {k.arg: constants(k.value) for k in call.keywords if k.arg in ("why", "do")}
        picked = {part for parts in chosen.values() for part in parts}
        parts = {"what", *(part for part in ("why", "do") if part not in chosen), *picked} - {""}
        for part in parts:
            own, common = f"errors.{key}.{part}", f"errors.common.{part}"
            if part in ("why", "do") and part not in picked and not has_phrase(own):
                continue
            assert has_phrase(own) or has_phrase(common), f"{place}: no text {own}"
            wanted = names(own if has_phrase(own) else common)
            assert None in given or wanted <= given - OPTIONS, f"{place}: {own} names {wanted - given}"


def helpers() -> Iterator[tuple[str, str]]:
    """Keys handed to helpers that make an error of them."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                if node.func.id == "_nothing" and path.name == "prepare.py":
                    yield from ((f"errors.{key}.what", path.name) for key in constants(node.args[0]))
                if node.func.id == "UnansweredError":
                    for part in node.args[1:3]:
                        yield from ((f"errors.kolada_unanswered.{key}", path.name) for key in constants(part))
                if node.func.id == "ReleaseRefused":
                    yield from ((f"errors.release_unsafe.{key}", path.name) for key in constants(node.args[0]))
                if node.func.id == "Term":
                    yield from ((f"errors.term.{key}", path.name) for key in constants(node.args[0]))


def test_keys_that_helpers_are_handed_have_texts():
    found = dict(helpers())
    assert len(found) > 20
    assert [key for key in found if not has_phrase(key)] == []


def test_no_text_is_left_over():
    source = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py"))
    errors = {key.split(".")[0] for key in words("sv", "errors")} - {"common", "place", "term", "kolada_reason"}
    assert sorted(key for key in errors if f'"{key}"' not in source) == []


def test_error_is_told_in_each_language():
    error = JamlikError(
        "toml_wrong_kind", where=Place("a.toml", 3), name="rows", expected=Term("toml_integer"), value=1.5
    )
    assert str(error) == error.text("sv") == "'rows' ska vara ett heltal.\na.toml, rad 3\nNu står det 1.5."
    assert error.text("en") == "'rows' should be a whole number.\na.toml, row 3\nNow it says 1.5."
    assert error.text("fi") == "'rows' on oltava kokonaisluku.\na.toml, rivi 3\nNyt siinä lukee 1.5."


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_from_elsewhere_are_said_as_they_are(lang):
    error = JamlikError("out_unwritable", where=Place("/ut"), why="No space left on device")
    assert "No space left on device" in error.text(lang)
    silent = JamlikError("out_unwritable", where=Place("/ut"), why="", do="")
    assert len(silent.text(lang).splitlines()) == 2


def test_braces_in_a_value_are_no_names():
    assert "{x}" in JamlikError("no_such_file", name="{x}.csv").text("en")
    assert phrase("sv", "errors.place.row", row=3) == "rad 3"
