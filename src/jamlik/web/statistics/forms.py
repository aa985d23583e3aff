"""The app's forms. What they hold goes to an action; none of them saves."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from jamlik.analysis.incoming import CORRECTABLE, Correction
from jamlik.analysis.whose import area_named
from jamlik.model.errors import JamlikError
from jamlik.model.indicators import Direction
from jamlik.web.core import clock
from jamlik.web.core.forms import Form
from jamlik.web.core.texts import language, later, say
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics.models import Import, InsideRule, Source

__all__ = [
    "MOST_BYTES",
    "CorrectForm",
    "DataSetForm",
    "DescribeForm",
    "MunicipalityForm",
    "PublishForm",
    "ReasonForm",
    "RegisterForm",
    "UploadForm",
]

MOST_BYTES = 200 * 1024 * 1024
_MB = 1024 * 1024
_NO_TABLE = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"MZ", b"\x7fELF", b"SQLite format 3", b"<!doctype", b"<html")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"\x1f\x8b")


def _text(key: str, *, required: bool = True, area: bool = False, **kwargs: Any) -> forms.CharField:
    """A line or a box of text; its texts are `key`, `key_hint` and `key_missing`."""
    widget = forms.Textarea(attrs={"rows": 5}) if area else forms.TextInput(attrs={"autocomplete": "off"})
    missing = {"required": later(f"{key}_missing")} if required else {}
    return forms.CharField(
        label=later(key), required=required, widget=widget, error_messages=missing, **{"max_length": 300, **kwargs}
    )


class _UnitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


class DataSetForm(Form):
    """What a data set is called, whose it is and on what ground."""

    title = _text("statistics.set.title", help_text=later("statistics.set.title_hint"))
    owner = _UnitChoice(
        queryset=Unit.objects.none(),
        label=later("statistics.set.owner"),
        help_text=later("statistics.set.owner_hint"),
        error_messages={"required": later("statistics.set.owner_missing")},
    )
    register_number = _text("statistics.set.register_number", required=False, max_length=100)
    secrecy = _text("statistics.set.secrecy", required=False, help_text=later("statistics.set.secrecy_hint"))
    legal_basis = _text(
        "statistics.set.legal_basis", required=False, help_text=later("statistics.set.legal_basis_hint")
    )
    inside = forms.ChoiceField(
        choices=[(rule, later(f"statistics.inside_rule.{rule}")) for rule in InsideRule.values],
        label=later("statistics.inside_rule.label"),
        help_text=later("statistics.inside_rule.hint"),
        widget=forms.RadioSelect,
        required=False,
        initial=InsideRule.UNPROTECTED,
    )

    def __init__(self, *args: Any, owners: QuerySet[Unit] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if owners is None:
            del self.fields["owner"]
        else:
            self.fields["owner"].queryset = owners  # type: ignore[attr-defined]

    def clean_inside(self) -> str:
        """What was chosen, else what stands there already."""
        return str(self.cleaned_data["inside"] or self.get_initial_for_field(self.fields["inside"], "inside"))


class UploadForm(Form):
    """A file: its size and first bytes are looked at here, the rest when it is read."""

    file = forms.FileField(
        label=later("statistics.upload.file"),
        help_text=later("statistics.upload.hint", n=MOST_BYTES // _MB),
        error_messages={
            "required": later("statistics.upload.missing"),
            "invalid": later("statistics.upload.missing"),
            "empty": later("statistics.upload.empty"),
        },
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if too_large:
            self.fields["file"].error_messages["required"] = say("statistics.upload.too_large", n=MOST_BYTES // _MB)

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse what is too large, and what its first bytes say is no table."""
        found: UploadedFile[Any] = self.cleaned_data["file"]
        if (found.size or 0) > MOST_BYTES:
            raise forms.ValidationError(say("statistics.upload.too_large", n=MOST_BYTES // _MB))
        head = found.read(1 << 16)
        found.seek(0)
        text = not head.startswith(_PACKED) and not head.startswith(_WIDE)
        if head.lstrip().lower().startswith(tuple(mark.lower() for mark in _NO_TABLE)) or (text and _binary(head)):
            raise forms.ValidationError(say("statistics.upload.no_table"))
        return found


def _binary(head: bytes) -> bool:
    """Zeros where no text has them; in UTF-16 without a mark every other byte is one."""
    zeros = head.count(0)
    return 0 < zeros < 0.3 * len(head)


class MunicipalityForm(Form):
    """One's own municipality, by name or code."""

    municipality = _text("statistics.kolada.name", max_length=60, help_text=later("statistics.kolada.hint"))
    owner = _UnitChoice(
        queryset=Unit.objects.none(),
        label=later("statistics.set.owner"),
        error_messages={"required": later("statistics.set.owner_missing")},
    )

    def __init__(self, *args: Any, owners: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["municipality"].error_messages["required"] = say("statistics.kolada.missing")
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]


class CorrectForm(Form):
    """What each column is, which measures are wanted, and which way is better."""

    title = _text("statistics.correct.title", required=False)
    source = _text("statistics.correct.source", required=False)
    focus = _text("statistics.correct.focus", required=False, max_length=20)

    def __init__(self, *args: Any, imported: Import, own_area: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = imported.inspection
        for name in ("title", "source", "focus"):
            self.fields[name].initial = about.get(name, "")
        self.areas: dict[str, str] = dict(about.get("areas", []))
        if self.areas:
            self.fields["focus"] = _AreaChoice(self.areas, initial=about.get("focus") or own_area)
        self.columns = [str(column["name"]) for column in about.get("columns", [])]
        self.measures = [(str(i["id"]), _named(i)) for i in about.get("indicators", [])]
        for place, column in enumerate(about.get("columns", [])):
            self.fields[f"column_{place}"] = _KeptChoice(
                label=column["name"], choices=_roles(str(column["role"])), help_text=_examples(column)
            )
        for place, indicator in enumerate(about.get("indicators", [])):
            name = _named(indicator)
            self.fields[f"name_{place}"] = _KeptText(
                label=say("statistics.correct.name", name=name), initial=name, max_length=300
            )
            self.fields[f"direction_{place}"] = _KeptChoice(
                label=say("statistics.correct.direction", name=name), choices=_directions(str(indicator["direction"]))
            )
        if len(self.measures) > 1:
            self.fields["left_out"] = forms.MultipleChoiceField(
                label=later("statistics.correct.leave_out"),
                choices=self.measures,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def correction(self) -> Correction:
        """What the person said."""
        data = self.cleaned_data
        roles = {name: data.get(f"column_{place}", "") for place, name in enumerate(self.columns)}
        directions = {key: data.get(f"direction_{place}", "") for place, (key, _) in enumerate(self.measures)}
        named = {key: (data.get(f"name_{place}", "").strip(), now) for place, (key, now) in enumerate(self.measures)}
        return Correction(
            names={key: name for key, (name, now) in named.items() if name and name != now},
            title=data["title"],
            source=data["source"],
            focus=data["focus"],
            roles={name: role for name, role in roles.items() if role},
            directions={key: direction for key, direction in directions.items() if direction},
            left_out=frozenset(data.get("left_out", ())),
        )


class _KeptChoice(forms.ChoiceField):
    """A choice that always has an answer: as it is now. So nobody is told that it need not be answered."""

    def validate(self, value: str) -> None:
        """Nothing said is as it is now."""
        if value:
            super().validate(value)


class _AreaChoice(forms.ChoiceField):
    """Which of the file's areas the analysis is for; the person's own is chosen beforehand where it is there."""

    def __init__(self, areas: dict[str, str], **kwargs: Any) -> None:
        self.areas = areas
        named = sorted(((code, _area_name(code, label)) for code, label in areas.items()), key=lambda pair: pair[1])
        every = ("", say("statistics.correct.every_area", n=len(areas)))
        super().__init__(
            label=later("statistics.correct.focus_of"),
            help_text=later("statistics.correct.focus_of_hint"),
            choices=[every, *named],
            required=False,
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        """The area's code, where it was written by name as well."""
        text = str(value or "").strip()
        try:
            return area_named(text, self.areas) if text else ""
        except JamlikError as error:
            told = (error.part(name, language()) for name in ("what", "why", "do"))
            raise forms.ValidationError(" ".join(part for part in told if part)) from error


def _area_name(code: str, label: str) -> str:
    return f"{label} ({code})" if label and label != code else code


class _KeptText(forms.CharField):
    """A line that holds what is so now; emptied, it stays so."""

    def validate(self, value: str) -> None:
        """Nothing is missing."""


def _examples(column: dict[str, Any]) -> str:
    found = ", ".join(column.get("examples", ()))
    return say("statistics.correct.examples", examples=found) if found else ""


def _named(indicator: dict[str, Any]) -> str:
    names = indicator["name"]
    return str(names.get(language()) or names.get("sv") or indicator["id"])


def _roles(now: str) -> list[tuple[str, str]]:
    kept = ("", say("statistics.correct.keep", role=say(f"cli.role.{now}")))
    return [kept, *((role.value, say(f"cli.role.{role.value}")) for role in CORRECTABLE if role.value != now)]


def _directions(now: str) -> list[tuple[str, str]]:
    kept = ("", say("statistics.correct.keep", role=say(f"statistics.direction.{now}")))
    others = (Direction.UP, Direction.DOWN, Direction.NEUTRAL)
    return [kept, *((d.value, say(f"statistics.direction.{d.value}")) for d in others if d.value != now)]


class DescribeForm(Form):
    """The whole description as text."""

    description = forms.CharField(
        label=later("statistics.describe.text"),
        help_text=later("statistics.describe.hint"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false"}),
    )


class ReasonForm(Form):
    """Why something is undone or taken back; whose texts is said by the view."""

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = _text(key, area=True, max_length=1000)


class PublishForm(Form):
    """From which day."""

    released_on = forms.DateField(
        label=later("statistics.release.on"),
        help_text=later("statistics.release.on_hint"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": later("statistics.release.on_missing"),
            "invalid": later("statistics.release.on_missing"),
        },
    )

    def clean_released_on(self) -> date:
        """A day that has not been."""
        found: date = self.cleaned_data["released_on"]
        if found < clock.today():
            raise forms.ValidationError(say("statistics.release.on_past"))
        return found


class RegisterForm(Form):
    """A difference that somebody told of."""

    source = forms.ChoiceField(
        label=later("statistics.register.source"),
        widget=forms.RadioSelect,
        error_messages={"required": later("statistics.register.source_missing")},
    )
    owner = _UnitChoice(
        queryset=Unit.objects.none(),
        label=later("statistics.register.owner"),
        error_messages={"required": later("statistics.register.owner_missing")},
    )
    group = _text("statistics.register.group", max_length=200)
    reference = _text("statistics.register.reference", required=False, max_length=200)
    text = _text(
        "statistics.register.text", area=True, max_length=2000, help_text=later("statistics.register.text_hint")
    )
    heard_on = forms.DateField(
        label=later("statistics.register.heard_on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": later("statistics.register.heard_on_missing"),
            "invalid": later("statistics.register.heard_on_missing"),
        },
    )

    def __init__(self, *args: Any, owners: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = (source for source in Source.values if source != Source.COMPUTED)
        self.fields["source"].choices = [(source, say(f"statistics.source.{source}")) for source in told]  # type: ignore[attr-defined]
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]

    def clean_heard_on(self) -> date:
        """A day that has been."""
        found: date = self.cleaned_data["heard_on"]
        if found > clock.today():
            raise forms.ValidationError(say("statistics.register.heard_later"))
        return found
