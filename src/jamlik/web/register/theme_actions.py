"""What is written about themes, and the content that the register begins with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from jamlik.web.core import access, audit
from jamlik.web.core.editing import save_if_unchanged
from jamlik.web.core.models import User
from jamlik.web.register import content
from jamlik.web.register.models import Law, Theme, ThemeSet

__all__ = [
    "Loaded",
    "add_theme",
    "add_theme_set",
    "edit_theme",
    "edit_theme_set",
    "load_laws",
    "theme_set_from_template",
]

EDIT = "register.edit_theme"
_SET_FIELDS = ("name", "name_en", "name_fi", "about", "active")
_THEME_FIELDS = ("name", "name_en", "name_fi", "about", "position", "active")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading the shipped laws did; `kept_n` are those that people here have changed, which it leaves alone."""

    added_n: int
    updated_n: int
    kept_n: int


@transaction.atomic
def load_laws(*, by: User | None, at: dt.datetime) -> Loaded:
    """Add the laws that come with the program, and bring those nobody has changed up to date. Safe to run again.

    `by` is nobody when a municipality is set up.
    """
    if by is not None:
        access.require(by, "register.load_content")
    known = {law.code: law for law in Law.objects.select_for_update(no_key=True)}
    added, updated, kept = [], [], 0
    for facts in content.laws():
        wanted = _law_fields(facts)
        law = known.get(facts.code)
        if law is None:
            added.append(Law(code=facts.code, from_content=True, **wanted))
        elif law.version or not law.from_content:
            kept += 1
        elif any(getattr(law, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(law, name, value)
            updated.append(law)
    Law.objects.bulk_create(added)
    if updated:
        Law.objects.bulk_update(updated, [*_law_fields(content.laws()[0])])
    loaded = Loaded(len(added), len(updated), kept)
    if added or updated:
        changes: dict[str, tuple[object, object]] = {
            "added": ([], [law.code for law in added]),
            "updated": ([], [law.code for law in updated]),
        }
        audit.record("register.laws_loaded", target=None, by=by, at=at, changes=changes)
    return loaded


def _law_fields(facts: content.LawFacts) -> dict[str, Any]:
    return {
        "number": facts.number,
        "kind": facts.kind,
        "name": facts.name["sv"],
        "name_en": facts.name["en"],
        "name_fi": facts.name["fi"],
        "summary": facts.summary["sv"],
        "summary_en": facts.summary["en"],
        "summary_fi": facts.summary["fi"],
        "applies": facts.applies,
        "source": facts.source,
        "checked": facts.checked,
    }


@transaction.atomic
def theme_set_from_template(*, key: str, by: User | None, at: dt.datetime) -> ThemeSet:
    """Make a set of themes from a template; a set that began from the same template is returned as it is."""
    if by is not None:
        access.require(by, EDIT)
    template = content.templates()[key]
    there = ThemeSet.objects.filter(origin=key).first()
    if there is not None:
        return there
    made = ThemeSet.objects.create(
        name=_free_name(template.name["sv"]),
        name_en=template.name["en"],
        name_fi=template.name["fi"],
        about=template.about["sv"],
        origin=key,
    )
    Theme.objects.bulk_create(
        Theme(theme_set=made, name=name["sv"], name_en=name["en"], name_fi=name["fi"], position=place)
        for place, name in enumerate(template.themes, start=1)
    )
    audit.record("register.theme_set_added", target=made, by=by, at=at, changes={"origin": (None, key)})
    return made


def _free_name(name: str) -> str:
    taken = set(ThemeSet.objects.filter(name__startswith=name).values_list("name", flat=True))
    return next(each for each in (name, *(f"{name} {n}" for n in range(2, len(taken) + 3))) if each not in taken)


@transaction.atomic
def add_theme_set(*, facts: Mapping[str, Any], by: User, at: dt.datetime) -> ThemeSet:
    """Add an empty set of the municipality's own."""
    access.require(by, EDIT)
    made = ThemeSet.objects.create(**{name: facts[name] for name in _SET_FIELDS})
    audit.record("register.theme_set_added", target=made, by=by, at=at, changes={"name": (None, made.name)})
    return made


@transaction.atomic
def edit_theme_set(
    *, theme_set: ThemeSet, facts: Mapping[str, Any], expected_version: int, by: User, at: dt.datetime
) -> ThemeSet:
    """Change a set's name, or put it aside."""
    _change(theme_set, facts, _SET_FIELDS, expected_version, "register.theme_set_edited", by, at)
    return theme_set


@transaction.atomic
def add_theme(*, theme_set: ThemeSet, facts: Mapping[str, Any], by: User, at: dt.datetime) -> Theme:
    """Add a theme to a set."""
    access.require(by, EDIT)
    theme = Theme.objects.create(theme_set=theme_set, **{name: facts[name] for name in _THEME_FIELDS})
    changes = {"name": (None, theme.name), "theme_set": (None, theme_set)}
    audit.record("register.theme_added", target=theme, by=by, at=at, changes=changes)
    return theme


@transaction.atomic
def edit_theme(*, theme: Theme, facts: Mapping[str, Any], expected_version: int, by: User, at: dt.datetime) -> Theme:
    """Change a theme's name or place, or put it aside; what carries it keeps it."""
    _change(theme, facts, _THEME_FIELDS, expected_version, "register.theme_edited", by, at)
    return theme


def _change(
    row: ThemeSet | Theme,
    facts: Mapping[str, Any],
    fields: tuple[str, ...],
    expected_version: int,
    verb: str,
    by: User,
    at: dt.datetime,
) -> None:
    access.require(by, EDIT)
    changes = {name: (getattr(row, name), facts[name]) for name in fields if getattr(row, name) != facts[name]}
    for name in fields:
        setattr(row, name, facts[name])
    save_if_unchanged(row, fields=fields, expected_version=expected_version)
    if changes:
        audit.record(verb, target=row, by=by, at=at, changes=changes)
