"""The app's forms: they check what a person wrote; actions do the rest."""

from __future__ import annotations

from typing import Any

from django import forms

from jamlik.handbook.course import CourseModule
from jamlik.web.core.forms import Form
from jamlik.web.core.texts import later
from jamlik.web.learning.shown import text

__all__ = ["CheckForm"]


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
