"""Forms of the organisation. What they check is the form of an answer; the rules are the actions' own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from jamlik.web.core.access import Person
from jamlik.web.core.forms import Form
from jamlik.web.core.models import User
from jamlik.web.core.texts import later, say
from jamlik.web.organisation.models import Unit, UnitKind
from jamlik.web.organisation.queries import units_in_scope
from jamlik.web.organisation.roles import Role
from jamlik.web.organisation.rules import kinds_below
from jamlik.web.organisation.tree import places_for

__all__ = [
    "EraseForm",
    "InvitationForm",
    "InviteForm",
    "InviteManyForm",
    "ListForm",
    "PersonForm",
    "RoleForm",
    "UnitForm",
    "chosen_unit",
]


def _day(name: str, hint: str) -> forms.DateField:
    return forms.DateField(
        label=later(f"organisation.field.{name}"),
        help_text=later(hint),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class UnitForm(Form):
    """A unit: new below a parent, or changed."""

    name = forms.CharField(label=later("organisation.field.name"), max_length=200)
    code = forms.CharField(
        label=later("organisation.field.code"), help_text=later("organisation.hint.code"), max_length=40
    )
    kind = forms.ChoiceField(label=later("organisation.field.kind"), widget=forms.RadioSelect)
    parent = forms.TypedChoiceField(label=later("organisation.field.parent"), coerce=int)
    valid_from = _day("valid_from", "organisation.hint.date")
    valid_to = _day("valid_to", "organisation.hint.valid_to")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: Person, parent: Unit | None = None, unit: Unit | None = None, **kwargs: Any):
        if unit is not None:
            kwargs["initial"] = {
                name: getattr(unit, name) for name in ("name", "code", "kind", "valid_from", "valid_to", "version")
            } | {"parent": unit.parent_id}
        super().__init__(*args, **kwargs)
        kinds = kinds_below(parent.kind) if parent is not None else frozenset(UnitKind) - {UnitKind.MUNICIPALITY}
        if unit is not None and unit.parent_id is None:
            kinds = frozenset({UnitKind.MUNICIPALITY})
        self._choices(
            "kind", [(kind.value, say(f"organisation.kind.{kind.value}")) for kind in UnitKind if kind in kinds]
        )
        if unit is None:
            del self.fields["version"]
        if unit is None or unit.parent_id is None:
            del self.fields["parent"]
        else:
            self._choices("parent", places_for(by, unit))

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class _RoleFields(Form):
    """A role, where and how long; only units where the person may give roles are there to choose."""

    role = forms.ChoiceField(
        label=later("organisation.field.role"),
        widget=forms.RadioSelect,
        error_messages={"required": later("organisation.error.choose_role")},
    )
    unit = forms.TypedChoiceField(
        label=later("organisation.field.unit"),
        help_text=later("organisation.hint.unit"),
        coerce=int,
        error_messages={"required": later("organisation.error.choose_unit")},
    )
    valid_from = _day("valid_from", "organisation.hint.date")
    valid_to = _day("valid_to", "organisation.hint.role_valid_to")

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, unit = self.fields["role"], self.fields["unit"]
        if isinstance(role, forms.ChoiceField) and isinstance(unit, forms.ChoiceField):
            role.choices = [
                (each.value, f"{say(f'organisation.role.{each.value}')}. {say(f'organisation.role_hint.{each.value}')}")
                for each in Role
            ]
            within = units_in_scope(by, "organisation.people_edit").order_by("path")
            places = [(each.pk, f"{'– ' * each.depth}{each.name}") for each in within]
            unit.choices = [("", say("organisation.choose_unit")), *places]  # the widest scope is nobody's by default


class RoleForm(_RoleFields):
    """Another role for a person."""


class InviteForm(_RoleFields):
    """Somebody new, with a first role."""

    email = forms.EmailField(
        label=later("organisation.field.email"),
        help_text=later("organisation.hint.email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": later("organisation.error.write_email"),
            "invalid": later("organisation.error.odd_email"),
        },
    )
    name = forms.CharField(
        label=later("organisation.field.person_name"),
        max_length=200,
        error_messages={"required": later("organisation.error.write_person")},
    )
    field_order = ("email", "name", "role", "unit", "valid_from", "valid_to")


class InviteManyForm(Form):
    """People to invite, as pasted lines or as a file."""

    lines = forms.CharField(
        label=later("organisation.people_list.lines"),
        help_text=later("organisation.people_list.lines_hint"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        max_length=100_000,
        required=False,
    )
    file = forms.FileField(
        label=later("organisation.people_list.file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.xls,.ods"}),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        cleaned = super().clean() or {}
        if not self.errors and bool(cleaned.get("lines")) == bool(cleaned.get("file")):
            self.add_error("lines", say("organisation.people_list.one_of_two"))
        return cleaned


class PersonForm(Form):
    """A person's name, and whether the account is open."""

    name = forms.CharField(label=later("organisation.field.person_name"), max_length=200)
    is_active = forms.BooleanField(label=later("organisation.field.is_active"), required=False)
    seen_name = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    seen_active = forms.BooleanField(widget=forms.HiddenInput, required=False)


class EraseForm(Form):
    """Why a person's data is erased."""

    reason = forms.CharField(
        label=later("organisation.field.reason"), help_text=later("organisation.hint.reason"), max_length=200
    )


class InvitationForm(Form):
    """The invited person's own name and password."""

    name = forms.CharField(
        label=later("organisation.field.person_name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": later("organisation.error.write_own_name")},
    )
    password = forms.CharField(
        label=later("organisation.field.password"),
        help_text=later("organisation.hint.password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": later("organisation.error.write_password")},
    )
    password_again = forms.CharField(
        label=later("organisation.field.password_again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": later("organisation.error.write_password_again")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self._user = user
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Check that the two passwords are one, and a good one."""
        cleaned = super().clean() or {}
        first, second = cleaned.get("password"), cleaned.get("password_again")
        if first and second and first != second:
            self.add_error("password_again", say("organisation.error.passwords_differ"))
        if first:  # all that is wrong is told at once
            try:
                password_validation.validate_password(first, self._user)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class ListForm(Form):
    """A list of units as a file."""

    file = forms.FileField(
        label=later("organisation.field.file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.xls,.ods"}),
    )


def chosen_unit(key: int) -> Unit:
    """The unit that a form's choice names; the choice has been checked against the person's scope."""
    return Unit.objects.get(pk=key)
