"""The forms of goals and targets: they check what a person wrote; actions do the rest."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from jamlik.web.core.forms import Form
from jamlik.web.core.texts import say
from jamlik.web.goals import rules
from jamlik.web.goals.choices import LONG, Choice, GoalChoices, TargetChoices, narrowed, nothing
from jamlik.web.goals.models import Agreement, Goal, GoalLevel
from jamlik.web.register.conflicts import refused
from jamlik.web.register.forms import DateField, ManyField, OneField
from jamlik.web.register.forms import labelled as labelled_in
from jamlik.web.register.rules import BrokenRuleError

__all__ = [
    "AgreedForm",
    "AimForm",
    "ComparisonForm",
    "EndForm",
    "HowForm",
    "IndicatorForm",
    "KindForm",
    "ListForm",
    "PlaceForm",
    "ReasonForm",
    "TargetReasonForm",
    "TiesForm",
    "WhatForm",
    "WithdrawForm",
    "YearsForm",
    "labelled",
]


def labelled(name: str, *, hint: bool = False, required: str = "") -> dict[str, Any]:
    """Label, hint and message from the words of goals."""
    return labelled_in(name, app="goals", hint=hint, required=required)


def _offer_found(form: _GoalStep | _TargetStep, name: str, choices: Sequence[Choice]) -> None:
    """Put in the choices that were looked for; a form with many says that it can be searched."""
    chosen = set(form.data.getlist(name)) if isinstance(form.data, QueryDict) else set()
    form.long = form.long or len(choices) > LONG
    form.offer(name, narrowed(choices, form.choices.find, chosen))


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class _Year(forms.IntegerField):
    """A year, written with four digits."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "size": 6})
        super().__init__(min_value=1990, max_value=2150, widget=widget, **kwargs)


