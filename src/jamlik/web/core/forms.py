"""Bases of every form: fields drawn with label, hint and error by our own parts; an error summary at the top."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.renderers import DjangoTemplates

__all__ = ["ErrorLink", "Form", "ModelForm", "Renderer", "error_links"]


class Renderer(DjangoTemplates):
    """Django's widgets, with a field drawn by `core/parts/field.html`."""

    form_template_name = "core/parts/form.html"
    field_template_name = "core/parts/field.html"


@dataclass(frozen=True)
class ErrorLink:
    """A line of the error summary: the same words as at the field, and where the field is."""

    text: str
    target: str


def error_links(form: forms.BaseForm) -> list[ErrorLink]:
    """Each error of a form with the id of the control it is about; those of the whole form point at its first field."""
    found = []
    for name, errors in form.errors.items():
        field = name if name in form.fields else next(iter(form.fields), "")
        target = _first_control(form[field]) if field else ""
        found += [ErrorLink(str(text), target) for text in errors]
    return found


def _first_control(bound: forms.BoundField) -> str:
    """Id of the first control of a field; a group of choices has one for each."""
    several = isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return f"{bound.auto_id}_0" if several else str(bound.auto_id)


class Form(forms.Form):
    """A form that is not one row of a table."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def offer(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        """Put choices into a field that chooses."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def offer_rows(self, name: str, rows: QuerySet[Any]) -> None:
        """Put rows of a table into a field that chooses among them."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows


class ModelForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument when it runs
    """A form over one row. A view hands its cleaned data to an action; it never calls `save`."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
