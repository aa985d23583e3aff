"""The forms: one for each question of a verdict, and those of rounds, assignments, returns and case texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms

from jamlik.web.assessments import rules
from jamlik.web.assessments.choices import choice_label, labelled
from jamlik.web.assessments.models import Body, Outcome, Round, RoundKind
from jamlik.web.core import clock
from jamlik.web.core.forms import Form
from jamlik.web.core.texts import later, say

__all__ = [
    "CASE_LENGTH",
    "STEP_FORMS",
    "AssignForm",
    "CaseForm",
    "ChoiceForm",
    "ControlForm",
    "DateField",
    "DecisionForm",
    "KnowledgeForm",
    "ReasonForm",
    "ReconsiderForm",
    "ReopenForm",
    "ReplyForm",
    "ResponseForm",
    "ReturnForm",
    "RoundForm",
    "TickField",
    "VerdictForm",
    "WaitForm",
    "WhyForm",
    "WordsField",
    "deadline_form",
]

CASE_LENGTH = {"matter": 700, "proposal": 500, "best_interests": 450, "finances": 350}
_WEEKS_AHEAD = timedelta(days=90)


class DateField(forms.DateField):
    """A day written as year-month-day, with a hint that shows how; `ahead` refuses days that have passed."""

    def __init__(self, *, ahead: bool = False, missing: str = "assessments.form.fill", **kwargs: Any) -> None:
        self.ahead = ahead
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("error_messages", {})
        kwargs["error_messages"] |= {
            "required": later(missing),
            "invalid": later("assessments.form.date", example="2027-01-31"),
        }
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def clean(self, value: Any) -> date | None:
        """The day; one that has passed is refused where only days ahead make sense."""
        day: date | None = super().clean(value)
        if self.ahead and day is not None and day < clock.today():
            raise forms.ValidationError(say("assessments.form.future"))
        return day


class WordsField(forms.CharField):
    """Free text. It becomes a public record: identity numbers and addresses are refused before anything is saved."""

    def __init__(self, *, missing: str = "assessments.form.fill", rows: int = 4, **kwargs: Any) -> None:
        if rows > 1:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        kwargs.setdefault("max_length", 4000 if rows > 1 else 200)
        super().__init__(error_messages={"required": later(missing)}, **kwargs)

    def clean(self, value: Any) -> str:
        """The text, with nobody pointed out in it."""
        text = str(super().clean(value))
        if rules.names_somebody(text):
            raise forms.ValidationError(say("assessments.form.person"))
        return text


class TickField(forms.MultipleChoiceField):
    """One box to tick, drawn as a question with one answer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, choices=(("yes", later("core.yes")),), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The boxes ticked, from what was saved."""
        return (["yes"] if value else []) if isinstance(value, bool) or value is None else value

    def clean(self, value: Any) -> Any:
        """Whether it was ticked."""
        return bool(super().clean(value))


class ChoiceForm(Form):
    """A form whose choices are read in the language of the page."""

    choice_sets: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field, name in self.choice_sets.items():
            self.offer(field, labelled(name))


def _radios(step: str, *, label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=later(label),
        help_text=later(f"assessments.step.{step}.hint"),
        widget=forms.RadioSelect,
        error_messages={"required": later(f"assessments.step.{step}.missing")},
    )


class VerdictForm(ChoiceForm):
    """The question: is the difference justified."""

    verdict = _radios("verdict", label="assessments.field.verdict")
    choice_sets: ClassVar[Mapping[str, str]] = {"verdict": "verdict"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(
            "verdict", [(key, f"{text}. {choice_label('verdict_hint', key)}") for key, text in labelled("verdict")]
        )


class WhyForm(Form):
    """The question: why does the difference not matter."""

    evidence = WordsField(
        label=later("assessments.field.evidence"),
        help_text=later("assessments.step.why.hint"),
        missing="assessments.step.why.missing",
    )


class ReasonForm(ChoiceForm):
    """The question: which objective reason is there, and what supports it."""

    reason_kinds = forms.MultipleChoiceField(
        label=later("assessments.field.reason_kinds"),
        help_text=later("assessments.step.reason.hint"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": later("assessments.step.reason.missing")},
    )
    standardised = TickField(
        label=later("assessments.field.standardised"),
        help_text=later("assessments.step.reason.standardised_hint"),
        required=False,
    )
    evidence = WordsField(
        label=later("assessments.step.reason.evidence"),
        help_text=later("assessments.step.reason.evidence_hint"),
        missing="assessments.step.reason.evidence_missing",
    )
    choice_sets: ClassVar[Mapping[str, str]] = {"reason_kinds": "reason_kind"}

    def clean(self) -> dict[str, Any]:
        """Age may be the reason only where the figures take age into account."""
        data: dict[str, Any] = super().clean() or {}
        if "age_composition" in data.get("reason_kinds", ()) and not data.get("standardised"):
            self.add_error("standardised", say("assessments.step.reason.standardised_missing"))
        return data


class KnowledgeForm(Form):
    """The question: what is missing, who finds out, and when."""

    missing_knowledge = WordsField(
        label=later("assessments.field.missing_knowledge"),
        help_text=later("assessments.step.knowledge.hint"),
        missing="assessments.step.knowledge.missing",
    )
    next_step_by = WordsField(
        label=later("assessments.step.knowledge.by"),
        help_text=later("assessments.step.knowledge.by_hint"),
        missing="assessments.step.knowledge.by_missing",
        rows=1,
    )
    next_step_on = DateField(
        label=later("assessments.step.knowledge.on"), missing="assessments.step.knowledge.on_missing", ahead=True
    )


class ControlForm(ChoiceForm):
    """The question: can the municipality change it."""

    control = _radios("control", label="assessments.field.control")
    choice_sets: ClassVar[Mapping[str, str]] = {"control": "control"}


class ReconsiderForm(Form):
    """The question: when is it to be tried again."""

    reconsider_on = DateField(
        label=later("assessments.field.reconsider_on"),
        help_text=later("assessments.step.reconsider.hint"),
        missing="assessments.step.reconsider.missing",
        ahead=True,
    )


class ResponseForm(ChoiceForm):
    """The question: what do you do about it."""

    response = _radios("response", label="assessments.field.response")
    choice_sets: ClassVar[Mapping[str, str]] = {"response": "response"}


class WaitForm(Form):
    """The question: why do you wait, and until when."""

    wait_reason = WordsField(
        label=later("assessments.field.wait_reason"),
        help_text=later("assessments.step.wait.hint"),
        missing="assessments.step.wait.missing",
    )
    review_on = DateField(
        label=later("assessments.step.wait.on"), missing="assessments.step.wait.on_missing", ahead=True
    )


class ReplyForm(Form):
    """The question that the approver asked. A changed answer is an answer too, so the field may be left empty."""

    reply = WordsField(
        label=later("assessments.step.reply.title"), help_text=later("assessments.step.reply.hint"), required=False
    )


STEP_FORMS: Mapping[str, type[Form]] = {
    "reply": ReplyForm,
    "verdict": VerdictForm,
    "why": WhyForm,
    "reason": ReasonForm,
    "knowledge": KnowledgeForm,
    "control": ControlForm,
    "reconsider": ReconsiderForm,
    "response": ResponseForm,
    "wait": WaitForm,
}


class ReturnForm(Form):
    """The question: what needs to be added."""

    reason = WordsField(
        label=later("assessments.field.return_reason"),
        help_text=later("assessments.approve.return_hint"),
        missing="assessments.refused.return_reason",
    )


class ReopenForm(Form):
    """The question: why is the round opened again."""

    reason = WordsField(label=later("assessments.round.reopen_reason"), missing="assessments.refused.reopen_reason")


class RoundForm(Form):
    """A round's name, kind, days and cap."""

    title = WordsField(label=later("assessments.round.name"), help_text=later("assessments.round.name_hint"), rows=1)
    kind = forms.ChoiceField(label=later("assessments.round.kind"), widget=forms.RadioSelect)
    opens_on = DateField(label=later("assessments.round.opens_on"))
    due_on = DateField(label=later("assessments.round.due_on"))
    cap = forms.IntegerField(
        label=later("assessments.round.cap"),
        help_text=later("assessments.round.cap_hint"),
        min_value=1,
        max_value=20,
        initial=5,
        error_messages={"required": later("assessments.form.fill")},
    )

    def __init__(self, *args: Any, round_: Round | None = None, **kwargs: Any) -> None:
        today = clock.today()
        kwargs.setdefault("initial", {"opens_on": today, "due_on": today + _WEEKS_AHEAD, "cap": 5})
        if round_ is not None:
            kwargs["initial"] = {name: getattr(round_, name) for name in ("title", "kind", "opens_on", "due_on", "cap")}
        super().__init__(*args, **kwargs)
        self.offer("kind", [(kind.value, say(f"assessments.kind.{kind.value}")) for kind in RoundKind])

    def clean(self) -> dict[str, Any]:
        """The last day comes after the opening."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("opens_on"), data.get("due_on")
        if first and last and last < first:
            self.add_error("due_on", say("assessments.round.order"))
        return data


def deadline_form(committees: Any, days: Mapping[int, date], *args: Any) -> Form:
    """A form with a day for each committee."""
    form = Form(*args)
    for committee in committees:
        form.fields[f"committee_{committee.pk}"] = DateField(
            label=committee.name, required=False, initial=days.get(committee.pk)
        )
    return form


class AssignForm(Form):
    """To which unit, and by when where no round says so."""

    unit = forms.ChoiceField(
        label=later("assessments.field.unit"), error_messages={"required": later("assessments.assign.unit_missing")}
    )
    due_on = DateField(
        label=later("assessments.field.due_on"), help_text=later("assessments.assign.due_hint"), ahead=True
    )

    def __init__(self, *args: Any, units: Any, day: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(unit.pk), "–" * max(unit.depth - 1, 0) + f" {unit.name}") for unit in units]
        self.offer("unit", [("", say("assessments.assign.pick_unit")), *choices])
        self.fields["due_on"].initial = day
        if day is None:
            del self.fields["due_on"]


class CaseForm(Form):
    """The texts of a case; short, so that all stands on the front page."""

    register_number = WordsField(label=later("assessments.case.register_number"), rows=1, required=False)
    matter = WordsField(label=later("assessments.case.matter"), max_length=CASE_LENGTH["matter"])
    proposal = WordsField(label=later("assessments.case.proposal"), max_length=CASE_LENGTH["proposal"])
    best_interests = WordsField(
        label=later("assessments.case.best_interests"), max_length=CASE_LENGTH["best_interests"]
    )
    finances = WordsField(label=later("assessments.case.finances"), max_length=CASE_LENGTH["finances"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, length in CASE_LENGTH.items():
            self.fields[name].help_text = say("assessments.case.length", n=length)


class DecisionForm(Form):
    """What was decided along the route."""

    body = forms.ChoiceField(label=later("assessments.route.body"), widget=forms.RadioSelect)
    body_name = WordsField(
        label=later("assessments.route.body_name"), help_text=later("assessments.route.body_name_hint"), rows=1
    )
    outcome = forms.ChoiceField(label=later("assessments.route.outcome"), widget=forms.RadioSelect)
    decided_on = DateField(label=later("assessments.route.decided_on"))
    paragraph = WordsField(
        label=later("assessments.route.paragraph"),
        help_text=later("assessments.route.paragraph_hint"),
        rows=1,
        max_length=50,
        required=False,
    )
    reason = WordsField(
        label=later("assessments.route.reason"), help_text=later("assessments.route.reason_hint"), required=False
    )

    def __init__(self, *args: Any, bodies: tuple[Body, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("body", [(body.value, say(f"assessments.body.{body.value}")) for body in bodies])
        self.offer("outcome", [(outcome.value, say(f"assessments.outcome.{outcome.value}")) for outcome in Outcome])
