"""A form on paper: questions with room for answers, ruled for a pen or fillable on a screen. Tagged PDF (PDF/UA-1).

The writer knows nothing of what is asked. It is handed steps, questions, rows and inputs, each with its name and label.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import pydyf

from jamlik.reports.fields import finish_fields
from jamlik.reports.layout import laid_out
from jamlik.reports.pdf import page_number
from jamlik.reports.templating import environment, style

__all__ = ["Form", "FormInput", "FormQuestion", "FormRow", "FormStep", "form_pdf"]


@dataclass(frozen=True, slots=True)
class FormInput:
    """One thing to fill in.

    Parameters
    ----------
    name : str
        The field's name; each of several boxes to tick is `name/option`.
    kind : str
        `line`, `text`, `choice` (one of several), `choices` (boxes to tick), `date`, `number` or `row` (a list).
    label : str
        What it asks. `shown` tells whether it is printed beside it; the question above may say it already.
    spoken : str
        What a screen reader says of it: all that is needed to answer where nothing else is heard. Never empty.
    options : tuple of (id, text)
        For `choice`, `choices` and `row`.
    value : str or tuple of str
        What is filled in beforehand: a text, or ids of options.
    lines : int
        How many lines there is room for.
    limit : int
        The longest answer in characters; 0 for none.
    """

    name: str
    kind: str
    label: str
    spoken: str
    shown: bool = True
    options: tuple[tuple[str, str], ...] = ()
    value: str | tuple[str, ...] = ""
    lines: int = 1
    limit: int = 0
    note: str = ""

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the options that are filled in."""
        return (self.value,) if isinstance(self.value, str) else self.value


@dataclass(frozen=True, slots=True)
class FormRow:
    """Inputs that belong together; the title names the row where there are several."""

    title: str
    inputs: tuple[FormInput, ...]


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """A question with its help; `notes` say when it is asked and that it may be skipped."""

    id: str
    number: str
    text: str
    help: str
    rows: tuple[FormRow, ...]
    notes: tuple[str, ...] = ()
    example: str = ""
    roomy: bool = False


@dataclass(frozen=True, slots=True)
class FormStep:
    """Questions under a heading."""

    id: str
    title: str
    aim: str
    questions: tuple[FormQuestion, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A whole form.

    Parameters
    ----------
    hidden : mapping
        Fields that nobody sees, name to value: they tell which form it is when it is read.
    compact : bool
        Laid out closely, to stand on one page.
    """

    title: str
    kicker: str
    intro: tuple[str, ...]
    lang: str
    steps: tuple[FormStep, ...]
    labels: Mapping[str, str]
    hidden: Mapping[str, str]
    fillable: bool
    compact: bool = False

    @property
    def inputs(self) -> Mapping[str, FormInput]:
        """Every input by its name."""
        rows = (row for step in self.steps for question in step.questions for row in question.rows)
        return {each.name: each for row in rows for each in row.inputs}


def form_pdf(form: Form) -> bytes:
    """The PDF; the same form with the same fonts gives the same bytes."""
    css = "\n".join((style("tokens", "form"), page_number(form.labels)))
    page = environment().get_template("form.pdf.jinja").render(form=form, labels=form.labels, css=css)
    identifier = hashlib.sha256(page.encode()).digest()[:16]

    def finished(document: object, pdf: pydyf.PDF) -> None:
        finish_fields(pdf, inputs=form.inputs, hidden=form.hidden)

    options = {"pdf_forms": True, "finisher": finished} if form.fillable else {}
    return laid_out(page, identifier=identifier, **options)
