"""The forms: one for each page of planning an action, and those of reports, contributors, plans and remeasurements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q

from jamlik.web.assessments.choices import labelled
from jamlik.web.assessments.forms import DateField, WordsField
from jamlik.web.core import clock
from jamlik.web.core.forms import Form
from jamlik.web.core.texts import language, later, say
from jamlik.web.goals.models import Goal
from jamlik.web.organisation.models import Unit
from jamlik.web.plans import queries, rules
from jamlik.web.plans.models import Action, Plan, PlanState, Progress
from jamlik.web.statistics.models import Finding, Indicator

__all__ = [
    "STEPS",
    "STEP_FORMS",
    "ActionForm",
    "ConfirmForm",
    "ContributorForm",
    "CostForm",
    "EffectForm",
    "GoalForm",
    "MilestoneChangeForm",
    "MilestoneForm",
    "MoneyField",
    "MoveForm",
    "PlanForm",
    "ReportForm",
    "StopForm",
    "UnitForm",
    "WhatForm",
    "WhenForm",
    "WhoForm",
]


_AROUND = re.compile(
    r"(?:ca\.?|c:a|cirka|circa|omkring|about|noin|n\.)?\s*(\d[\d\s]*?)\s*(?:kr\.?|kronor|sek|kruunua|:-)?",
    re.IGNORECASE,
)


class MoneyField(forms.IntegerField):
    """Whole kronor; blanks between thousands, "ca" before and "kr" after are read too."""

    def __init__(self, *, missing: str = "assessments.form.fill", **kwargs: Any) -> None:
        wrong = {
            "required": later(missing),
            "invalid": later("plans.form.number"),
            "min_value": later("plans.form.number"),
            "max_value": later("plans.form.number"),
        }
        widget = forms.TextInput(attrs={"inputmode": "numeric"})
        super().__init__(min_value=0, max_value=10**12, widget=widget, error_messages=wrong, **kwargs)

    def to_python(self, value: Any) -> int | None:
        """The number, without the blanks and the words around it."""
        if value is None:
            return None
        written = _AROUND.fullmatch(str(value).strip())
        return super().to_python("".join((written[1] if written else str(value)).split()))


class UnitForm(Form):
    """A form about an action of a unit for a finding: what may be chosen depends on the two."""

    def __init__(self, *args: Any, unit: Unit, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit, self.finding = unit, finding


class WhatForm(UnitForm):
    """The question: what will you do."""

    title = WordsField(
        label=later("plans.step.what.name"),
        help_text=later("plans.step.what.name_hint"),
        missing="plans.step.what.name_missing",
        rows=1,
    )
    cause = forms.ChoiceField(
        label=later("plans.field.cause"),
        help_text=later("plans.step.what.cause_hint"),
        widget=forms.RadioSelect,
        required=False,
    )
    description = WordsField(label=later("plans.field.description"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("cause", labelled("cause_kind"))


class GoalForm(UnitForm):
    """The question: which goal does it serve."""

    goal: forms.ModelChoiceField[Goal] = forms.ModelChoiceField(
        queryset=None,
        label=later("plans.field.goal"),
        help_text=later("plans.step.goal.hint"),
        empty_label=later("plans.step.goal.choose"),
        error_messages={"required": later("plans.step.goal.missing")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        goals = queries.choosable_goals(self.unit)
        self.offer_rows("goal", goals)
        if not self.is_bound and not self.initial.get("goal"):
            self.initial["goal"] = queries.goal_of_question(self.finding, goals)


class WhoForm(UnitForm):
    """The question: who is responsible."""

    role = WordsField(
        label=later("plans.field.role"),
        help_text=later("plans.step.who.hint"),
        missing="plans.step.who.missing",
        rows=1,
    )


class WhenForm(UnitForm):
    """The question: when does it start, and when is it done."""

    starts_on = DateField(label=later("plans.field.starts_on"), required=False)
    due_on = DateField(label=later("plans.field.due_on"), missing="plans.step.when.due_missing", ahead=True)

    def clean(self) -> dict[str, Any]:
        """It cannot be done before it starts."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("starts_on"), data.get("due_on")
        if first and last and last < first:
            self.add_error("due_on", say("plans.refused.dates"))
        return data


