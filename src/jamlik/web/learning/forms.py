"""The app's forms: they check what a person wrote; actions do the rest."""

from __future__ import annotations

from typing import Any

from django import forms

from jamlik.handbook.course import CourseModule
from jamlik.handbook.examples import grounds
from jamlik.web.assessments.forms import WordsField
from jamlik.web.core.forms import Form
from jamlik.web.core.texts import later, say
from jamlik.web.learning.actions import ExampleFacts
from jamlik.web.learning.models import Example
from jamlik.web.learning.shown import text
from jamlik.web.organisation.models import Unit
from jamlik.web.register.choices import theme_choices
from jamlik.web.register.forms import ManyField, OneField
from jamlik.web.register.models import Theme
from jamlik.web.register.queries import active_themes

__all__ = ["CheckForm", "ExampleForm", "ReviewForm", "initial_of", "themes_for"]


class CheckForm(Form):
    """The questions at the end of a module."""

    def __init__(self, *args: Any, module: CourseModule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in module.check:
            self.fields[question.id] = forms.ChoiceField(
                label=text(question.texts),
                choices=[(option.id, text(option.texts)) for option in question.options],
                widget=forms.RadioSelect,
                error_messages={
                    "required": later("learning.course.choose"),
                    "invalid_choice": later("learning.course.choose"),
                },
            )


def _words(name: str, *, rows: int = 5, **more: Any) -> WordsField:
    return WordsField(
        label=later(f"learning.field.{name}"),
        help_text=later(f"learning.hint.{name}"),
        missing=f"learning.required.{name}" if more.get("required", True) else "assessments.form.fill",
        rows=rows,
        **more,
    )


class ExampleForm(Form):
    """What is said in an example; a new one also says of which unit."""

    unit = OneField(
        label=later("learning.field.unit"),
        error_messages={"required": later("learning.required.unit"), "invalid_choice": later("learning.required.unit")},
    )
    title = _words("title", rows=1)
    service = _words("service", rows=1, max_length=100)
    goal = _words("goal", rows=1, required=False)
    seen = _words("seen")
    done = _words("done")
    result = _words("result")
    grounds = forms.MultipleChoiceField(
        label=later("learning.field.ground_keys"),
        help_text=later("learning.hint.ground_keys"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    themes = ManyField(label=later("learning.field.themes"))

    def __init__(self, *args: Any, units: list[Unit] | None, themes: list[Theme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("grounds", [(key, text(name)) for key, name in grounds().items()])
        self.offer("themes", theme_choices(themes))
        if not themes:
            del self.fields["themes"]
        if units is None:
            del self.fields["unit"]
        else:
            self.offer("unit", [("", say("learning.choose_unit")), *((unit.pk, unit.name) for unit in units)])

    def facts(self) -> ExampleFacts:
        """What was written."""
        given = {**self.cleaned_data}
        given.pop("unit", None)
        given["themes"] = list(Theme.objects.filter(pk__in=given.get("themes", ())))
        return ExampleFacts(**given)


def initial_of(example: Example) -> dict[str, Any]:
    """What the form begins with: the text as the reader reads it."""
    names = ("title", "service", "goal", "seen", "done", "result")
    chosen = {"grounds": example.grounds, "themes": [theme.pk for theme in example.themes.all()]}
    return {name: example.said(name) for name in names} | chosen


def themes_for(example: Example | None) -> list[Theme]:
    """Themes to choose among: those in use, and those that the example has."""
    chosen = list(active_themes())
    if example is not None:
        known = {theme.pk for theme in chosen}
        chosen += [each for each in example.themes.select_related("theme_set") if each.pk not in known]
    return chosen


class ReviewForm(Form):
    """Whether everybody is to see an example; if not, what to change."""

    to = forms.ChoiceField(
        label=later("learning.review.question"),
        widget=forms.RadioSelect,
        error_messages={"required": later("learning.review.choose")},
    )
    reason = _words("asked", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("to", [(to, say(f"learning.review.{to}")) for to in ("shown", "draft")])

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where it is sent back."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("to") == "draft" and not found.get("reason") and "reason" not in self.errors:
            self.add_error("reason", say("learning.refused.reason"))
        return found
