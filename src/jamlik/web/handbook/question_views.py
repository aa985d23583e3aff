"""One question a page: saved as one goes, with the differences it is about beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from jamlik.handbook import Case, Kind, Question, rows_of
from jamlik.handbook.questions import SOLE
from jamlik.model.words import phrase
from jamlik.web.assessments.rules import RefusedError
from jamlik.web.core import clock, editing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.handbook import actions, queries, rules
from jamlik.web.handbook.actions import NEW
from jamlik.web.handbook.forms import AnswerForm
from jamlik.web.handbook.models import Analysis, Answer
from jamlik.web.handbook.pages import LISTED, Page, after, pages_of
from jamlik.web.handbook.shown import answer_text, lines_of, row_name, text
from jamlik.web.handbook.suggesting import suggestions
from jamlik.web.learning.shown import beside
from jamlik.web.register.conflicts import answer_conflict
from jamlik.web.statistics.queries import charts

__all__ = ["page_url", "question_page", "remove", "row_page", "url_of"]

CHECK = "check"


def url_of(analysis: Analysis, question: str, row: str) -> str:
    """Address of a question, or of one of its rows."""
    if row in (LISTED, SOLE):
        return reverse("handbook:question", args=[analysis.pk, question])
    return reverse("handbook:row", args=[analysis.pk, question, row])


def page_url(analysis: Analysis, page: Page) -> str:
    """Address of a page."""
    return url_of(analysis, page.question.id, page.row)


@dataclass(frozen=True)
class _Asked:
    """A question as it is asked now in one row."""

    analysis: Analysis
    case: Case
    question: Question
    row: str
    answers: Mapping[tuple[str, str], Answer]

    @property
    def kept(self) -> Answer | None:
        """What is saved in the row."""
        return self.answers.get((self.question.id, self.row))

    @property
    def there(self) -> bool:
        """Whether the row is one that can be answered."""
        if not self.question.repeats:
            return self.row == SOLE
        known = rows_of(self.case.set, self.question, self.case.answers)
        return self.row in known or bool(self.question.rows and self.row == NEW)

    @property
    def url(self) -> str:
        """Its address."""
        return url_of(self.analysis, self.question.id, self.row)


def _asked(request: HttpRequest, pk: int, question: str, row: str) -> _Asked:
    analysis = get_object_or_404(queries.writable_analyses(request.user), pk=pk)
    kept = list(analysis.answers.all())
    case = queries.case_of(analysis, kept)
    found = case.set.by_id.get(question)
    if found is None or analysis.depth not in found.depths:
        raise Http404
    return _Asked(analysis, case, found, row, {(each.question_key, each.row_key): each for each in kept})


@permission("handbook.write")
def question_page(request: HttpRequest, pk: int, question: str) -> HttpResponse:
    """A question that is answered once; or the rows of one that has rows."""
    asked = _asked(request, pk, question, SOLE)
    if asked.analysis.state not in rules.EDITABLE:
        return redirect("handbook:analysis", pk)
    if asked.question.per:
        raise Http404
    return _rows(request, asked) if asked.question.rows else _one(request, asked)


@permission("handbook.write")
def row_page(request: HttpRequest, pk: int, question: str, row: str) -> HttpResponse:
    """One row of a question."""
    asked = _asked(request, pk, question, row)
    if asked.analysis.state not in rules.EDITABLE:
        return redirect("handbook:analysis", pk)
    if not asked.question.repeats or (request.method != "POST" and not asked.there):
        raise Http404
    return _one(request, asked)


def _one(request: HttpRequest, asked: _Asked) -> HttpResponse:
    """The form of a question in one row."""
    about: dict[str, Any] = {"case": asked.case, "question": asked.question, "row": asked.row}
    parts = AnswerForm.asked_parts(asked.case, asked.question, asked.row)
    if request.method != "POST":
        if not parts:
            return redirect("handbook:analysis", asked.analysis.pk)
        kept = asked.kept
        form = AnswerForm(editing.unsent(request), **about, parts=parts, initial=kept.value if kept else {})
        return _question(request, asked, form, parts)
    if led := editing.sent_before(request):
        return redirect(led)
    sent = [name for name in request.POST.get("parts", "").split(",") if name] or parts
    form = AnswerForm(request.POST, **about, parts=sent)
    if not form.is_valid():
        return _question(request, asked, form, sent, status=422)
    if not asked.there:
        return _conflict(request, asked, form, None)
    try:
        return editing.once(request, lambda: _saved(request, asked, form))
    except EditConflict as conflict:
        theirs = conflict.theirs if isinstance(conflict.theirs, Answer) else None
        return _conflict(request, asked, form, theirs)
    except RefusedError as refused:
        form.add_error(None, str(refused))
        return _question(request, asked, form, sent, status=422)


def _saved(request: HttpRequest, asked: _Asked, form: AnswerForm) -> str:
    """Save, and where to go on to: the same page where the answer asks for more, else the next one."""
    kept = asked.kept
    left = {name: value for name, value in (kept.value if kept else {}).items() if name not in form.fields}
    given = {name: value for name, value in form.cleaned_data.items() if value}
    actions.save_answer(
        analysis=asked.analysis,
        question=asked.question.id,
        row=asked.row,
        value={**left, **given},
        expected_version=editing.seen_version(request),
        by=person(request),
        at=clock.now(),
    )
    case = queries.case_of(asked.analysis)
    back = f"?back={CHECK}" if request.GET.get("back") == CHECK else ""
    if asked.row == NEW or asked.question.rows:
        return url_of(asked.analysis, asked.question.id, LISTED) + back
    now = AnswerForm.asked_parts(case, asked.question, asked.row)
    if any(name not in form.fields for name in now):
        return asked.url + back
    if back:
        return reverse("handbook:check", args=[asked.analysis.pk])
    return _next_url(asked, case)


def _next_url(asked: _Asked, case: Case) -> str:
    row = LISTED if asked.question.rows else asked.row
    onward = after(case, pages_of(case), asked.question.id, row)
    return page_url(asked.analysis, onward) if onward else reverse("handbook:check", args=[asked.analysis.pk])


def _conflict(request: HttpRequest, asked: _Asked, form: AnswerForm, theirs: Answer | None) -> HttpResponse:
    """Both answers side by side; nothing is saved until one is chosen."""
    others = theirs.value if theirs is not None else {}
    questions, answers = asked.case.set, asked.case.answers
    differences = [
        (
            asked.question.label(part, language()),
            answer_text(questions, part, form.cleaned_data[part.id], answers),
            answer_text(questions, part, others.get(part.id), answers),
        )
        for part in asked.question.parts
        if part.id in form.fields
    ]
    again = reverse("handbook:analysis", args=[asked.analysis.pk]) if theirs is None else request.get_full_path()
    version = theirs.version if theirs is not None else None
    return answer_conflict(request, differences=differences, again=again, version=version)


def _question(
    request: HttpRequest, asked: _Asked, form: AnswerForm, parts: list[str], *, status: int = 200
) -> HttpResponse:
    question, kept = asked.question, asked.kept
    alone = len(form.fields) == 1 and len(question.parts) == 1
    if alone:
        field = next(iter(form.fields.values()))
        field.help_text = " ".join(each for each in (text(question.help), str(field.help_text)) if each)
    known = suggestions(asked.analysis.unit, [part for part in question.parts if part.id in form.fields])
    in_line = {name for name in known if question.part(name).kind is Kind.LINE}  # the others have only the list to read
    for name in in_line:
        form.fields[name].widget.attrs["list"] = f"known_{name}"
    version = editing.seen_version(request) if request.method == "POST" else (kept.version if kept else 0)
    shown = {
        **_beside(asked),
        "form": form,
        "alone": alone,
        "title": text(question.texts),
        "help": text(question.help),
        "only_swedish": _only_swedish(question),
        "known": [
            (name if name in in_line else "", str(form.fields[name].label), listed) for name, listed in known.items()
        ],
        "example": text(question.example),
        "norm_critical": question.norm_critical,
        "row_name": "" if asked.row == NEW else row_name(asked.case.set, question, asked.row, asked.case.answers),
        "parts": ",".join(parts),
        "version": version,
        "back": _back(request, asked),
    }
    return render(request, "handbook/question.html", shown, status=status)


def _only_swedish(question: Question) -> str:
    """Said of a municipality's own question that nobody has translated to the language of the page."""
    return "" if language() in question.texts else phrase(language(), "handbook.form.only_swedish")


