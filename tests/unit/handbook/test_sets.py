"""The question sets that ship hold together, are whole in three languages, plain, and agree with what was agreed."""

from __future__ import annotations

import inspect
import re

import pytest

from jamlik.handbook import Kind, edition, edition_of, gates, newest, question_set, shipped
from jamlik.handbook.gates import PROCESS, RULES
from jamlik.handbook.reading import read_set
from jamlik.model.errors import JamlikError
from jamlik.model.words import LANGUAGES
from tests.unit.reports.test_plain_language import lix

SETS = sorted(shipped())
SMALL = """
id = "small"
version = 1
title = { sv = "Liten" }
intro = { sv = "Kort." }
[[depths]]
id = "quick"
title = { sv = "Snabb" }
note = { sv = "Kort." }
[choices]
yes_no = [{ id = "yes", sv = "Ja" }, { id = "no", sv = "Nej" }]
[[steps]]
id = "one"
title = { sv = "Ett" }
aim = { sv = "Svara." }
[[steps.questions]]
id = "a"
depths = ["quick"]
kind = "choice"
choices = "yes_no"
text = { sv = "Ja?" }
help = { sv = "Välj." }
[[steps.questions]]
id = "b"
depths = ["quick"]
kind = "text"
when = { part = "a.answer", in = ["yes"] }
text = { sv = "Varför?" }
help = { sv = "Skriv." }
[gates]
"""


def all_texts(key):
    made = question_set(key)
    yield "title", made.title
    yield "intro", made.intro
    for depth in made.depths:
        yield from ((depth.id, depth.title), (depth.id, depth.note))
    for name, choices in made.choices.items():
        yield from ((f"{name}.{choice.id}", choice.texts) for choice in choices)
    for step in made.steps:
        yield from ((step.id, step.title), (step.id, step.aim))
        for question in step.questions:
            yield from ((question.id, question.texts), (question.id, question.help))
            yield from ((question.id, part.texts) for part in question.parts if part.texts)
            if question.example:
                yield question.id, question.example


@pytest.mark.parametrize("key", SETS)
def test_every_text_is_there_in_three_languages(key):
    assert [name for name, texts in all_texts(key) if not all(texts.get(lang) for lang in LANGUAGES)] == []


@pytest.mark.parametrize("key", SETS)
def test_swedish_is_plain(key):
    whole = ". ".join(texts["sv"].rstrip(".?!") for _, texts in all_texts(key))
    assert lix(whole) < 40
    made = question_set(key)
    for question in made.by_id.values():
        assert lix(f"{question.texts['sv']} {question.help['sv']}") < 55, question.id


@pytest.mark.parametrize("key", SETS)
def test_finnish_says_that_it_waits_for_a_native_speaker(key):
    assert question_set(key).unreviewed == ("fi",)


@pytest.mark.parametrize("key", SETS)
def test_part_without_label_is_the_only_one(key):
    for question in question_set(key).by_id.values():
        assert all(part.texts for part in question.parts) or len(question.parts) == 1, question.id


@pytest.mark.parametrize("key", SETS)
def test_every_gate_has_its_rule(key):
    assert set(question_set(key).gates.values()) <= set(RULES) | PROCESS


def test_norm_critical_questions_have_examples():
    asked = [q for key in SETS for q in question_set(key).by_id.values() if q.norm_critical]
    assert len(asked) >= 8
    assert all(question.example for question in asked)


def test_equality_asks_what_was_agreed(shared_dir):
    agreed = (shared_dir / "domain" / "handbook.yaml").read_text(encoding="utf-8")
    asked = dict(re.findall(r"\{id: (q\d\d_\w+), type: \w+.*?depth: (\w+)", agreed))
    made = newest("equality")
    assert len(asked) == 40
    assert set(asked) <= set(made.by_id)
    steps = re.findall(r"^- id: (\w+)", agreed, re.MULTILINE)
    assert [step.id for step in made.steps] == steps
    gates = re.findall(r"\{id: (g\d+), rule", agreed)
    assert list(made.gates) == gates
    depths = {"quick": ("quick", "full"), "full": ("full",), "quick_only": ("quick",)}
    moved = {name for name, depth in asked.items() if made.by_id[name].depths != depths[depth]}
    assert moved == {"q35_control"}, "asked of each difference, in the quick screening too: every verdict needs it"


def test_choices_agree_with_what_was_agreed(shared_dir):
    agreed = (shared_dir / "domain" / "handbook.yaml").read_text(encoding="utf-8").split("steps:")[0]
    made = newest("equality")
    for name, block in re.findall(r"^  (\w+):[^\n]*\n((?:    - .*\n)+)", agreed, re.MULTILINE):
        if name == "ground":
            known = [part.id for part in made.by_id["q07_grounds"].parts if part.kind is Kind.CHOICE]
        else:
            known = [choice.id for choice in made.choices[name]]
        assert known == re.findall(r"\{id: (\w+)", block), name


def test_small_set_is_read():
    assert list(read_set(SMALL, file="small.toml").by_id) == ["a", "b"]


