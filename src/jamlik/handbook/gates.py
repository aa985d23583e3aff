"""The rules that must hold before an analysis is sent in, approved or shown outside.

A set says which of them it is under (`[gates]`); what a rule says when it does not hold, and what to do then, stands in
`jamlik.model.words` (`handbook.toml`, under `gate`), by the name of the rule and of what is wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from jamlik.handbook.answers import Answers, Row, texts_of, value_of
from jamlik.handbook.asking import Facts, lacking, rows_of
from jamlik.handbook.questions import QuestionSet
from jamlik.model.words import phrase
from jamlik.privacy.scan import traces_in_text

__all__ = [
    "ANSWERED",
    "LOOKED_AT",
    "PROCESS",
    "RULES",
    "Breach",
    "Case",
    "Decision",
    "breaches",
    "decision_breaches",
    "first_breach",
    "own_approval",
]

ANSWERED = "answered"
"""The rule every set is under: what must be answered is answered."""
PROCESS = frozenset({"publishing_apart", "decision_recorded", "four_eyes"})
"""Rules about what is done with an analysis rather than what it says; they are asked where that is done."""
REFERRED_BACK = "referred_back"
POLITICAL = ("committee", "executive", "council")


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that does not hold: which, where (question, row and part, empty for none), and which text tells it."""

    rule: str
    what: str
    question: str = ""
    row: str = ""
    part: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        """What is wrong and what to do, in a language."""
        return phrase(lang, f"handbook.gate.{self.rule}.{self.what}", **self.values)


@dataclass(frozen=True, slots=True)
class Case:
    """An analysis as its rules see it: what was asked, how deeply, what was answered, what is known, and which day."""

    set: QuestionSet
    depth: str
    answers: Answers
    facts: Facts
    today: dt.date

    def rows(self, question: str) -> tuple[Row, ...]:
        """Rows of a question, none where the set or the depth lacks it."""
        return self.answers.get(question, ())

    def value(self, question: str, part: str, row: str) -> str:
        """An answer that is a text."""
        found = value_of(self.answers, question, part, row)
        return found if isinstance(found, str) else ""

    def chosen(self, question: str, part: str, row: str) -> tuple[str, ...]:
        """An answer that is several choices."""
        found = value_of(self.answers, question, part, row)
        return () if isinstance(found, str) else found

    def judged(self, *verdicts: str) -> Iterator[str]:
        """Yield keys of the rows that were judged so."""
        for row in self.rows("q17_verdict"):
            if row.values.get("verdict") in verdicts:
                yield row.key


def breaches(case: Case) -> tuple[Breach, ...]:
    """Every rule that does not hold, in the order of the questions; last in each that all is answered."""
    found: list[Breach] = []
    for rule in case.set.gates.values():
        if rule in RULES:
            found += RULES[rule](case)
    told = {(breach.question, breach.row, breach.part) for breach in found}
    found += [breach for breach in _answered(case) if (breach.question, breach.row, breach.part) not in told]
    order = {name: place for place, name in enumerate(case.set.by_id)}
    return tuple(sorted(found, key=lambda breach: order.get(breach.question, len(order))))


def first_breach(case: Case) -> Breach | None:
    """The first rule that does not hold; none where all do."""
    return next(iter(breaches(case)), None)


def _answered(case: Case) -> Iterator[Breach]:
    for question, row, part in lacking(case.set, case.depth, case.answers, case.facts):
        yield Breach(ANSWERED, "missing", question.id, row, part)


def _verdict_for_each(case: Case) -> Iterator[Breach]:
    question = case.set.by_id["q17_verdict"]
    for key in rows_of(case.set, question, case.answers):
        if not case.value("q17_verdict", "verdict", key):
            yield Breach("verdict_for_each", "missing", "q17_verdict", key, "verdict")
    seen = {row.key for row in case.rows("q16_observation")}
    for row in case.rows("q17_verdict"):
        if row.key not in seen:
            yield Breach("verdict_for_each", "nothing_judged", "q17_verdict", row.key, "verdict")


def _justified_has_reasons(case: Case) -> Iterator[Breach]:
    rule, name = "justified_has_reasons", "q18_reason"
    for row in case.judged("justified"):
        reasons = case.chosen(name, "reasons", row)
        if not reasons:
            yield Breach(rule, "no_reason", name, row, "reasons")
        if not case.value(name, "evidence", row):
            yield Breach(rule, "no_evidence", name, row, "evidence")
        yield from _coming(case, rule, name, row, "reconsider_on")
        if "age_composition" in reasons and case.value(name, "standardised", row) != "yes":
            yield Breach(rule, "not_standardised", name, row, "standardised")


def _coming(case: Case, rule: str, question: str, row: str, part: str) -> Iterator[Breach]:
    """A date that must be there, and lie ahead."""
    written = case.value(question, part, row)
    if not written:
        yield Breach(rule, "no_date", question, row, part)
    elif dt.date.fromisoformat(written) <= case.today:
        yield Breach(rule, "date_passed", question, row, part)


def _unjustified_has_action(case: Case) -> Iterator[Breach]:
    rule = "unjustified_has_action_or_reason"
    acted_on = {row.values.get("finding") for row in case.rows("q28_actions")}
    for row in case.judged("unjustified"):
        if row not in acted_on:
            if not case.value("q30_no_action", "why", row):
                yield Breach(rule, "no_action", "q30_no_action", row, "why")
            yield from _coming(case, rule, "q30_no_action", row, "review_on")
    for action in case.rows("q28_actions"):
        for part in ("role", "due_on", "cost"):
            if not case.value("q29_responsible", part, action.key):
                yield Breach(rule, f"no_{part}", "q29_responsible", action.key, part)
    yield from _astray(case, rule)


