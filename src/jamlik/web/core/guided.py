"""Guided forms as data: one question a page, a way back, answers checked before they are kept, and a last look.

    VERDICT = Guide("assessments.verdict", (
        Step("verdict", VerdictForm, heading="assessments.verdict.ask"),
        Step("why", ReasonForm, heading="assessments.why.ask", shown=lambda answers: answers["verdict"] != "unclear"),
    ))

    @permission("assessments.judge")
    def judge(request, pk, step=""):
        return guided.respond(request, VERDICT, step=step, subject=str(pk), address=…, finish=…)

Answers lie in a draft on the server from the first page on, so that a person may stop, lose the connection or be logged
out, and go on later. They are read again through the same forms at the end: what was valid on Monday may not be so now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from jamlik.web.core import clock, editing, texts
from jamlik.web.core.editing_models import Draft
from jamlik.web.core.forms import Form
from jamlik.web.core.people import person

__all__ = [
    "CHECK",
    "FIND",
    "LOOK",
    "Answers",
    "Guide",
    "Line",
    "Step",
    "drop_draft",
    "respond",
    "seen_anew",
    "shown_value",
]

CHECK = "check"
LOOK, FIND = "look", "find"  # the button that narrows long choices, and the field with what is looked for
Answers = Mapping[str, Any]
Finish = Callable[[Answers, int], str]


def _always(answers: Answers) -> bool:
    return True


@dataclass(frozen=True)
class Step:
    """One page: a form (with one question), its heading (key of a text), and when it is asked.

    `shown` gets the valid answers of the steps before it, by the names of their forms' fields.
    """

    name: str
    form: type[Form]
    heading: str
    shown: Callable[[Answers], bool] = _always
    template: str = "core/guided/step.html"


@dataclass(frozen=True)
class Guide:
    """A guided form: its name (of its drafts), its steps in order, and the keys of the texts of its last page."""

    name: str
    steps: tuple[Step, ...]
    check: str = "core.guided.check"
    send: str = "core.guided.send"
    template: str = "core/guided/check.html"


@dataclass(frozen=True)
class Line:
    """A line of the last page: what was asked, what was answered, and where it can be changed."""

    label: str
    value: str
    change: str


@dataclass
class _Walk:
    """A person's way through a guide: what is asked, what is answered, and the first step without answer."""

    request: HttpRequest
    guide: Guide
    draft: Draft
    address: Callable[[str], str]
    options: Mapping[str, Any]
    asked: list[Step] = field(default_factory=list)
    forms: dict[str, Form] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    first_open: Step | None = None

    def read(self) -> None:
        """Read the draft through the forms, step by step, until one is not answered."""
        for step in self.guide.steps:
            if not step.shown(self.answers):
                continue
            self.asked.append(step)
            form = step.form(_query(self.draft.answers.get(step.name)), **self.options)
            self.forms[step.name] = form
            if step.name in self.draft.answers and form.is_valid():
                self.answers.update(form.cleaned_data)
            else:
                self.first_open = step
                return

    def before(self, step: Step) -> Step | None:
        """The step asked before this one."""
        place = self.asked.index(step)
        return self.asked[place - 1] if place else None

    def lines(self) -> list[Line]:
        """What was asked and answered, for the last page."""
        return [
            Line(str(bound.label), shown_value(bound, step_form.cleaned_data.get(bound.name)), self.change(name))
            for name, step_form in self.forms.items()
            for bound in step_form
            if not bound.is_hidden
        ]

    def change(self, name: str) -> str:
        """Address of a step that leads back to the last page."""
        return f"{self.address(name)}?back={CHECK}"


def _query(kept: Mapping[str, list[str]] | None) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, values in (kept or {}).items():
        found.setlist(name, values)
    return found


def shown_value(bound: forms.BoundField, value: Any) -> str:
    """An answer as people read it: the words of a choice, not its code."""
    if value in (None, "", []):
        return texts.say("core.guided.empty")
    if isinstance(value, bool):
        return texts.say("core.yes" if value else "core.no")
    choices = dict(_flat(getattr(bound.field, "choices", ())))
    values = value if isinstance(value, list | tuple) else [value]
    return ", ".join(str(choices.get(str(one), one)) for one in values)