@pytest.mark.parametrize(
    ("before", "after", "place", "why"),
    [
        ('id = "b"', 'id = "a"', "a", "twice"),
        ('in = ["yes"]', 'in = ["maybe"]', "a.answer", "unknown"),
        ('part = "a.answer"', 'part = "c.answer"', "c.answer", "unknown"),
        ('part = "a.answer"', 'part = "b.answer"', "b.answer", "unknown"),
        ('choices = "yes_no"', 'choices = "maybe"', "maybe", "unknown"),
        ('depths = ["quick"]\nkind = "text"', 'depths = ["deep"]\nkind = "text"', "b: depths", "unknown"),
        ('kind = "text"', 'kind = "essay"', "essay", "unknown"),
        ('title = { sv = "Liten" }', "", "title", "missing"),
        ('title = { sv = "Liten" }', 'title = { se = "Liten" }', "se", "unknown"),
    ],
)
def test_set_that_does_not_hold_together_is_refused_with_the_place(before, after, place, why):
    assert before in SMALL
    with pytest.raises(JamlikError) as caught:
        read_set(SMALL.replace(before, after, 1), file="small.toml")
    assert caught.value.key == "handbook_wrong"
    assert caught.value.where.file == "small.toml"
    assert place in caught.value.where.column
    assert caught.value.part("why", "sv") == JamlikError("handbook_wrong", why=why).part("why", "sv")


def test_broken_toml_is_refused_with_its_line():
    with pytest.raises(JamlikError) as caught:
        read_set("id = \n", file="broken.toml")
    assert "line 1" in caught.value.why


OWN = """
[help]
q05_target_group.sv = "Tänk på alla i Ekby."

[[questions]]
step = "who"
after = "q06_absent"
id = "own_finnish"
depths = ["full"]
kind = "text"
text = { sv = "Hur når ni dem som talar finska?" }
help = { sv = "Ekby är ett finskt förvaltningsområde." }

[[steps]]
id = "own_last"
after = "act"
title = { sv = "Förankra" }
aim = { sv = "Berätta internt." }
[[steps.questions]]
id = "own_told"
depths = ["quick", "full"]
required = false
kind = "line"
text = { sv = "Vilka har fått veta?" }
help = { sv = "Skriv roller." }
"""


def test_municipality_adds_questions_and_steps_and_changes_help():
    base = newest("equality")
    own = edition(base, OWN, number=2, file="ekby.toml")
    assert own.key == f"{base.key}+2"
    assert own.by_id["q05_target_group"].help["sv"] == "Tänk på alla i Ekby."
    assert own.by_id["q05_target_group"].help["en"] == base.by_id["q05_target_group"].help["en"]
    names = list(own.by_id)
    assert names.index("own_finnish") == names.index("q06_absent") + 1
    assert [step.id for step in own.steps][-2:] == ["own_last", "follow_up"]
    assert [name for name in names if not name.startswith("own_")] == list(base.by_id), "nothing of ours is taken away"


@pytest.mark.parametrize(
    ("before", "after", "place", "why"),
    [
        ('id = "own_finnish"', 'id = "finnish"', "finnish", "not_own"),
        ('id = "own_last"', 'id = "last"', "last", "not_own"),
        ("q05_target_group.sv", "q99_nothing.sv", "q99_nothing", "unknown"),
        ('after = "act"', 'after = "sleep"', "sleep", "unknown"),
        ('step = "who"', 'step = "whom"', "whom", "unknown"),
        ('after = "q06_absent"', 'after = "q33_feedback"', "q33_feedback", "unknown"),
        ('step = "who"', "", "step", "missing"),
        ("[help]", 'left_out = ["q16_observation"]\n[help]', "q16_observation", "held"),
        ("[help]", 'left_out = ["q01"]\n[help]', "q01", "unknown"),
        ("[help]", '[titles]\nsleep.sv = "Sov"\n[help]', "titles.sleep", "unknown"),
        ("[help]", "[choices]\nyes_no = []\n[help]", "yes_no", "not_own"),
    ],
)
def test_edition_that_does_not_hold_together_is_refused(before, after, place, why):
    with pytest.raises(JamlikError) as caught:
        edition(newest("equality"), OWN.replace(before, after, 1), number=1, file="ekby.toml")
    assert place in caught.value.where.column
    assert caught.value.part("why", "sv") == JamlikError("handbook_wrong", why=why).part("why", "sv")


def test_edition_has_titles_choices_and_an_order_of_its_own_and_leaves_out_what_nothing_needs():
    own = edition_of(
        newest("equality"),
        {
            "title": {"sv": "Ekbys analys"},
            "titles": {"frame": {"sv": "Börja här"}},
            "left_out": ["q02_occasion"],
            "choices": {"own_4": [{"id": "1", "sv": "Torget"}, {"id": "2", "sv": "Hamnen", "fi": "Satama"}]},
            "questions": [
                {
                    "id": "own_4",
                    "step": "frame",
                    "first": True,
                    "depths": ["quick"],
                    "kind": "choices",
                    "choices": "own_4",
                    "text": {"sv": "Vilken stadsdel?"},
                    "help": {},
                },
            ],
        },
        number=1,
        file="ekby",
    )
    assert (own.title["sv"], own.title["en"]) == ("Ekbys analys", "Equality analysis")
    assert own.steps[0].title["sv"] == "Börja här"
    assert list(own.by_id)[:3] == ["own_4", "q01_subject", "q03_policy_links"]
    assert own.choice("own_4", "2").text("fi") == "Satama"
    assert "q02_occasion" not in own.by_id


def test_what_each_rule_looks_at_is_what_it_names():
    rules = {rule: inspect.getsource(check) for rule, check in gates.RULES.items()}
    rules["unjustified_has_action_or_reason"] += inspect.getsource(gates._astray)
    judged = {rule: {"q17_verdict"} if "case.judged(" in source else set() for rule, source in rules.items()}
    named = {rule: set(re.findall(r'"(q\d\d_\w+)"', source)) | judged[rule] for rule, source in rules.items()}
    assert {rule: set(gates.LOOKED_AT.get(rule, ())) for rule in rules} == named


def test_unknown_set_names_those_there_are():
    with pytest.raises(JamlikError) as caught:
        question_set("equality-99")
    assert "equality-1" in caught.value.do
    with pytest.raises(JamlikError):
        newest("nothing")