def _astray(case: Case, rule: str) -> Iterator[Breach]:
    """Actions for differences that nobody has described."""
    seen = {row.key for row in case.rows("q16_observation")}
    for action in case.rows("q28_actions"):
        if action.values.get("finding") and action.values["finding"] not in seen:
            yield Breach(rule, "no_such_difference", "q28_actions", action.key, "finding")


def _best_interests(case: Case) -> Iterator[Breach]:
    rule, name = "best_interests", "q25_best_interests"
    if value_of(case.answers, "q08_children") != "yes":
        return
    for part in ("interests", "heard", "against"):
        if not value_of(case.answers, name, part):
            yield Breach(rule, f"no_{part}", name, "answer", part)
    if value_of(case.answers, name, "against") == "yes":
        for part in ("reason", "compensation"):
            if not value_of(case.answers, name, part):
                yield Breach(rule, f"no_{part}", name, "answer", part)


def _basic_breakdowns(case: Case) -> Iterator[Breach]:
    if case.depth != "full":
        return
    chosen = case.chosen("q11_breakdowns", "answer", "answer")
    left_out = [each for each in ("sex", "age", "area") if each not in chosen]
    if left_out and not case.value("q11_breakdowns", "missing", "answer"):
        yield Breach("basic_breakdowns", "no_reason", "q11_breakdowns", "answer", "missing")


def _all_grounds(case: Case) -> Iterator[Breach]:
    question = case.set.by_id["q07_grounds"]
    for part in question.parts:
        if part.required and not case.value(question.id, part.id, "answer"):
            yield Breach("all_grounds", "not_considered", question.id, "answer", part.id)


def _outside_source(case: Case) -> Iterator[Breach]:
    if case.depth != "full":
        return
    chosen = case.chosen("q14_experience", "sources", "answer")
    if not any(case.set.choice("experience_source", each).outside for each in chosen):
        yield Breach("outside_source", "none", "q14_experience", "answer", "sources")


def _nobody_named(case: Case) -> Iterator[Breach]:
    for question, row, part, text in texts_of(case.set, case.answers):
        if traces_in_text(text):
            yield Breach("nobody_named", "named", question, row, part)


def _consultation(case: Case) -> Iterator[Breach]:
    if value_of(case.answers, "q09_minorities") == "yes" and not value_of(
        case.answers, "q09_minorities", "consultation"
    ):
        yield Breach("consultation", "missing", "q09_minorities", "answer", "consultation")


def _unclear_has_next_step(case: Case) -> Iterator[Breach]:
    rule, name = "unclear_has_next_step", "q41_unclear"
    for row in case.judged("unclear"):
        for part in ("missing", "who"):
            if not case.value(name, part, row):
                yield Breach(rule, f"no_{part}", name, row, part)
        yield from _coming(case, rule, name, row, "by")


RULES: Mapping[str, Callable[[Case], Iterable[Breach]]] = MappingProxyType(
    {
        "verdict_for_each": _verdict_for_each,
        "justified_has_reasons": _justified_has_reasons,
        "unjustified_has_action_or_reason": _unjustified_has_action,
        "best_interests": _best_interests,
        "basic_breakdowns": _basic_breakdowns,
        "all_grounds": _all_grounds,
        "outside_source": _outside_source,
        "nobody_named": _nobody_named,
        "consultation": _consultation,
        "unclear_has_next_step": _unclear_has_next_step,
    }
)


LOOKED_AT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "verdict_for_each": frozenset({"q16_observation", "q17_verdict"}),
        "justified_has_reasons": frozenset({"q17_verdict", "q18_reason"}),
        "unjustified_has_action_or_reason": frozenset(
            {"q16_observation", "q17_verdict", "q28_actions", "q29_responsible", "q30_no_action"}
        ),
        "best_interests": frozenset({"q08_children", "q25_best_interests"}),
        "basic_breakdowns": frozenset({"q11_breakdowns"}),
        "all_grounds": frozenset({"q07_grounds"}),
        "outside_source": frozenset({"q14_experience"}),
        "consultation": frozenset({"q09_minorities"}),
        "unclear_has_next_step": frozenset({"q17_verdict", "q41_unclear"}),
    }
)
"""Which questions each rule is about: they cannot be left out of a set that is under it."""


def own_approval(*, written_by: object, approved_by: object) -> Breach | None:
    """Four eyes: whoever wrote does not approve."""
    return Breach("four_eyes", "own") if written_by == approved_by else None


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided on an analysis: which body, what, when, which paragraph of the minutes, and why."""

    body: str
    outcome: str
    body_name: str = ""
    on: dt.date | None = None
    paragraph: str = ""
    reason: str = ""


def decision_breaches(decision: Decision) -> tuple[Breach, ...]:
    """What a decision lacks. A manager asks for completion; only a political body refers a matter back."""
    rule = "decision_recorded"
    found = []
    if decision.outcome == REFERRED_BACK and decision.body not in POLITICAL:
        found.append(Breach(rule, "not_political", part="body"))
    needed = {"body_name": decision.body_name, "on": decision.on}
    needed |= {"paragraph": decision.paragraph} if decision.body in POLITICAL else {}
    needed |= {"reason": decision.reason} if decision.outcome in (REFERRED_BACK, "completion") else {}
    found += [Breach(rule, f"no_{name}", part=name) for name, value in needed.items() if not value]
    return tuple(found)
