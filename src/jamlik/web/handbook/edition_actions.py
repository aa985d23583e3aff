"""What is done with a municipality's editions of the question sets: begun, written, given out, taken out of use."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from jamlik.handbook import newest, text_of
from jamlik.web.core import audit
from jamlik.web.core.editing import EditConflict, save_if_unchanged
from jamlik.web.core.people import User
from jamlik.web.core.texts import language
from jamlik.web.handbook import edition_content as content_of
from jamlik.web.handbook.edition_content import Content, Texts
from jamlik.web.handbook.edition_models import Edition, EditionState, built
from jamlik.web.handbook.edition_queries import SETS
from jamlik.web.handbook.rules import RefusedError
from jamlik.web.organisation.models import Unit

__all__ = [
    "NEW",
    "begin_edition",
    "give_out",
    "remove_piece",
    "require_removable",
    "save_help",
    "save_question",
    "save_step",
    "save_texts",
    "withdraw",
]

NEW = "new"
"""Name of a step or question that does not exist yet."""


def _hold() -> None:
    """One change to editions at a time: numbers are given that nothing else may have."""
    list(Unit.objects.select_for_update(no_key=True).filter(parent__isnull=True).values_list("pk"))


def _locked(edition: Edition) -> Edition:
    _hold()
    return Edition.objects.select_for_update(no_key=True, of=("self",)).get(pk=edition.pk)


@transaction.atomic
def begin_edition(*, set_name: str, begun_from: Edition | None = None, by: User, at: datetime) -> Edition:
    """Begin an edition: from the set as it ships, or from an edition of it."""
    if set_name not in SETS or (begun_from is not None and begun_from.set_key != set_name):
        raise RefusedError("handbook.edition.refused.set")
    _hold()
    base = newest(set_name).key if begun_from is None else begun_from.base_key
    number = 1 + max(Edition.objects.filter(base_key=base).values_list("number", flat=True), default=0)
    made = Edition.objects.create(
        key=f"{base}+{number}",
        base_key=base,
        set_key=set_name,
        number=number,
        content={} if begun_from is None else begun_from.content,
        begun_from=begun_from,
        begun_by=by,
        begun_at=at,
    )
    source = base if begun_from is None else begun_from.key
    audit.record("handbook.edition_begun", target=made, by=by, at=at, changes={"set": (source, made.key)})
    return made


def _change(
    edition: Edition,
    kind: str,
    name: str,
    seen: int,
    changed: Callable[[Edition], Content],
    *,
    by: User,
    at: datetime,
) -> Edition:
    """Change one piece of a draft, if it is still the one the person saw."""
    row = _locked(edition)
    _require_draft(row)
    if content_of.seen_as(content_of.piece(row.content, kind, name)) != seen:
        raise EditConflict(edition, row)
    return _keep(row, changed(row), kind, name, by=by, at=at)


def _keep(row: Edition, content: Content, kind: str, name: str, *, by: User, at: datetime) -> Edition:
    if content == row.content:
        return row
    before, row.content = row.content, dict(content)
    built(row.base_key, row.number, row.content)  # the room's own loader has the last word
    save_if_unchanged(row, fields=("content", "ids_n"), expected_version=row.version)
    was, now = (content_of.words_of(content_of.piece(each, kind, name)) for each in (before, row.content))
    audit.record("handbook.edition_changed", target=row, by=by, at=at, changes={kind: (was, now)}, note=name)
    return row


def _require_draft(row: Edition) -> None:
    if row.state != EditionState.DRAFT:
        raise RefusedError("handbook.edition.refused.frozen")


def _next_id(row: Edition) -> str:
    """A number that no question, step or answer of any edition of the set has had."""
    known = Edition.objects.filter(set_key=row.set_key).values_list("ids_n", flat=True)
    row.ids_n = 1 + max(row.ids_n, *known)
    return f"own_{row.ids_n}"


@transaction.atomic
def save_texts(*, edition: Edition, title: Texts, intro: Texts, seen: int, by: User, at: datetime) -> Edition:
    """What the set is called, and what it begins with.

    Raises
    ------
    EditConflict
        Somebody has changed the same since the person saw it; so for the other pieces.
    """
    return _change(
        edition,
        "texts",
        "",
        seen,
        lambda row: content_of.with_texts(row.content, row.base, title=title, intro=intro),
        by=by,
        at=at,
    )


@transaction.atomic
def save_step(
    *, edition: Edition, step: str, title: Texts, aim: Texts, after: str, seen: int, by: User, at: datetime
) -> Edition:
    """What a step is called; a new one is added, and one of the municipality's own moved."""

    def changed(row: Edition) -> Content:
        name = _next_id(row) if step == NEW else step
        return content_of.with_step(row.content, row.base, name, title=title, aim=aim, after=after)

    return _change(edition, "step", step, seen, changed, by=by, at=at)