class CostForm(UnitForm):
    """The question: what does it cost."""

    cost_sek = MoneyField(
        label=later("plans.field.cost_sek"), help_text=later("plans.step.cost.hint"), missing="plans.step.cost.missing"
    )


class _IndicatorField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django takes no argument at run time
    """An indicator, called as in the language of the page."""

    def label_from_instance(self, obj: Any) -> str:
        """Its name."""
        return str(obj.title(language()))


class EffectForm(UnitForm):
    """The question: which effect do you expect, on which indicator and for whom."""

    effect_indicator = _IndicatorField(
        queryset=None,
        label=later("plans.field.effect_indicator"),
        help_text=later("plans.step.effect.indicator_hint"),
        empty_label=later("plans.step.effect.no_indicator"),
        required=False,
    )
    effect_group = WordsField(
        label=later("plans.field.effect_group"),
        help_text=later("plans.step.effect.group_hint"),
        rows=1,
        required=False,
    )
    expected_effect = WordsField(
        label=later("plans.field.expected_effect"),
        help_text=later("plans.step.effect.hint"),
        missing="plans.step.effect.missing",
        rows=3,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_rows("effect_indicator", queries.choosable_indicators(self.finding))


STEP_FORMS: Mapping[str, type[UnitForm]] = {
    "what": WhatForm,
    "goal": GoalForm,
    "who": WhoForm,
    "when": WhenForm,
    "cost": CostForm,
    "effect": EffectForm,
}
STEPS = tuple(STEP_FORMS)


class ActionForm(WhatForm, GoalForm, WhoForm, WhenForm, CostForm, EffectForm):
    """All of an action on one page, for changing it later. A day that has passed may stand."""

    due_on = DateField(label=later("plans.field.due_on"), missing="plans.step.when.due_missing")
    plan: forms.ModelChoiceField[Plan] = forms.ModelChoiceField(
        queryset=None, label=later("plans.field.plan"), empty_label=later("plans.no_plan"), required=False
    )
    field_order = (
        "title",
        "description",
        "cause",
        "goal",
        "plan",
        "role",
        "starts_on",
        "due_on",
        "cost_sek",
        "effect_indicator",
        "effect_group",
        "expected_effect",
    )

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(action, name) for name in self.field_order})
        super().__init__(*args, unit=action.unit, finding=action.finding, **kwargs)
        chosen = Plan.objects.filter(Q(actions=action.pk) | Q(pk__in=queries.choosable_plans(action.unit)))
        self.offer_rows("plan", chosen.distinct())
        indicators = Q(pk=action.effect_indicator_id) | Q(pk__in=queries.choosable_indicators(action.finding))
        self.offer_rows("effect_indicator", Indicator.objects.filter(indicators))
        goals = Goal.objects.filter(Q(actions=action.pk) | Q(pk__in=queries.choosable_goals(action.unit)))
        self.offer_rows("goal", goals.distinct())


