"""What a view does when an action refuses: a rule's message at its field, or both versions side by side."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jamlik.web.core.editing import TOKEN, EditConflict
from jamlik.web.core.texts import say
from jamlik.web.register.rules import BrokenRuleError
from jamlik.web.register.uploads import RefusedFileError

__all__ = ["answer_conflict", "as_form_error", "conflicting", "refused", "rule_text"]

Difference = tuple[str, object, object]


def rule_text(error: BrokenRuleError, *, app: str = "register") -> str:
    """What a broken rule says to a person."""
    return say(f"{app}.rule.{error.reason}", **error.values)


def refused(form: forms.Form, error: BrokenRuleError | RefusedFileError, *, app: str = "register") -> None:
    """Put an action's refusal into the form: at its field where the form has it, else at the top."""
    if isinstance(error, RefusedFileError):
        form.add_error("file", say(f"register.file.{error.reason}", **error.values))
        return
    form.add_error(error.field if error.field in form.fields else None, rule_text(error, app=app))


def as_form_error(error: BrokenRuleError, *, app: str = "register") -> forms.ValidationError:
    """A broken rule for the last page of a guided form."""
    return forms.ValidationError(rule_text(error, app=app))


def answer_conflict(
    request: HttpRequest,
    *,
    differences: Iterable[Difference],
    again: str,
    version: int | None = None,
    afresh: str = "",
) -> HttpResponse:
    """The page that shows what differs; nothing has been saved.

    With the `version` that is saved now, one's own can be saved after all: the page sends the same form to `again`.
    `afresh` leads to what is saved, where `again` does not.
    """
    shown = [(name, mine, theirs) for name, mine, theirs in differences if str(mine) != str(theirs)]
    left_out = {"csrfmiddlewaretoken", TOKEN, "version"}
    sent = (
        [] if version is None else [(n, v) for n in request.POST if n not in left_out for v in request.POST.getlist(n)]
    )
    page = {"differences": shown, "again": again, "sent": sent, "version": version, "afresh": afresh or again}
    page["keep"] = version is not None
    return render(request, "core/conflict.html", page, status=409)


def conflicting(conflict: EditConflict, names: Iterable[tuple[str, str]]) -> list[Difference]:
    """The fields of two versions of a row, as people read them: (name of field, its label) in, texts out."""
    return [
        (label, _read(getattr(conflict.mine, name, "")), _read(getattr(conflict.theirs, name, "")))
        for name, label in names
    ]


def _read(value: object) -> str:
    if value is None or value == "":
        return say("core.guided.empty")
    if isinstance(value, bool):
        return say("core.yes" if value else "core.no")
    return str(value)
