"""Bases of every form: fields drawn with label, hint and error by our own parts; an error summary at the top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates

__all__ = ["ErrorLink", "Form", "ModelForm", "Renderer"]


class Renderer(DjangoTemplates):
    """Django's widgets, with a field drawn by `core/parts/field.html`."""

    form_template_name = "core/parts/form.html"
    field_template_name = "core/parts/field.html"


@dataclass(frozen=True)
class ErrorLink:
    """A line of the error summary: the same words as at the field, and where the field is."""

    text: str
    target: str


class _Summary:
    """What the error summary needs from a form."""

    fields: dict[str, forms.Field]
    errors: Any

    def error_links(self) -> list[ErrorLink]:
        """Each error with the id of the control it is about; errors of the whole form point at the first field."""
        found = []
        for name, errors in self.errors.items():
            field = name if name in self.fields else next(iter(self.fields), "")
            bound = self[field] if field else None  # type: ignore[index]
            target = _first_control(bound) if bound is not None else ""
            found += [ErrorLink(str(text), target) for text in errors]
        return found


def _first_control(bound: forms.BoundField) -> str:
    """Id of the first control of a field; a group of choices has one for each."""
    several = isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return f"{bound.auto_id}_0" if several else str(bound.auto_id)


class Form(_Summary, forms.Form):
    """A form that is not one row of a table."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class ModelForm(_Summary, forms.ModelForm):  # type: ignore[type-arg]
    """A form over one row. A view hands its cleaned data to an action; it never calls `save`."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