def _beside(asked: _Asked) -> dict[str, Any]:
    """What stands around a question: how far one has come, the method, and the differences it is about."""
    pages = pages_of(asked.case)
    counted = [page for page in pages if not page.optional]
    step = next(step for step in asked.case.set.steps if asked.question in step.questions)
    key = queries.finding_of_row(asked.row)
    rows = list(queries.shown_findings().filter(handbook_analyses=asked.analysis.pk).order_by("rank", "pk"))
    finding = next((each for each in rows if each.pk == key), None)
    return {
        "analysis": asked.analysis,
        "step_title": text(step.title),
        "method": beside(asked.case.set.id, step.id),
        "done_n": sum(page.done for page in counted),
        "asked_n": len(counted),
        "finding": finding,
        "charts": charts(finding, lang=language()) if finding is not None else [],
        "findings": rows if finding is None else [],
    }


def _back(request: HttpRequest, asked: _Asked) -> str:
    if asked.question.rows and asked.row != SOLE:
        return url_of(asked.analysis, asked.question.id, LISTED)
    if request.GET.get("back") == CHECK:
        return reverse("handbook:check", args=[asked.analysis.pk])
    row = LISTED if asked.question.rows else asked.row
    before = after(asked.case, pages_of(asked.case), asked.question.id, row, back=True)
    return page_url(asked.analysis, before) if before else reverse("handbook:analysis", args=[asked.analysis.pk])


