"""Texts of the site: in three languages, with the same values in each; every key that is said is a text."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from jamlik.model.words import LANGUAGES
from jamlik.web.core import texts
from jamlik.web.core.texts import all_texts, has_text, say_in

pytestmark = pytest.mark.either
WEB = Path(__file__).resolve().parents[2] / "src" / "jamlik" / "web"
SAID_IN_PAGE = re.compile(r'\{%\s*say\s+"([\w.]+)"')
SAID_IN_CODE = re.compile(r'(?<![`\w])(?:say|later)\(\s*"([\w.]+)"')


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_text_is_there_in_every_language():
    assert len(all_texts()) > 100
    missing = [f"{key}: {lang}" for key, found in all_texts().items() for lang in LANGUAGES if not found.get(lang)]
    assert not missing


def test_every_language_names_the_same_values():
    wrong = [key for key, found in all_texts().items() if len({frozenset(values(text)) for text in found.values()}) > 1]
    assert not wrong


def test_every_text_with_one_has_other():
    assert not [key for key in all_texts() if key.endswith(".one") and f"{key[:-4]}.other" not in all_texts()]


def said() -> list[tuple[str, str]]:
    found = []
    for path in sorted(WEB.rglob("*")):
        pattern = {".html": SAID_IN_PAGE, ".txt": SAID_IN_PAGE, ".py": SAID_IN_CODE}.get(path.suffix)
        if pattern:
            found += [(path.relative_to(WEB).as_posix(), key) for key in pattern.findall(path.read_text("utf-8"))]
    return found


def test_every_key_that_is_said_is_a_text():
    assert len(said()) > 100
    beginnings = {key.rpartition(".")[0] + "." for key in all_texts()}
    missing = [f"{place}: {key}" for place, key in said() if not (has_text(key) or key in beginnings)]
    assert not missing


def test_text_with_a_number_is_the_one_for_that_number(monkeypatch):
    monkeypatch.setattr(
        texts,
        "all_texts",
        lambda: {
            "x.rows.one": {"sv": "{n} rad", "en": "{n} row", "fi": "{n} rivi"},
            "x.rows.other": {"sv": "{n} rader", "en": "{n} rows", "fi": "{n} riviä"},
        },
    )
    assert [say_in("sv", "x.rows", n=n) for n in (0, 1, 12000)] == ["0 rader", "1 rad", "12\u00a0000 rader"]
    assert say_in("en", "x.rows", n=12000) == "12,000 rows"


def test_unknown_key_is_an_error_and_not_an_empty_text():
    with pytest.raises(KeyError):
        say_in("sv", "core.there_is_no_such_text")


def test_text_that_charts_and_reports_share_is_found_too():
    assert say_in("sv", "cli.failed")
