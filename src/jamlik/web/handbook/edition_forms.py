"""The forms for an edition: its texts, a step, the help of a question of ours, and a question of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from jamlik.handbook import Kind, QuestionSet
from jamlik.model.words import LANGUAGES
from jamlik.web.core.forms import Form
from jamlik.web.core.texts import later, say
from jamlik.web.handbook.edition_content import FIRST
from jamlik.web.handbook.shown import text

__all__ = ["BeginEditionForm", "HelpForm", "QuestionForm", "SetTextsForm", "StepForm", "place_of"]

TITLE, LINE, HELP = 100, 200, 800
MOST_CHOICES, CHOICE = 30, 150
KINDS = (Kind.TEXT, Kind.LINE, Kind.CHOICE, Kind.CHOICES, Kind.DATE, Kind.NUMBER)
CHOSEN = frozenset({Kind.CHOICE, Kind.CHOICES})


class _WrittenField(forms.CharField):
    """A text for those who answer, with our own words for what is wrong, and without characters that cannot be seen."""

    def __init__(self, *, limit: int, rows: int = 1, missing: str = "", **kwargs: Any) -> None:
        if rows > 1:
            kwargs["widget"] = forms.Textarea(attrs={"rows": rows})
        kwargs["error_messages"] = {
            "max_length": say("handbook.edition.too_long", limit=limit),
            **({"required": say(missing)} if missing else {}),
        }
        super().__init__(max_length=limit, **kwargs)
        self.widget.attrs.pop("maxlength", None)  # a text that is cut without a word is worse than one refused

    def to_python(self, value: Any) -> str:
        """The text as it is kept."""
        made = str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")
        return "".join(each for each in made if each == "\n" or each.isprintable()).strip()


class _InLanguages(Form):
    """A form whose texts are written in Swedish, and in English and Finnish where somebody has translated them."""

    def ask(self, name: str, *, limit: int, rows: int = 1, missing: str = "", hint: str = "") -> None:
        """One field for each language; Swedish must be there where `missing` says what to write."""
        for lang in LANGUAGES:
            self.fields[f"{name}_{lang}"] = _WrittenField(
                limit=limit,
                rows=rows,
                missing=missing if lang == "sv" else "",
                required=bool(missing) and lang == "sv",
                label=say(f"handbook.edition.in.{lang}", what=say(f"handbook.edition.part.{name}")),
                help_text=hint if lang == "sv" else "",
            )

    def texts(self, name: str) -> dict[str, str]:
        """What was written, by language; what is empty is left out."""
        found = {lang: self.cleaned_data.get(f"{name}_{lang}", "") for lang in LANGUAGES}
        return {lang: each for lang, each in found.items() if each}

    @staticmethod
    def initial_of(**texts: Mapping[str, str]) -> dict[str, str]:
        """Texts as the fields show them."""
        return {f"{name}_{lang}": each.get(lang, "") for name, each in texts.items() for lang in LANGUAGES}


class BeginEditionForm(Form):
    """The question: what does the new edition begin from."""

    begun_from = forms.ChoiceField(
        label=later("handbook.edition.begin.from"),
        widget=forms.RadioSelect,
        error_messages={"required": later("handbook.edition.begin.missing")},
    )

    def __init__(self, *args: Any, sources: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("begun_from", sources)


class SetTextsForm(_InLanguages):
    """What the set is called, and what it begins with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask("title", limit=TITLE, missing="handbook.edition.missing.title")
        self.ask("intro", limit=HELP, rows=4, missing="handbook.edition.missing.intro")


