"""The forms: one made of each question's parts, and those of an analysis, its way and its decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from jamlik.handbook import Case, Question, QuestionSet, is_asked
from jamlik.handbook.answers import cleaned_value
from jamlik.handbook.questions import Kind, Part
from jamlik.model.words import phrase
from jamlik.web.assessments.forms import DateField, WordsField
from jamlik.web.assessments.models import Body, Outcome
from jamlik.web.assessments.rules import names_somebody
from jamlik.web.core import clock
from jamlik.web.core.forms import Form
from jamlik.web.core.texts import language, later, say
from jamlik.web.handbook.edition_queries import in_use
from jamlik.web.handbook.models import Depth
from jamlik.web.handbook.rules import POLITICAL
from jamlik.web.handbook.shown import row_choices, text
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics.models import Finding

__all__ = [
    "AnswerForm",
    "BeginForm",
    "ChangeForm",
    "CompletionForm",
    "DecisionForm",
    "PartField",
    "SubmitForm",
    "UnitForm",
    "UploadForm",
    "set_choices",
]

_OUTCOMES = (Outcome.APPROVED, Outcome.NOTED, Outcome.REFERRED_BACK)


class PartField(forms.Field):
    """One part of a question. It may be left empty: what is missing is told before the analysis is sent in."""

    def __init__(self, part: Part, questions: QuestionSet, **kwargs: Any) -> None:
        self.part, self.questions = part, questions
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """The answer in its one shape; what points out a person is refused before it is saved."""
        found, fault = cleaned_value(self.questions, self.part, value or "")
        if fault:
            raise forms.ValidationError(phrase(language(), f"handbook.fault.{fault}"))
        if self.part.kind in (Kind.LINE, Kind.TEXT) and names_somebody(str(found)):
            raise forms.ValidationError(say("assessments.form.person"))
        return list(found) if isinstance(found, tuple) else found


class AnswerForm(Form):
    """The parts of a question that are asked in a row."""

    def __init__(self, *args: Any, case: Case, question: Question, row: str, parts: Iterable[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        asked = set(parts)
        for part in question.parts:
            if part.id in asked:
                self.fields[part.id] = _field(case, question, part)

    @staticmethod
    def asked_parts(case: Case, question: Question, row: str) -> list[str]:
        """Ids of the parts that are asked now."""
        return [part.id for part in question.parts if is_asked(case.set, question, row, case.answers, case.facts, part)]


def _field(case: Case, question: Question, part: Part) -> PartField:
    lang = language()
    hint = phrase(lang, f"handbook.form.{part.kind.value}_hint") if part.kind in (Kind.DATE, Kind.NUMBER) else ""
    return PartField(
        part,
        case.set,
        label=question.label(part, lang),
        help_text=hint.strip("()"),
        required=part.required,
        widget=_widget(case, question, part),
    )


def _widget(case: Case, question: Question, part: Part) -> forms.Widget:
    if part.kind is Kind.TEXT:
        return forms.Textarea(attrs={"rows": 8 if question.norm_critical else 4, "maxlength": part.kind.limit})
    if part.kind in (Kind.CHOICE, Kind.CHOICES):
        made = forms.RadioSelect if part.kind is Kind.CHOICE else forms.CheckboxSelectMultiple
        return made(choices=[(each.id, each.text(language())) for each in case.set.choices[part.choices]])
    if part.kind is Kind.ROW:
        return forms.RadioSelect(choices=row_choices(case.set, part, case.answers))
    if part.kind is Kind.DATE:
        return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    if part.kind is Kind.NUMBER:
        return forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.TextInput(attrs={"maxlength": part.kind.limit})


def set_choices() -> list[tuple[str, str]]:
    """Sets and depths to choose among, as `equality.full`, with what each is called."""
    found = []
    for name, (questions, _) in in_use().items():
        for depth in questions.depths:
            title = text(questions.title)
            told = f"{title}, {text(depth.title).lower()}" if len(questions.depths) > 1 else title
            found.append((f"{name}.{depth.id}", f"{told}. {text(depth.note)}"))
    return found


class UnitForm(Form):
    """The question: which unit is it about."""

    unit: forms.ModelChoiceField[Unit] = forms.ModelChoiceField(
        queryset=None,
        label=later("handbook.begin.unit"),
        help_text=later("handbook.begin.unit_hint"),
        empty_label=later("handbook.begin.unit_choose"),
        error_messages={"required": later("handbook.begin.unit_missing")},
    )

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_rows("unit", units)


class _FindingsForm(Form):
    """A form with the findings that an analysis is about."""

    findings = forms.MultipleChoiceField(
        label=later("handbook.begin.findings"),
        help_text=later("handbook.begin.findings_hint"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def offer_findings(self, findings: Iterable[Finding]) -> None:
        """The findings to choose among; the field goes where there is none."""
        self.rows: Mapping[str, Finding] = {str(each.pk): each for each in findings}
        lang = language()
        self.offer("findings", [(key, each.heading(lang)) for key, each in self.rows.items()])
        if not self.rows:
            del self.fields["findings"]

    def chosen(self) -> list[Finding]:
        """The findings that were ticked."""
        return [self.rows[key] for key in self.cleaned_data.get("findings", ())]


class BeginForm(_FindingsForm):
    """What the analysis is called, which questions, and which findings."""

    title = WordsField(
        label=later("handbook.begin.name"),
        help_text=later("handbook.begin.name_hint"),
        missing="handbook.begin.name_missing",
        rows=1,
    )
    period = WordsField(
        label=later("handbook.field.period"),
        help_text=later("handbook.begin.period_hint"),
        rows=1,
        required=False,
        max_length=40,
    )
    questions = forms.ChoiceField(
        label=later("handbook.begin.questions"),
        widget=forms.RadioSelect,
        error_messages={"required": later("handbook.begin.questions_missing")},
    )
    field_order = ("title", "period", "questions", "findings")

    def __init__(self, *args: Any, findings: Iterable[Finding], handed: Iterable[int], **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "questions": f"equality.{Depth.QUICK}",
                "period": str(clock.today().year),
                "findings": [*map(str, handed)],
            },
        )
        super().__init__(*args, **kwargs)
        self.offer("questions", set_choices())
        self.offer_findings(findings)


class ChangeForm(_FindingsForm):
    """What an analysis is called, and more findings."""

    title = WordsField(label=later("handbook.begin.name"), missing="handbook.begin.name_missing", rows=1)
    period = WordsField(label=later("handbook.field.period"), rows=1, required=False, max_length=40)
    field_order = ("title", "period", "findings")

    def __init__(self, *args: Any, findings: Iterable[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["findings"].label = say("handbook.change.findings")
        self.fields["findings"].help_text = say("handbook.change.findings_hint")
        self.offer_findings(findings)


class SubmitForm(Form):
    """When it is followed up, and what was changed where somebody has asked for more."""

    reply = WordsField(
        label=later("handbook.submit.reply"),
        help_text=later("handbook.submit.reply_hint"),
        missing="handbook.refused.reply",
    )
    follow_up_on = DateField(
        label=later("handbook.field.follow_up_on"),
        help_text=later("handbook.submit.follow_up_hint"),
        missing="handbook.submit.follow_up_missing",
        ahead=True,
    )

    def __init__(self, *args: Any, asked_for: bool, must_follow_up: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asked_for:
            del self.fields["reply"]
        self.fields["follow_up_on"].required = must_follow_up


class CompletionForm(Form):
    """The question: what has to be completed."""

    text = WordsField(
        label=later("handbook.completion.text"),
        help_text=later("handbook.completion.hint"),
        missing="handbook.refused.reason",
    )


class DecisionForm(Form):
    """What a political body decided."""

    body = forms.ChoiceField(
        label=later("handbook.decision.body"),
        widget=forms.RadioSelect,
        error_messages={"required": later("assessments.form.choose")},
    )
    body_name = WordsField(label=later("handbook.decision.body_name"), rows=1, required=False)
    outcome = forms.ChoiceField(
        label=later("handbook.decision.outcome"),
        widget=forms.RadioSelect,
        error_messages={"required": later("assessments.form.choose")},
    )
    decided_on = DateField(label=later("handbook.decision.on"), required=False)
    paragraph = WordsField(label=later("handbook.decision.paragraph"), rows=1, required=False, max_length=50)
    reason = WordsField(
        label=later("handbook.decision.reason"), help_text=later("handbook.decision.reason_hint"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("body", [(each.value, say(f"handbook.body.{each.value}")) for each in Body if each in POLITICAL])
        self.offer("outcome", [(each.value, say(f"handbook.outcome.{each.value}")) for each in _OUTCOMES])


class UploadForm(Form):
    """A filled form."""

    file = forms.FileField(
        label=later("handbook.filled.file"),
        help_text=later("handbook.filled.hint"),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf"}),
        error_messages={"required": later("handbook.filled.missing"), "empty": later("handbook.filled.missing")},
    )