@transaction.atomic
def save_help(*, edition: Edition, question: str, texts: Texts, seen: int, by: User, at: datetime) -> Edition:
    """The help of a question of ours."""
    return _change(
        edition,
        "question",
        question,
        seen,
        lambda row: content_of.with_help(row.content, row.base, question, texts),
        by=by,
        at=at,
    )


@transaction.atomic
def save_question(
    *,
    edition: Edition,
    question: str,
    table: Content,
    answers: Sequence[Texts] = (),
    step: str,
    after: str,
    seen: int,
    by: User,
    at: datetime,
) -> Edition:
    """A question of the municipality's own: a new one is added, one that is there changed or moved."""

    def changed(row: Edition) -> Content:
        name = _next_id(row) if question == NEW else question
        kept = {each["sv"]: each["id"] for each in row.content.get("choices", {}).get(name, ())}
        # An answer keeps its id while its Swedish text is the same: a form of an earlier edition is then read right.
        made = [{"id": kept.get(each["sv"]) or _next_id(row), **each} for each in answers]
        if step not in {each.id for each in content_of.whole(row.base, row.content).steps}:
            raise RefusedError("handbook.edition.refused.gone")
        return content_of.with_question(
            row.content, row.base, {**table, "id": name, "answers": made}, step=step, after=after
        )

    return _change(edition, "question", question, seen, changed, by=by, at=at)


def require_removable(edition: Edition, kind: str, name: str) -> None:
    """Refuse to take away what is needed; told is by what."""
    whole = content_of.whole(edition.base, edition.content)
    if kind == "step":
        step = next((each for each in whole.steps if each.id == name), None)
        if step is None or not content_of.is_own(name):
            raise RefusedError("handbook.edition.refused.our_step")
        if step.questions:
            raise RefusedError("handbook.edition.refused.step_with_questions")
        return
    if name not in whole.by_id:
        raise RefusedError("handbook.edition.refused.gone")
    held = content_of.holders(edition.base, edition.content, name)
    if content_of.RULE in held:
        raise RefusedError("handbook.edition.refused.rule")
    if held:
        lang = language()
        told = "; ".join(text_of(whole.by_id[each].texts, lang) for each in held)
        raise RefusedError("handbook.edition.refused.pointed", questions=told)


@transaction.atomic
def remove_piece(*, edition: Edition, kind: str, name: str, back: bool = False, by: User, at: datetime) -> Edition:
    """Take away a step or question of the municipality's own; leave out one of ours, or take it back."""
    row = _locked(edition)
    _require_draft(row)
    if not back:
        require_removable(row, kind, name)
    content = content_of.without(row.content, row.base, kind, name, back=back)
    if content == row.content:
        return row
    before, row.content = row.content, dict(content)
    save_if_unchanged(row, fields=("content",), expected_version=row.version)
    told = content_of.words_of(content_of.piece(before, kind, name)) or name
    changes = {kind: (None, told) if back else (told, None)}
    audit.record("handbook.edition_changed", target=row, by=by, at=at, changes=changes, note=name)
    return row


@transaction.atomic
def give_out(*, edition: Edition, by: User, at: datetime) -> Edition:
    """Freeze an edition; new analyses are asked its questions. A second click changes nothing."""
    row = _locked(edition)
    if row.state == EditionState.ISSUED:
        return row
    _require_draft(row)
    if not row.content:
        raise RefusedError("handbook.edition.refused.same")
    empty = [each for each in row.questions.steps if not each.questions]
    if empty:
        raise RefusedError("handbook.edition.refused.empty_step", step=text_of(empty[0].title, language()))
    row.state, row.issued_by, row.issued_at = EditionState.ISSUED, by, at
    row.fingerprint = hashlib.sha256(audit.canonical(row.content).encode()).hexdigest()
    _moved(row, "handbook.edition_given_out", EditionState.DRAFT, by=by, at=at)
    return row


@transaction.atomic
def withdraw(*, edition: Edition, by: User, at: datetime) -> Edition:
    """Take an edition out of use, or let a draft go. Analyses that were begun with it keep it."""
    row = _locked(edition)
    if row.state == EditionState.WITHDRAWN:
        return row
    before, row.state = row.state, EditionState.WITHDRAWN
    row.withdrawn_by, row.withdrawn_at = by, at
    _moved(row, "handbook.edition_withdrawn", before, by=by, at=at)
    return row


def _moved(row: Edition, verb: str, before: str, *, by: User, at: datetime) -> None:
    row.version += 1
    row.save()
    audit.record(verb, target=row, by=by, at=at, changes={"state": (before, row.state)})