def _rows(request: HttpRequest, asked: _Asked) -> HttpResponse:
    """The rows of a question, with a way to add, change and remove one; each is saved on its own page."""
    case, question = asked.case, asked.question
    if request.method == "POST":
        return HttpResponseRedirect(_next_url(asked, case))
    rows = [
        {
            "name": row_name(case.set, question, row, case.answers),
            "lines": [(label, answer) for label, answer in lines_of(case, question, row) if answer],
            "url": url_of(asked.analysis, question.id, row),
            "remove": reverse("handbook:remove", args=[asked.analysis.pk, question.id, row]),
        }
        for row in rows_of(case.set, question, case.answers)
    ]
    checking = request.GET.get("back") == CHECK
    shown = {
        **_beside(asked),
        "title": text(question.texts),
        "help": text(question.help),
        "rows": rows,
        "row_word": text(question.row_name),
        "add": url_of(asked.analysis, question.id, NEW),
        "onward": reverse("handbook:check", args=[asked.analysis.pk]) if checking else _next_url(asked, case),
        "back": _back(request, asked),
    }
    return render(request, "handbook/rows.html", shown)


@permission("handbook.write")
def remove(request: HttpRequest, pk: int, question: str, row: str) -> HttpResponse:
    """Take a row away, after a question."""
    asked = _asked(request, pk, question, row)
    if not asked.question.rows:
        raise Http404
    listed = url_of(asked.analysis, question, LISTED)
    if asked.analysis.state not in rules.EDITABLE or not asked.there:
        return redirect(listed)
    problem = ""
    if request.method == "POST":
        try:
            actions.remove_row(analysis=asked.analysis, question=question, row=row, by=person(request), at=clock.now())
            return redirect(listed)
        except RefusedError as refused:
            problem = str(refused)
    shown = {
        "title": say(
            "handbook.rows.remove_title", what=row_name(asked.case.set, asked.question, row, asked.case.answers)
        ),
        "problem": problem,
        "lines": list(lines_of(asked.case, asked.question, row)),
        "back": listed,
    }
    return render(request, "handbook/remove.html", shown)