class HelpForm(_InLanguages):
    """The help of a question of ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask("help", limit=HELP, rows=4, hint=say("handbook.edition.help_hint"))


class StepForm(_InLanguages):
    """A step: what it is called, what it is for, and where one of the municipality's own stands."""

    def __init__(self, *args: Any, questions: QuestionSet, step: str, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask("title", limit=TITLE, missing="handbook.edition.missing.step")
        self.ask("aim", limit=HELP, rows=3, missing="handbook.edition.missing.aim")
        self.taken = {_text_key(each.title.get("sv", "")) for each in questions.steps if each.id != step}
        if own:
            places = [(FIRST, say("handbook.edition.place.first"))]
            places += [
                (each.id, say("handbook.edition.place.after", what=text(each.title)))
                for each in questions.steps
                if each.id != step
            ]
            self.fields["after"] = forms.ChoiceField(
                label=say("handbook.edition.place.step"), choices=places, required=False
            )
            self.initial.setdefault("after", places[-1][0])

    def clean_title_sv(self) -> str:
        """Another title than the other steps have."""
        return _not_taken(self.cleaned_data["title_sv"], self.taken, "handbook.edition.twice.step")


def _text_key(written: str) -> str:
    """Texts that a person takes for the same have the same key."""
    return " ".join(written.casefold().split()).rstrip("?.! ")


def _not_taken(written: str, taken: Iterable[str], key: str) -> str:
    if _text_key(written) in set(taken):
        raise forms.ValidationError(say(key))
    return written


def place_of(chosen: str) -> tuple[str, str]:
    """Step, and the question it follows there, of a choice of place."""
    step, _, after = chosen.partition("/")
    return step, after


class QuestionForm(_InLanguages):
    """A question of the municipality's own."""

    def __init__(self, *args: Any, questions: QuestionSet, question: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        self.taken = {_text_key(each.texts.get("sv", "")) for name, each in questions.by_id.items() if name != question}
        self.ask("text", limit=LINE, missing="handbook.edition.missing.text")
        self.ask("help", limit=HELP, rows=3)
        self.fields["kind"] = forms.ChoiceField(
            label=say("handbook.edition.part.kind"),
            choices=[(each.value, say(f"handbook.edition.kind.{each.value}")) for each in KINDS],
            widget=forms.RadioSelect,
            error_messages={"required": say("handbook.edition.missing.kind")},
        )
        hint = say("handbook.edition.choices_hint")
        self.ask("choices", limit=MOST_CHOICES * (CHOICE + 1), rows=5, hint=hint)
        if len(questions.depths) > 1:
            self.fields["depths"] = forms.MultipleChoiceField(
                label=say("handbook.edition.part.depths"),
                choices=[(each.id, text(each.title)) for each in questions.depths],
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": say("handbook.edition.missing.depths")},
            )
        self.fields["required"] = forms.ChoiceField(
            label=say("handbook.edition.part.required"),
            choices=[("yes", say("handbook.edition.must")), ("no", say("handbook.edition.may"))],
            widget=forms.RadioSelect,
            error_messages={"required": say("handbook.edition.missing.required")},
        )
        self.fields["place"] = forms.ChoiceField(
            label=say("handbook.edition.place.question"),
            choices=list(_places(questions, question)),
            error_messages={"required": say("handbook.edition.missing.place")},
        )

    def clean_text_sv(self) -> str:
        """Another question than the others."""
        return _not_taken(self.cleaned_data["text_sv"], self.taken, "handbook.edition.twice.question")

    def clean(self) -> dict[str, Any]:
        """Choices belong to a question that chooses."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("kind") in CHOSEN:
            for lang in LANGUAGES:
                fault = _fault_in(_lines(data, lang), _lines(data, "sv"), lang)
                if fault:
                    self.add_error(f"choices_{lang}", fault)
        return data

    def table(self) -> dict[str, Any]:
        """The question as the room's loader reads it, without its id and place."""
        data = self.cleaned_data
        return {
            "kind": str(data["kind"]),
            "text": self.texts("text"),
            "help": self.texts("help"),
            "depths": list(data.get("depths") or [each.id for each in self.questions.depths]),
            "required": data["required"] == "yes",
        }

    def answers(self) -> list[dict[str, str]]:
        """Its choices, each in its languages."""
        if self.cleaned_data["kind"] not in CHOSEN:
            return []
        rows = {lang: _lines(self.cleaned_data, lang) for lang in LANGUAGES}
        return [{lang: lines[number] for lang, lines in rows.items() if lines} for number in range(len(rows["sv"]))]


def _lines(data: Mapping[str, Any], lang: str) -> list[str]:
    lines = (" ".join(line.split()) for line in str(data.get(f"choices_{lang}", "")).split("\n"))
    return [line for line in lines if line]


def _fault_in(lines: Sequence[str], swedish: Sequence[str], lang: str) -> str:
    """What is wrong with the choices in a language; empty where nothing is."""
    if lang != "sv" and not lines:
        return ""
    if lang == "sv" and len(lines) < 2:
        return say("handbook.edition.choices.few")
    if len(lines) > MOST_CHOICES:
        return say("handbook.edition.choices.many", most=MOST_CHOICES)
    if lang != "sv" and len(lines) != len(swedish):
        return say("handbook.edition.choices.uneven", swedish=len(swedish), here=len(lines))
    if any(len(line) > CHOICE for line in lines):
        return say("handbook.edition.too_long", limit=CHOICE)
    if len({_text_key(line) for line in lines}) < len(lines):
        return say("handbook.edition.twice.choice")
    return ""


def _places(questions: QuestionSet, question: str) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    for step in questions.steps:
        found = [(f"{step.id}/", say("handbook.edition.place.first_in"))]
        found += [
            (f"{step.id}/{each.id}", say("handbook.edition.place.after", what=text(each.texts)))
            for each in step.questions
            if each.id != question
        ]
        yield text(step.title), found
