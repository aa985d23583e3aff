"""The method's chapters are whole in three languages, short and plain, and belong to steps and laws that exist."""

from __future__ import annotations

import re

import pytest

from jamlik.handbook import shipped
from jamlik.handbook.blocks import BlockKind
from jamlik.handbook.method import chapter, chapters, for_step, read_chapter
from jamlik.model.errors import JamlikError
from tests.support.handbook import law_numbers, swedish
from tests.unit.reports.test_plain_language import lix

KEYS = [each.key for each in chapters()]
SMALL = """
title = { sv = "Se", en = "See", fi = "Näe" }
summary = { sv = "Titta.", en = "Look.", fi = "Katso." }
steps = ["team.room"]
[[blocks]]
kind = "paragraph"
sv = "Titta."
en = "Look."
fi = "Katso."
[[blocks]]
kind = "list"
items = [{ sv = "Ett", en = "One", fi = "Yksi" }]
[[blocks]]
kind = "law"
law = "DL"
name = { sv = "Lagen", en = "The act", fi = "Laki" }
sv = "Så är det."
en = "So it is."
fi = "Niin on."
"""


@pytest.mark.parametrize("key", KEYS)
def test_chapter_is_short_and_plain_in_swedish(key):
    text = swedish(chapter(key).blocks)
    assert 250 <= len(re.findall(r"\w+", text)) <= 450
    assert lix(text) < 40
    assert chapter(key).minutes in (2, 3)


@pytest.mark.parametrize("key", KEYS)
def test_chapter_ends_with_something_to_think_about(key):
    assert chapter(key).blocks[-1].kind is BlockKind.THINK


def test_laws_are_cited_with_their_numbers():
    numbers = law_numbers()
    cited = [block for each in chapters() for block in each.blocks if block.kind is BlockKind.LAW]
    assert cited
    for block in cited:
        assert all(numbers[block.law] in name for name in block.name.values()), block.name["sv"]


def test_every_step_of_every_set_has_a_chapter_beside_it():
    steps = [(made.id, step.id) for made in shipped().values() for step in made.steps]
    assert [step for step in steps if not for_step(*step)] == []


def test_step_gets_its_chapters_in_order():
    assert [each.key for each in for_step("equality", "understand")] == ["understand", "norms"]
    assert for_step("equality", "own_last") == ()


def test_small_chapter_is_read():
    made = read_chapter(SMALL, key="small", file="1-small.toml")
    assert made.steps == (("team", "room"),)
    assert [block.kind.value for block in made.blocks] == ["paragraph", "list", "law"]
    assert made.blocks[2].texts == (made.blocks[2].name, made.blocks[2].text)
    assert made.minutes == 1


@pytest.mark.parametrize(
    ("before", "after", "place", "why"),
    [
        ('fi = "Katso."\n[[', "\n[[", "fi: Titta.", "missing"),
        (', fi = "Yksi"', "", "fi: Ett", "missing"),
        ('law = "DL"\n', "", "law", "missing"),
        ('kind = "list"', 'kind = "poem"', "poem", "unknown"),
        ('"team.room"', '"team.garden"', "team.garden", "unknown"),
        ('items = [{ sv = "Ett", en = "One", fi = "Yksi" }]', "", "items", "missing"),
        ('summary = { sv = "Titta.", en = "Look.", fi = "Katso." }', "", "summary", "missing"),
    ],
)
def test_chapter_that_does_not_hold_together_is_refused_with_the_place(before, after, place, why):
    assert before in SMALL
    with pytest.raises(JamlikError) as caught:
        read_chapter(SMALL.replace(before, after, 1), key="small", file="1-small.toml")
    assert caught.value.key == "handbook_wrong"
    assert place in caught.value.where.column
    assert caught.value.part("why", "sv") == JamlikError("handbook_wrong", why=why).part("why", "sv")


def test_broken_toml_is_refused_with_its_file():
    with pytest.raises(JamlikError) as caught:
        read_chapter("title = \n", key="broken", file="1-broken.toml")
    assert (caught.value.key, caught.value.where.file) == ("handbook_unreadable", "1-broken.toml")
