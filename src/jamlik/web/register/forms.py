"""The register's forms: they check what a person wrote; actions do the rest."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer

from jamlik.web.core.forms import Form
from jamlik.web.core.texts import later, say
from jamlik.web.register.choices import Choices
from jamlik.web.register.models import DocumentKind, LawKind

__all__ = [
    "DateField",
    "LawForm",
    "LawsForm",
    "LinksForm",
    "ManyField",
    "OneField",
    "ThemeForm",
    "ThemeSetForm",
    "ThemesForm",
    "VersionForm",
    "WhatForm",
    "WhenForm",
    "WhoForm",
    "labelled",
]


class DateField(forms.DateField):
    """A day, written as 2026-05-31 in every language."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        messages = {"invalid": later("register.required.date"), **kwargs.pop("error_messages", {})}
        super().__init__(error_messages=messages, **kwargs)


class OneField(forms.TypedChoiceField):
    """One row, by its key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=None, **kwargs)


class ManyField(forms.TypedMultipleChoiceField):
    """Any number of rows, by their keys."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=[], required=False, widget=forms.CheckboxSelectMultiple, **kwargs)


def labelled(name: str, *, app: str = "register", hint: bool = False, required: str = "") -> dict[str, Any]:
    """Label, hint and the message when it is missing, from the words of `name`; not required without a message."""
    found: dict[str, Any] = {"label": later(f"{app}.field.{name}"), "required": bool(required)}
    if hint:
        found["help_text"] = later(f"{app}.hint.{name}")
    if required:
        found["error_messages"] = {"required": later(f"{app}.required.{required}")}
    return found


class _Step(Form):
    """A page of the guided form; all of them are handed the same choices."""

    def __init__(self, *args: Any, choices: Choices, renderer: BaseRenderer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, renderer=renderer, **kwargs)
        self.choose(choices)

    def choose(self, choices: Choices) -> None:
        """Put the choices into the fields."""


def _kinds(app_key: str, kinds: type[DocumentKind] | type[LawKind]) -> list[tuple[str, str]]:
    return [(kind, say(f"{app_key}.{kind}")) for kind in kinds.values]


class WhatForm(_Step):
    """Type and title."""

    kind = forms.ChoiceField(widget=forms.RadioSelect, **labelled("kind", required="kind"))
    title = forms.CharField(max_length=250, **labelled("title", hint=True, required="title"))

    def choose(self, choices: Choices) -> None:
        """Put the types in."""
        self.offer("kind", _kinds("register.kind", DocumentKind))


class WhoForm(_Step):
    """Who owns it and who answers for it."""

    owner = OneField(**labelled("owner", hint=True, required="owner"))
    responsible = forms.CharField(max_length=200, **labelled("responsible", hint=True))
    register_number = forms.CharField(max_length=60, **labelled("register_number", hint=True))

    def choose(self, choices: Choices) -> None:
        """Put in the units within the person's scope."""
        self.offer("owner", choices.owners)


class WhenForm(_Step):
    """How long it is valid and when it should be looked over."""

    valid_until = DateField(**labelled("valid_until", hint=True))
    review_on = DateField(**labelled("review_on", hint=True))

    def clean(self) -> dict[str, Any]:
        """Hold the review to before the end."""
        found: dict[str, Any] = super().clean() or {}
        ends, review = found.get("valid_until"), found.get("review_on")
        if ends and review and review > ends:
            self.add_error("review_on", say("register.rule.review_after_end"))
        return found


class ThemesForm(_Step):
    """Its themes, from any of the sets."""

    themes = ManyField(**{k: v for k, v in labelled("themes", hint=True).items() if k != "required"})

    def choose(self, choices: Choices) -> None:
        """Put in the themes in use."""
        self.offer("themes", choices.themes)


class LinksForm(_Step):
    """How it is tied to other documents."""

    belongs_to = OneField(**labelled("belongs_to", hint=True))
    replaces = ManyField(**{k: v for k, v in labelled("replaces", hint=True).items() if k != "required"})
    related = ManyField(**{k: v for k, v in labelled("related").items() if k != "required"})

    def choose(self, choices: Choices) -> None:
        """Put in the other documents."""
        self.offer("belongs_to", [("", say("register.none")), *choices.documents])
        self.offer("replaces", choices.replaceable)
        self.offer("related", choices.documents)


class LawsForm(_Step):
    """What it is based on."""

    laws = ManyField(**{k: v for k, v in labelled("laws").items() if k != "required"})

    def choose(self, choices: Choices) -> None:
        """Put in the laws."""
        self.offer("laws", choices.laws)


class VersionForm(Form):
    """A decision with its file."""

    decided_by = forms.CharField(max_length=200, **labelled("decided_by", hint=True, required="decided_by"))
    decided_on = DateField(**labelled("decided_on", required="decided_on"))
    paragraph = forms.CharField(max_length=40, **labelled("paragraph", hint=True))
    register_number = forms.CharField(max_length=60, **labelled("register_number", hint=True))
    applies_from = DateField(**labelled("applies_from", hint=True))
    valid_until = DateField(**labelled("valid_until", hint=True))
    review_on = DateField(**labelled("review_on", hint=True))
    summary = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 5}), **labelled("summary", hint=True, required="summary")
    )
    file = forms.FileField(allow_empty_file=True, **labelled("file", hint=True))


class LawForm(Form):
    """A law, convention or goal."""

    code = forms.CharField(max_length=20, **labelled("code", hint=True, required="code"))
    number = forms.CharField(max_length=60, **labelled("number"))
    kind = forms.ChoiceField(widget=forms.RadioSelect, **labelled("kind", required="law_kind"))
    name = forms.CharField(max_length=300, **labelled("name", required="name"))
    name_en = forms.CharField(max_length=300, **labelled("name_en"))
    name_fi = forms.CharField(max_length=300, **labelled("name_fi"))
    summary = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **labelled("summary"))
    summary_en = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **labelled("summary_en"))
    summary_fi = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **labelled("summary_fi"))
    applies = forms.CharField(max_length=200, **labelled("applies"))
    source = forms.CharField(max_length=300, **labelled("source", hint=True))
    checked = forms.BooleanField(**labelled("checked"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("kind", _kinds("register.law_kind", LawKind))


class ThemeSetForm(Form):
    """The name of a set."""

    name = forms.CharField(max_length=120, **labelled("name", required="name"))
    name_en = forms.CharField(max_length=120, **labelled("name_en"))
    name_fi = forms.CharField(max_length=120, **labelled("name_fi"))
    about = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **labelled("about"))
    active = forms.BooleanField(initial=True, **labelled("active", hint=True))


class ThemeForm(ThemeSetForm):
    """The name and place of a theme."""

    position = forms.IntegerField(min_value=0, max_value=999, initial=0, **labelled("position"))

    def clean_position(self) -> int:
        """No place is the first."""
        return int(self.cleaned_data.get("position") or 0)
