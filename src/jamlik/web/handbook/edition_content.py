"""What an edition says, as data: pure functions from one content to the next, in the form the room's loader reads.

What stands where is kept as what it follows, written anew at each change, so that a step or question that goes leaves
the others in order.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from jamlik.handbook import QuestionSet, edition_of, question_set
from jamlik.handbook.editions import OWN, has_rules_on, pointing_at
from jamlik.web.core import audit

__all__ = [
    "FIRST",
    "RULE",
    "Content",
    "Texts",
    "holders",
    "is_own",
    "own_languages",
    "piece",
    "seen_as",
    "whole",
    "with_help",
    "with_question",
    "with_step",
    "with_texts",
    "without",
    "words_of",
]

Content = Mapping[str, Any]
Texts = Mapping[str, str]
FIRST = ""
"""The place before all others."""
RULE = "rule"
"""What keeps a question that rules look at, where others are kept by questions."""
_CARRIED = frozenset({"q35_control"})  # what the unit's verdicts in a round are begun with, beside what rules look at


def is_own(name: str) -> bool:
    """Whether a question or step is the municipality's own."""
    return name.startswith(OWN)


@lru_cache(maxsize=16)
def _whole(base: str, content: str) -> QuestionSet:
    return edition_of(question_set(base), json.loads(content), number=1, file=base)


def whole(base: QuestionSet, content: Content) -> QuestionSet:
    """The edition with what it leaves out in its place."""
    return _whole(base.key, audit.canonical({**content, "left_out": ()}))


def seen_as(part: object) -> int:
    """A number that tells whether a part of an edition is the one a person saw; 0 for what is not there."""
    return zlib.crc32(audit.canonical(part).encode()) % 10**9 + 1 if part else 0


def piece(content: Content, kind: str, name: str) -> Any:
    """What an edition says of its texts, of a step or of a question."""
    if kind == "texts":
        return {part: content[part] for part in ("title", "intro") if part in content}
    if is_own(name):
        listed = content.get("steps" if kind == "step" else "questions", ())
        found = next((each for each in listed if each["id"] == name), None)
        choices = content.get("choices", {}).get(name)
        return {**found, "answers": choices} if found is not None and choices else found
    if kind == "step":
        told = {part: content.get(part, {}).get(name) for part in ("titles", "aims")}
        return {part: texts for part, texts in told.items() if texts}
    return content.get("help", {}).get(name, {})


def own_languages(given: Texts, ours: Texts) -> dict[str, str]:
    """The languages in which a text is another than ours; an empty one falls back on ours."""
    return {lang: text for lang, text in given.items() if text and text != ours.get(lang)}


def _kept(content: Content, part: str, value: Any) -> dict[str, Any]:
    left = {name: each for name, each in content.items() if name != part}
    return {**left, part: value} if value else left


def with_texts(content: Content, base: QuestionSet, *, title: Texts, intro: Texts) -> Content:
    """The set is called so, and begins with this."""
    made = _kept(content, "title", own_languages(title, base.title))
    return _kept(made, "intro", own_languages(intro, base.intro))


def with_help(content: Content, base: QuestionSet, question: str, texts: Texts) -> Content:
    """A question of ours has this help."""
    changed = own_languages(texts, base.by_id[question].help)
    return _kept(content, "help", _kept(content.get("help", {}), question, changed))


def with_step(content: Content, base: QuestionSet, step: str, *, title: Texts, aim: Texts, after: str) -> Content:
    """A step is called so; one of the municipality's own stands after another, or first."""
    if not is_own(step):
        ours = next(each for each in base.steps if each.id == step)
        titles = _kept(content.get("titles", {}), step, own_languages(title, ours.title))
        aims = _kept(content.get("aims", {}), step, own_languages(aim, ours.aim))
        return _kept(_kept(content, "titles", titles), "aims", aims)
    names = [each.id for each in whole(base, content).steps if each.id != step]
    _insert(names, step, after)
    tables = {each["id"]: each for each in content.get("steps", ())}
    tables[step] = {"id": step, "title": dict(title), "aim": dict(aim)}
    return _kept(content, "steps", _in_order(names, tables))


def _insert(names: list[str], name: str, after: str) -> None:
    """After another; last where that one has gone meanwhile."""
    names.insert(0 if after == FIRST else names.index(after) + 1 if after in names else len(names), name)


def _in_order(names: Iterable[str], tables: Mapping[str, Any], **fixed: str) -> list[dict[str, Any]]:
    """Own steps or questions in their order, each with what it follows."""
    found, before = [], FIRST
    for name in names:
        if name in tables:
            told = {part: value for part, value in tables[name].items() if part not in ("first", "after")}
            found.append({**told, **fixed, **({"after": before} if before else {"first": True})})
        before = name
    return found


def _order(base: QuestionSet, content: Content, *, without: str) -> dict[str, list[str]]:
    steps = whole(base, content).steps
    return {step.id: [each.id for each in step.questions if each.id != without] for step in steps}


def with_question(content: Content, base: QuestionSet, table: Content, *, step: str, after: str) -> Content:
    """A question of the municipality's own (`answers`: its choices) stands in a step, after another one, or first."""
    name, answers = str(table["id"]), table.get("answers", ())
    order = _order(base, content, without=name)
    _insert(order[step], name, after)
    tables = {each["id"]: each for each in content.get("questions", ())}
    tables[name] = {part: value for part, value in table.items() if part != "answers"}
    if answers:
        tables[name]["choices"] = name
    made = _kept(content, "choices", _kept(content.get("choices", {}), name, list(answers)))
    return _kept(made, "questions", _placed(order, tables))


def _placed(order: Mapping[str, list[str]], tables: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each for step, names in order.items() for each in _in_order(names, tables, step=step)]


def without(content: Content, base: QuestionSet, kind: str, name: str, *, back: bool = False) -> Content:
    """A step or question of the municipality's own is gone; one of ours is left out, or taken back."""
    if not is_own(name):
        gone = set(content.get("left_out", ())) - {name} | (set() if back else {name})
        return _kept(content, "left_out", sorted(gone))
    if kind == "step":
        names = [each.id for each in whole(base, content).steps if each.id != name]
        tables = {each["id"]: each for each in content.get("steps", ())}
        return _kept(content, "steps", _in_order(names, tables))
    order = _order(base, content, without=name)
    tables = {each["id"]: each for each in content.get("questions", ()) if each["id"] != name}
    made = _kept(content, "choices", _kept(content.get("choices", {}), name, None))
    return _kept(made, "questions", _placed(order, tables))


def holders(base: QuestionSet, content: Content, name: str) -> tuple[str, ...]:
    """Why a question must stay: `RULE`, or ids of the questions that need it; nothing where it may go."""
    if not is_own(name) and (has_rules_on(base, name) or name in _CARRIED):
        return (RULE,)
    return pointing_at(whole(base, content), name)


def words_of(part: object) -> str:
    """A piece of an edition in one line, for the log."""
    if isinstance(part, Mapping):
        return " · ".join(each for each in map(words_of, part.values()) if each)
    if isinstance(part, list | tuple):
        return " · ".join(each for each in map(words_of, part) if each)
    return part if isinstance(part, str) else ""