class _GoalStep(Form):
    """A page about a goal; all of them are handed the same choices. `long`: it has so many that they are searched."""

    long = False

    def __init__(self, *args: Any, choices: GoalChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.choose()

    def choose(self) -> None:
        """Put the choices into the fields."""


class WhatForm(_GoalStep):
    """What is to be reached."""

    level = forms.ChoiceField(widget=forms.RadioSelect, **labelled("level", required="level"))
    title = forms.CharField(max_length=250, **labelled("title", hint=True, required="title"))
    desired_result = forms.CharField(widget=_area(4), **labelled("desired_result", hint=True))

    def choose(self) -> None:
        """Put the levels in."""
        levels = [(level, say(f"goals.level.{level}")) for level in GoalLevel.values]
        self.offer("level", levels)

    def clean_level(self) -> str:
        """Tell the pages after this."""
        self.choices.level = self.cleaned_data["level"]
        return self.choices.level


class AgreedForm(_GoalStep):
    """Who agreed to it."""

    agreement = forms.ChoiceField(widget=forms.RadioSelect, **labelled("agreement", hint=True, required="agreement"))
    agreed_by = forms.CharField(max_length=250, **labelled("agreed_by", hint=True))
    agreed_on = DateField(**labelled("agreed_on"))

    def choose(self) -> None:
        """Put the kinds of agreement in."""
        kinds = [(kind, say(f"goals.agreement.{kind}")) for kind in Agreement.values]
        self.offer("agreement", kinds)


class HowForm(_GoalStep):
    """The way there, and who stands behind it."""

    how = forms.CharField(widget=_area(4), **labelled("how", hint=True))
    how_by = forms.CharField(max_length=250, **labelled("how_by", hint=True))


class YearsForm(_GoalStep):
    """From when and until when it holds."""

    period_from = _Year(**labelled("period_from", required="year"))
    period_to = _Year(**labelled("period_to", hint=True, required="year"))

    def clean(self) -> dict[str, Any]:
        """Hold the years in order."""
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("period_from"), found.get("period_to")
        if first is not None and last is not None:
            self.choices.years = (first, last)
            try:
                rules.require_period(level=self.choices.level, period_from=first, period_to=last)
            except BrokenRuleError as error:
                refused(self, error, app="goals")
        return found


class PlaceForm(_GoalStep):
    """Who owns it, its number, and the goal it lies below."""

    owner = OneField(**labelled("owner", hint=True, required="owner"))
    code = forms.CharField(max_length=30, **labelled("code", hint=True))
    parent = OneField(**labelled("parent", hint=True))

    def choose(self) -> None:
        """Put in units within scope, and goals that look farther ahead."""
        self.offer("owner", self.choices.owners)
        self.offer("parent", [("", say("goals.no_parent")), *self.choices.parents()])

    def clean_code(self) -> str:
        """Hold a number to one goal."""
        code = str(self.cleaned_data["code"])
        others = Goal.objects.filter(code=code)
        if self.choices.goal is not None:
            others = others.exclude(pk=self.choices.goal.pk)
        if code and others.exists():
            raise forms.ValidationError(say("goals.rule.code_taken", code=code))
        return code

    def clean_parent(self) -> int | None:
        """Hold the tree in order."""
        key: int | None = self.cleaned_data["parent"]
        years = self.choices.years
        if key and years and self.choices.level:
            try:
                rules.require_parent(
                    level=self.choices.level,
                    period_from=years[0],
                    period_to=years[1],
                    parent=Goal.objects.get(pk=key),
                    children=(),
                )
            except BrokenRuleError as error:
                raise forms.ValidationError(say(f"goals.rule.{error.reason}", **error.values)) from error
        return key


class TiesForm(_GoalStep):
    """Its themes and the governing documents it follows from."""

    themes = ManyField(**{k: v for k, v in labelled("themes").items() if k != "required"})
    documents = ManyField(**{k: v for k, v in labelled("documents", hint=True).items() if k != "required"})

    def choose(self) -> None:
        """Put in themes and documents."""
        _offer_found(self, "themes", self.choices.themes)
        _offer_found(self, "documents", self.choices.documents)


class ReasonForm(_GoalStep):
    """Why an adopted goal is worded anew."""

    reason = forms.CharField(widget=_area(3), **labelled("reason", hint=True))


class EndForm(Form):
    """When and why a goal ends."""

    on = DateField(**labelled("ended_on", required="date"))
    reason = forms.CharField(widget=_area(3), **labelled("end_reason", required="reason"))


class WithdrawForm(Form):
    """Why a target is taken back."""

    reason = forms.CharField(widget=_area(3), **labelled("withdraw_reason", required="reason"))


class ListForm(Form):
    """A list of goals and who owns those that name no owner."""

    file = forms.FileField(**labelled("list_file", hint=True, required="list_file"))
    owner = OneField(**labelled("list_owner", hint=True, required="owner"))

    def __init__(self, *args: Any, owners: list[tuple[int | str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("owner", owners)


class _TargetStep(Form):
    """A page about a target; each puts its answer into the shared choices. `long` as for a goal's."""

    long = False

    def __init__(self, *args: Any, choices: TargetChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.choose()

    def choose(self) -> None:
        """Put the choices into the fields."""


class IndicatorForm(_TargetStep):
    """What is measured."""

    source = forms.ChoiceField(**labelled("indicator", hint=True, required="indicator"))

    def choose(self) -> None:
        """Put in the indicators with published figures."""
        _offer_found(self, "source", [nothing(), *self.choices.indicators()])

    def clean_source(self) -> str:
        """Tell the pages after this."""
        chosen = str(self.cleaned_data["source"])
        data_set, indicator = self.choices.sources[chosen]
        self.choices.source = (data_set.pk, indicator.key)
        return chosen


class ComparisonForm(_TargetStep):
    """For whom."""

    question = forms.ChoiceField(**labelled("question", hint=True, required="question"))

    def choose(self) -> None:
        """Put in everyone and the published comparisons."""
        _offer_found(self, "question", [nothing(), *self.choices.comparisons()])

    def clean_question(self) -> str:
        """Tell the pages after this."""
        self.choices.question = str(self.cleaned_data["question"])
        if self.choices.question == "all":
            self.choices.kind = "level"
        return self.choices.question


class KindForm(_TargetStep):
    """The gap, or the group's own level."""

    kind = forms.ChoiceField(widget=forms.RadioSelect, **labelled("kind", hint=True, required="kind"))

    def choose(self) -> None:
        """Put in the two kinds."""
        kinds = [(kind, say(f"goals.kind.{kind}")) for kind in ("gap", "level")]
        self.offer("kind", kinds)

    def clean_kind(self) -> str:
        """Tell the pages after this."""
        self.choices.kind = str(self.cleaned_data["kind"])
        return self.choices.kind


class AimForm(_TargetStep):
    """How far, from when, and by when."""

    how_far = forms.ChoiceField(widget=forms.RadioSelect, **labelled("how_far", required="how_far"))
    aim = forms.DecimalField(max_digits=10, decimal_places=4, localize=True, **labelled("aim", hint=True))
    baseline_period = forms.ChoiceField(**labelled("baseline_period", hint=True, required="baseline"))
    by_year = _Year(**labelled("by_year", required="year"))
    meant = forms.BooleanField(**labelled("meant", required="meant"))

    def choose(self) -> None:
        """Put in the aims that go with the kind, and periods with figures."""
        ways = ("halve", "close", "size") if self.choices.kind == "gap" else ("value",)
        self.offer("how_far", [(way, say(f"goals.how_far.{way}")) for way in ways])
        if ways == ("value",):
            aim = self.fields["aim"]
            aim.required, aim.help_text = True, say("goals.hint.aim_level")
            aim.error_messages["required"] = say("goals.required.aim")
            self.initial.setdefault("how_far", "value")
        self.offer("baseline_period", self.choices.baselines())
        if not self._worse():
            del self.fields["meant"]

    def _worse(self) -> bool:
        """Whether what was sent is worse than where it starts: only then is it asked whether that is meant."""
        sent = {name: self.data.get(name, "") for name in ("how_far", "aim", "baseline_period")}
        try:
            sent["aim"] = self.fields["aim"].clean(sent["aim"])
        except forms.ValidationError:
            return False
        if sent["how_far"] not in ("size", "value") or sent["aim"] is None:
            return False
        return rules.is_worse(
            kind=self.choices.kind,
            aim_kind="value",
            aim=float(sent["aim"]),
            baseline_period=str(sent["baseline_period"]),
            points=self.choices.points,
            direction=self.choices.direction,
        )

    def clean(self) -> dict[str, Any]:
        """Hold the aim to what is published."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("how_far") in ("size", "value") and found.get("aim") is None and "aim" not in self.errors:
            self.add_error("aim", say("goals.required.aim"))
        if self.errors:
            return found
        kind, value = self.stated(found)
        try:
            rules.require_aim(
                kind=self.choices.kind,
                aim_kind=kind,
                aim=float(value),
                by_year=found["by_year"],
                baseline_period=found["baseline_period"],
                points=self.choices.points,
                direction=self.choices.direction,
                meant=bool(found.get("meant")),  # asked for where it is worse
            )
        except BrokenRuleError as error:
            refused(self, error, app="goals")
        return found

    @staticmethod
    def stated(found: dict[str, Any]) -> tuple[str, Decimal]:
        """The aim as it is kept: its kind and number."""
        if found["how_far"] == "halve":
            return "share", Decimal("0.5")
        if found["how_far"] == "close":
            return "value", Decimal(0)
        return "value", found["aim"]


class TargetReasonForm(_TargetStep):
    """Why this target."""

    reason = forms.CharField(widget=_area(3), **labelled("target_reason", hint=True))
