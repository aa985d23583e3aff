"""What a handbook is made of: sets of questions in steps, the parts of each, choices, and when a question is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from jamlik.model.words import FALLBACK

__all__ = [
    "SOLE",
    "About",
    "Choice",
    "Condition",
    "Depth",
    "Kind",
    "Part",
    "Question",
    "QuestionSet",
    "Step",
    "Texts",
    "text_of",
]

Texts = Mapping[str, str]
SOLE = "answer"
"""Id of the part of a question that has one only, and key of the row of a question that has no rows."""


def text_of(texts: Texts, lang: str) -> str:
    """A text in a language; Swedish where the language lacks it, empty where there is none."""
    return texts.get(lang) or texts.get(FALLBACK, "")


class Kind(StrEnum):
    """What sort of answer a part takes."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    NUMBER = "number"
    ROW = "row"

    @property
    def limit(self) -> int:
        """The longest answer, in characters; 0 for what is chosen."""
        return {"line": 200, "text": 3000, "date": 10, "number": 15}.get(self.value, 0)


class About(StrEnum):
    """What a condition looks at."""

    PART = "part"
    """A part of this question, or of another one without rows: `q08_children.answer`."""
    ROW = "row"
    """A part of another question, in the same row."""
    ANY_ROW = "any_row"
    """A part of another question, in at least one of its rows."""
    UNNAMED_BY = "unnamed_by"
    """That no row of another question points at this row."""
    FACT = "fact"
    """Something that is known of the analysis, not answered in it: `follow_up_due`."""


@dataclass(frozen=True, slots=True)
class Condition:
    """When something is asked: `about` tells where `name` is looked up, `values` which answers make it so."""

    about: About
    name: str
    values: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """Id of the question looked at; empty for a part of the same question, and for a fact."""
        before, dot, _ = self.name.rpartition(".")
        return before if dot else ""

    @property
    def part(self) -> str:
        """Id of the part looked at."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers of a choice set. `outside`: a source outside the administration."""

    id: str
    texts: Texts
    outside: bool = False

    def text(self, lang: str) -> str:
        """The answer as it is read."""
        return text_of(self.texts, lang)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to fill in.

    Parameters
    ----------
    id : str
        Unique in the question; `answer` where there is only one.
    kind : Kind
        What sort of answer.
    texts : Texts
        Its label; empty where the question itself is the label.
    choices : str
        Name of the choice set, for `choice` and `choices`.
    of : str
        Id of the question whose rows can be pointed at, for `row`.
    suggest : str
        What the web offers beside it: `goals`, `documents`, `laws`, `indicators`, `roles`, `bodies`.
    """

    id: str
    kind: Kind
    texts: Texts = field(default_factory=dict)
    required: bool = True
    when: tuple[Condition, ...] = ()
    choices: str = ""
    of: str = ""
    suggest: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its help.

    Parameters
    ----------
    rows : int
        How many rows an empty form has room for; 0 for a question that is answered once.
    per : str
        Id of the question whose rows it is asked for, once each; empty otherwise.
    prefill : str
        What fills its rows beforehand: `findings`.
    norm_critical : bool
        Whether it questions what is taken for granted: it gets more room, and an example.
    row_name : Texts
        What one of its rows is called: a difference, an action.
    """

    id: str
    texts: Texts
    help: Texts
    parts: tuple[Part, ...]
    depths: tuple[str, ...]
    required: bool = True
    when: tuple[Condition, ...] = ()
    rows: int = 0
    per: str = ""
    prefill: str = ""
    norm_critical: bool = False
    example: Texts = field(default_factory=dict)
    row_name: Texts = field(default_factory=dict)

    @property
    def repeats(self) -> bool:
        """Whether it is answered in rows, its own or another question's."""
        return bool(self.rows or self.per)

    def part(self, part: str) -> Part:
        """A part by its id.

        Raises
        ------
        KeyError
            Where the question has no such part.
        """
        for each in self.parts:
            if each.id == part:
                return each
        raise KeyError(part)

    def label(self, part: Part, lang: str) -> str:
        """What a part asks: its own text, or the question's where that says it."""
        return text_of(part.texts, lang) or text_of(self.texts, lang)


@dataclass(frozen=True, slots=True)
class Step:
    """Some questions that belong together, what they are called and what they are for."""

    id: str
    title: Texts
    aim: Texts
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Depth:
    """How much is asked: id, name, and what it fits."""

    id: str
    title: Texts
    note: Texts


@dataclass(frozen=True)
class QuestionSet:
    """A whole handbook: its steps, choices and gates, in one version.

    `edition` is 0 for the set as it ships and counts a municipality's own editions of it from 1. `key` names it for
    ever: answers, databases and filled forms carry it.
    """

    id: str
    version: int
    title: Texts
    intro: Texts
    depths: tuple[Depth, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    steps: tuple[Step, ...]
    gates: Mapping[str, str]
    unreviewed: tuple[str, ...] = ()
    edition: int = 0

    @property
    def key(self) -> str:
        """`equality-1`, or `equality-1+3` for a municipality's third edition of it."""
        return f"{self.id}-{self.version}" + (f"+{self.edition}" if self.edition else "")

    @cached_property
    def by_id(self) -> Mapping[str, Question]:
        """Every question by its id, in the order they are asked."""
        return {question.id: question for step in self.steps for question in step.questions}

    def asked_in(self, depth: str) -> Iterator[tuple[Step, Question]]:
        """Yield what a depth asks, with the step each question stands in."""
        for step in self.steps:
            for question in step.questions:
                if depth in question.depths:
                    yield step, question

    def choice(self, name: str, choice: str) -> Choice:
        """An answer of a choice set.

        Raises
        ------
        KeyError
            Where the set has no such answer.
        """
        for each in self.choices[name]:
            if each.id == choice:
                return each
        raise KeyError(choice)