class ReportForm(Form):
    """The question: how is it going."""

    progress = forms.ChoiceField(
        label=later("plans.field.progress"),
        widget=forms.RadioSelect,
        error_messages={"required": later("assessments.form.choose")},
    )
    text = WordsField(label=later("plans.field.text"), help_text=later("plans.report.hint"))
    spent_sek = MoneyField(label=later("plans.field.spent_sek"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("progress", [(each.value, say(f"plans.progress.{each.value}")) for each in Progress])


class StopForm(Form):
    """The question: why is it stopped."""

    reason = WordsField(
        label=later("plans.field.reason"), help_text=later("plans.stop.hint"), missing="plans.refused.reason"
    )


class ContributorForm(Form):
    """A unit or a partner, and what they commit to."""

    other_unit = forms.ModelChoiceField(
        queryset=Unit.objects.none(),
        label=later("plans.field.other_unit"),
        empty_label=later("plans.contributor.no_unit"),
        required=False,
    )
    partner = WordsField(
        label=later("plans.field.partner"), help_text=later("plans.contributor.partner_hint"), rows=1, required=False
    )
    commitment = WordsField(
        label=later("plans.field.commitment"),
        help_text=later("plans.contributor.commitment_hint"),
        rows=2,
        max_length=500,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_rows("other_unit", Unit.objects.order_by("name"))

    def clean(self) -> dict[str, Any]:
        """One of the two, not both."""
        data: dict[str, Any] = super().clean() or {}
        if bool(data.get("other_unit")) == bool(data.get("partner")):
            self.add_error("partner", say("plans.form.one_of"))
        return data


class MilestoneForm(Form):
    """A step on the way."""

    title = WordsField(label=later("plans.field.milestone"), rows=1)
    due_on = DateField(label=later("plans.field.due_on"))


class MilestoneChangeForm(MilestoneForm):
    """A step that is there already: it may have been reached, or not after all."""

    reached_on = DateField(label=later("plans.field.reached_on"), required=False)


class PlanForm(Form):
    """A plan's name, years and summary."""

    title = WordsField(label=later("plans.plan.name"), rows=1)
    first_year = forms.IntegerField(label=later("plans.plan.first_year"), min_value=2000, max_value=2100)
    last_year = forms.IntegerField(label=later("plans.plan.last_year"), min_value=2000, max_value=2100)
    summary = WordsField(label=later("plans.plan.summary"), required=False)
    register_number = WordsField(label=later("plans.plan.register_number"), rows=1, required=False, max_length=100)

    def __init__(self, *args: Any, owners: Any = None, plan: Plan | None = None, **kwargs: Any) -> None:
        names = ("title", "first_year", "last_year", "summary", "register_number")
        year = clock.today().year
        first = {"first_year": year, "last_year": year + 2}
        kwargs.setdefault("initial", {name: getattr(plan, name) for name in names} if plan else first)
        super().__init__(*args, **kwargs)
        if owners is not None:
            self.fields["owner"] = forms.ModelChoiceField(
                queryset=owners, label=say("plans.plan.owner"), empty_label=say("assessments.assign.pick_unit")
            )
            earlier = Plan.objects.filter(owner__in=owners, superseded_by__isnull=True).exclude(
                state=PlanState.SUPERSEDED
            )
            self.fields["supersedes"] = forms.ModelChoiceField(
                queryset=earlier,
                label=say("plans.plan.supersedes"),
                required=False,
                empty_label=say("plans.plan.nothing_before"),
            )

    def clean(self) -> dict[str, Any]:
        """The years come in order."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first_year"), data.get("last_year")
        if first and last and last < first:
            self.add_error("last_year", say("plans.form.years"))
        return data


class MoveForm(Form):
    """A plan's next state; adopting it names body, day and paragraph."""

    to = forms.ChoiceField(label=later("plans.plan.to"), widget=forms.RadioSelect)
    note = WordsField(label=later("plans.plan.note"), required=False, rows=2)
    adopted_by = WordsField(
        label=later("plans.plan.adopted_by"), help_text=later("plans.plan.adoption_hint"), rows=1, required=False
    )
    adopted_on = DateField(label=later("plans.plan.adopted_on"), required=False)
    paragraph = WordsField(label=later("plans.plan.paragraph"), rows=1, required=False, max_length=50)

    def __init__(self, *args: Any, plan: Plan, may_adopt: bool, may_edit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [
            to for to in rules.NEXT_PLAN_STATES[plan.state] if (may_adopt if to == PlanState.ADOPTED else may_edit)
        ]
        self.offer("to", [(to.value, say(f"plans.plan_state.{to.value}")) for to in allowed])
        if PlanState.ADOPTED not in allowed:
            for name in ("adopted_by", "adopted_on", "paragraph"):
                del self.fields[name]


class ConfirmForm(Form):
    """The question: has the gap closed."""

    closed = forms.ChoiceField(
        label=later("plans.remeasure.decide"),
        widget=forms.RadioSelect,
        error_messages={"required": later("plans.remeasure.missing")},
    )
    comment = WordsField(
        label=later("plans.remeasure.comment"), help_text=later("plans.remeasure.comment_hint"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(
            "closed",
            [
                ("yes", say("plans.remeasure.closed")),
                ("no", say("plans.remeasure.again")),
            ],
        )