def _flat(choices: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for value, label in choices:
        found += _flat(label) if isinstance(label, list | tuple) else [(str(value), label)]
    return found


def respond(
    request: HttpRequest,
    guide: Guide,
    *,
    step: str,
    subject: str,
    address: Callable[[str], str],
    finish: Finish,
    cancel: str = "/",
    version: int = 0,
    initial: Mapping[str, Mapping[str, Any]] | None = None,
    options: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page of a step, of the last look, or the way on to the next.

    Parameters
    ----------
    request : HttpRequest
        Of a person who is logged in and may do this.
    guide : Guide
        The form.
    step : str
        Name of the step, `check`, or empty: the first page that is not answered.
    subject : str
        What it is about: one draft for each person, form and subject.
    address : callable
        Address of a step by its name.
    finish : callable
        Gets all answers and the version that the person began from; writes through an action and returns the address to
        go on to. It may raise `ValidationError`, shown on the last page, or `EditConflict`, which the view shows.
    cancel : str
        Where the first page's way back leads.
    version : int
        Version of the thing now; kept in the draft when it is begun.
    initial : mapping, optional
        First answers by step, for one who changes what is there.
    options : mapping, optional
        Handed to every form's constructor.
    context : mapping, optional
        What the templates are handed besides.
    """
    if request.method == "POST" and step == CHECK and (led := editing.sent_before(request)):
        return HttpResponseRedirect(led)
    draft, _ = Draft.objects.get_or_create(
        user=person(request),
        form=guide.name,
        subject=subject,
        defaults={
            "seen_version": version,
            "changed_at": clock.now(),
            "answers": {name: _listed(values) for name, values in (initial or {}).items()},
        },
    )
    walk = _Walk(request, guide, draft, address, options or {})
    walk.read()
    shared = {"guide": guide, "cancel": cancel, **(context or {})}
    if step == CHECK:
        return _last_page(walk, finish, shared)
    here = next((asked for asked in walk.asked if asked.name == step), None)
    if here is None:
        return HttpResponseRedirect(address(walk.first_open.name if walk.first_open else CHECK))
    return _step_page(walk, here, shared, cancel)


def _listed(values: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        name: [str(one) for one in (value if isinstance(value, list | tuple) else [value])]
        for name, value in values.items()
        if value is not None
    }


def _step_page(walk: _Walk, step: Step, shared: dict[str, Any], cancel: str) -> HttpResponse:
    request, status = walk.request, 200
    kept = walk.draft.answers.get(step.name)
    if request.method == "POST" and LOOK in request.POST:
        return _looked_for(walk, step)
    if request.method == "POST":
        form = step.form(request.POST, **walk.options)
        if form.is_valid():
            _keep(walk.draft, step, request.POST)
            return HttpResponseRedirect(_onward(walk, step))
        status = 422
    else:
        lost = editing.unsent(request)
        bound = lost if lost is not None else (_query(kept) if kept is not None else None)
        form = step.form(bound, **walk.options)
    before = walk.before(step)
    changing = request.GET.get("back") == CHECK
    back = walk.address(CHECK) if changing else walk.address(before.name) if before else cancel
    return render(
        request,
        step.template,
        {**shared, "form": form, "step": step, "back": back, "number": walk.asked.index(step) + 1, "walk": walk},
        status=status,
    )


def _looked_for(walk: _Walk, step: Step) -> HttpResponse:
    """The same page with the choices narrowed; what is chosen so far is kept, and read again when the page is sent."""
    _keep(walk.draft, step, walk.request.POST)
    asked = {FIND: walk.request.POST.get(FIND, "")[:100], "back": walk.request.GET.get("back", "")}
    return HttpResponseRedirect(f"{walk.address(step.name)}?{urlencode({k: v for k, v in asked.items() if v})}")


def _keep(draft: Draft, step: Step, sent: QueryDict) -> None:
    """Keep what was sent to a step: only its own fields."""
    others = {"csrfmiddlewaretoken", editing.TOKEN, LOOK, FIND}
    own = {name: sent.getlist(name) for name in sent if name not in others}
    draft.answers = {**draft.answers, step.name: own}
    draft.changed_at = clock.now()
    Draft.objects.filter(pk=draft.pk).update(answers=draft.answers, changed_at=draft.changed_at)


def _onward(walk: _Walk, step: Step) -> str:
    """The step after this, or back to the last page for one who changes an answer, if nothing new is asked."""
    again = _Walk(walk.request, walk.guide, walk.draft, walk.address, walk.options)
    again.read()
    if walk.request.GET.get("back") == CHECK:
        return walk.address(again.first_open.name) if again.first_open else walk.address(CHECK)
    names = [asked.name for asked in again.asked]
    after = names[names.index(step.name) + 1 :]
    return walk.address(after[0] if after else CHECK)


def _last_page(walk: _Walk, finish: Finish, shared: dict[str, Any]) -> HttpResponse:
    if walk.first_open is not None:
        if walk.request.method == "POST" and (led := editing.sent_before(walk.request)):
            # The same form was sent a moment before and has let go of its draft: this one is a new and empty one.
            Draft.objects.filter(pk=walk.draft.pk, answers=walk.draft.answers).delete()
            return HttpResponseRedirect(led)
        return HttpResponseRedirect(walk.address(walk.first_open.name))
    problems: list[str] = []
    if walk.request.method == "POST":
        try:
            return editing.once(walk.request, lambda: _finish(walk, finish))
        except forms.ValidationError as error:
            problems = list(error.messages)
    back = walk.address(walk.asked[-1].name) if walk.asked else shared["cancel"]
    page = {**shared, "lines": walk.lines(), "answers": walk.answers, "problems": problems, "back": back}
    return render(walk.request, walk.guide.template, page, status=422 if problems else 200)


def _finish(walk: _Walk, finish: Finish) -> str:
    url = finish(dict(walk.answers), walk.draft.seen_version)
    Draft.objects.filter(pk=walk.draft.pk).delete()
    return url


def drop_draft(request: HttpRequest, guide: Guide, subject: str) -> None:
    """Let go of what a person has begun."""
    Draft.objects.filter(user=person(request), form=guide.name, subject=subject).delete()


def seen_anew(request: HttpRequest, guide: Guide, subject: str, version: int) -> None:
    """A person has been shown the version that is saved now, and goes on from what they have written themselves."""
    Draft.objects.filter(user=person(request), form=guide.name, subject=subject).update(seen_version=version)
