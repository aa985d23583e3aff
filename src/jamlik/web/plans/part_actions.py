"""Changing what is part of an action: those who contribute, and the steps on the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from jamlik.web.core import audit
from jamlik.web.core.editing import save_if_unchanged
from jamlik.web.core.people import User
from jamlik.web.plans import rules
from jamlik.web.plans.models import Contributor, Milestone

__all__ = ["CONTRIBUTOR_FIELDS", "MILESTONE_FIELDS", "change_contributor", "change_milestone"]

CONTRIBUTOR_FIELDS = ("other_unit", "partner", "commitment")
MILESTONE_FIELDS = ("title", "due_on", "reached_on")


@transaction.atomic
def change_contributor(
    *, contributor: Contributor, fields: Mapping[str, Any], expected_version: int, by: User, at: datetime
) -> None:
    """Change who contributes or what they commit to. Raises `EditConflict` if somebody was before."""
    if (fields["other_unit"] is None) == (not fields["partner"]):
        raise rules.RefusedError("plans.refused.contributor")
    rules.require_nobody([fields["partner"], fields["commitment"]])
    _change(contributor, {name: fields[name] for name in CONTRIBUTOR_FIELDS}, expected_version, by, at)


@transaction.atomic
def change_milestone(
    *, milestone: Milestone, fields: Mapping[str, Any], expected_version: int, by: User, at: datetime
) -> None:
    """Change what a step is, its day, or when it was reached. Raises `EditConflict` if somebody was before."""
    rules.require_nobody([fields["title"]])
    _change(milestone, {name: fields[name] for name in MILESTONE_FIELDS}, expected_version, by, at)


def _change(
    part: Contributor | Milestone, fields: Mapping[str, Any], expected_version: int, by: User, at: datetime
) -> None:
    rules.require_open_action(part.action)
    changes = {name: (getattr(part, name), value) for name, value in fields.items() if getattr(part, name) != value}
    if not changes:
        return
    for name, (_, value) in changes.items():
        setattr(part, name, value)
    save_if_unchanged(part, fields=list(changes), expected_version=expected_version)
    verb = "plans.milestone_changed" if isinstance(part, Milestone) else "plans.contributor_changed"
    audit.record(verb, target=part.action, by=by, at=at, changes=changes)
