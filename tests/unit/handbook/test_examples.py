"""The good examples that ship are whole in three languages, plain, honest, and touch on each of the seven grounds."""

from __future__ import annotations

import pytest

from jamlik.handbook.examples import good_examples, grounds, read_examples
from jamlik.model.errors import JamlikError
from tests.unit.reports.test_plain_language import lix

EXAMPLES = good_examples().examples
ONE = """
note = { sv = "Påhittat.", en = "Invented.", fi = "Keksitty." }
[[examples]]
key = "one"
grounds = ["age"]
title = { sv = "Ett", en = "One", fi = "Yksi" }
service = { sv = "Skola", en = "School", fi = "Koulu" }
goal = { sv = "Mål", en = "Goal", fi = "Tavoite" }
seen = { sv = "Sett", en = "Seen", fi = "Nähty" }
done = { sv = "Gjort", en = "Done", fi = "Tehty" }
result = { sv = "Följd", en = "Result", fi = "Tulos" }
"""


@pytest.mark.parametrize("example", EXAMPLES, ids=[each.key for each in EXAMPLES])
def test_example_is_plain_in_swedish(example):
    assert lix("\n".join(each["sv"] for each in (example.title, example.seen, example.done, example.result))) < 40


def test_every_ground_has_an_example():
    assert {ground for each in EXAMPLES for ground in each.grounds} == set(grounds())
    assert len(grounds()) == 7


def test_note_says_that_it_is_invented():
    assert [word in good_examples().note[lang] for lang, word in (("sv", "påhittat"), ("en", "invented"))] == [True] * 2
    assert "keksitty" in good_examples().note["fi"]


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        (ONE.replace('"age"', '"shoe"'), "one: shoe", "unknown"),
        (ONE + ONE.partition("\n[[examples]]")[2].join(("[[examples]]", "")), "one", "twice"),
        (ONE.replace(', fi = "Tulos"', ""), "fi: Följd", "missing"),
        (ONE.replace('key = "one"', ""), "key", "missing"),
    ],
)
def test_examples_that_do_not_hold_together_are_refused_with_the_place(text, place, why):
    with pytest.raises(JamlikError) as caught:
        read_examples(text, file="examples.toml")
    assert caught.value.key == "handbook_wrong"
    assert caught.value.where.column == place
    assert caught.value.part("why", "sv") == JamlikError("handbook_wrong", why=why).part("why", "sv")
