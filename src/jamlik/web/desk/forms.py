"""The desk's one form."""

from __future__ import annotations

from django import forms

from jamlik.web.core.forms import Form
from jamlik.web.core.texts import later

__all__ = ["OwnForm"]


class OwnForm(Form):
    """Which municipality to begin with."""

    municipality = forms.CharField(
        label=later("desk.own.municipality"),
        help_text=later("desk.own.hint"),
        max_length=60,
        error_messages={"required": later("desk.own.missing")},
    )
