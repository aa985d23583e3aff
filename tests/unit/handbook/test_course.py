"""The course is whole in three languages, plain, about five minutes a module, and each check has one right answer."""

from __future__ import annotations

import pytest

from jamlik.handbook.blocks import BlockKind
from jamlik.handbook.course import course, courses, newest_course, read_course
from jamlik.model.errors import JamlikError
from jamlik.sources.ekby import ekby_truth
from tests.support.handbook import law_numbers, swedish
from tests.unit.reports.test_plain_language import lix

MODULES = newest_course().modules
KEYS = [module.key for module in MODULES]
SMALL = """
id = "small"
version = 3
title = { sv = "Liten", en = "Small", fi = "Pieni" }
intro = { sv = "Kort.", en = "Short.", fi = "Lyhyt." }
[[modules]]
key = "one"
title = { sv = "Ett", en = "One", fi = "Yksi" }
summary = { sv = "Kort.", en = "Short.", fi = "Lyhyt." }
[[modules.blocks]]
kind = "paragraph"
sv = "Läs."
en = "Read."
fi = "Lue."
[[modules.check]]
id = "q"
sv = "Eller?"
en = "Or?"
fi = "Vai?"
[[modules.check.options]]
id = "a"
right = true
sv = "Ja"
en = "Yes"
fi = "Kyllä"
why = { sv = "Så är det.", en = "So it is.", fi = "Niin on." }
[[modules.check.options]]
id = "b"
sv = "Nej"
en = "No"
fi = "Ei"
why = { sv = "Tvärtom.", en = "The other way.", fi = "Päinvastoin." }
"""


@pytest.mark.parametrize("module", MODULES, ids=KEYS)
def test_module_is_plain_in_swedish_and_takes_about_five_minutes(module):
    asked = [each for question in module.check for each in (question.texts, *_texts(question))]
    assert lix(swedish(module.blocks)) < 40
    assert lix("\n".join(texts["sv"] for texts in asked)) < 40
    assert 4 <= module.minutes <= 6


@pytest.mark.parametrize("module", MODULES, ids=KEYS)
def test_check_asks_three_or_four_questions_and_the_right_answer_stands_in_no_fixed_place(module):
    assert 3 <= len(module.check) <= 4
    assert all(len(question.options) >= 3 for question in module.check)
    places = {question.options.index(question.right) for question in module.check}
    assert len(places) > 1


def _texts(question):
    return [each for option in question.options for each in (option.texts, option.why)]


def test_laws_are_cited_with_their_numbers():
    numbers = law_numbers()
    cited = [block for module in MODULES for block in module.blocks if block.kind is BlockKind.LAW]
    assert cited
    for block in cited:
        assert all(numbers[block.law] in name for name in block.name.values()), block.name["sv"]


def test_finnish_says_that_it_waits_for_a_native_speaker():
    assert {each.unreviewed for each in courses().values()} == {("fi",)}


def test_worked_examples_are_planted_in_ekby_as_the_text_says():
    blocks = newest_course().by_key["differences"].blocks
    told = [block.finding.split("/") for block in blocks if block.finding]
    truth = {(row.service, row.question_key): row for row in ekby_truth()}
    assert [truth[service, question].planted for service, question in told] == [
        "forskola-alder",
        "",
        "timmar-kon",
        "skola-sammansattning",
    ]
    waiting, hammarvallen = (truth[tuple(told[place])] for place in (1, 3))
    assert waiting.expected_gap == 0
    assert hammarvallen.explained == "yes", "the parents' education lies behind it, as the module tells"


def test_course_is_found_by_its_key():
    assert course(newest_course().key) is newest_course()
    with pytest.raises(KeyError):
        course("basics-99")


def test_small_course_is_read():
    made = read_course(SMALL, file="small-3.toml")
    assert (made.key, list(made.by_key)) == ("small-3", ["one"])
    (question,) = made.by_key["one"].check
    assert (question.right.id, question.option("b").why["en"]) == ("a", "The other way.")
    with pytest.raises(KeyError):
        question.option("c")


@pytest.mark.parametrize(
    ("before", "after", "place", "why"),
    [
        ("right = true\n", "", "one.q: right", "missing"),
        ('id = "b"', 'id = "b"\nright = true', "one.q: right", "missing"),
        ('id = "b"', 'id = "a"', "one.q.a", "twice"),
        ('why = { sv = "Tvärtom.", en = "The other way.", fi = "Päinvastoin." }', "", "why", "missing"),
        (', fi = "Päinvastoin."', "", "fi: Tvärtom.", "missing"),
        ('key = "one"\n', "", "key", "missing"),
        ("version = 3", 'version = "new"', "new", "unknown"),
    ],
)
def test_course_that_does_not_hold_together_is_refused_with_the_place(before, after, place, why):
    assert before in SMALL
    with pytest.raises(JamlikError) as caught:
        read_course(SMALL.replace(before, after, 1), file="small-3.toml")
    assert caught.value.key == "handbook_wrong"
    assert place in caught.value.where.column
    assert caught.value.part("why", "sv") == JamlikError("handbook_wrong", why=why).part("why", "sv")
