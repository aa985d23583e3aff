"""Pages about laws, conventions and national goals, and about themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jamlik.model.words import joined
from jamlik.web.core import access, clock, editing, listing
from jamlik.web.core.access import permission
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.forms import Form
from jamlik.web.core.people import person
from jamlik.web.core.texts import language, say
from jamlik.web.register import actions, content, forms, queries, theme_actions
from jamlik.web.register.conflicts import answer_conflict, conflicting
from jamlik.web.register.lists import LAWS, STATE_LOOK
from jamlik.web.register.models import Law, Theme, ThemeSet

__all__ = [
    "add_law",
    "add_theme",
    "add_theme_set",
    "edit_law",
    "edit_theme",
    "edit_theme_set",
    "law",
    "law_list",
    "load_laws",
    "themes",
    "use_template",
]

EDIT_LAW, EDIT_THEME, LOAD = "register.edit_law", "register.edit_theme", "register.load_content"
_SET_FIELDS = ("name", "name_en", "name_fi", "about", "active")
_THEME_FIELDS = (*_SET_FIELDS, "position")


def _labels(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, say(f"register.field.{name}")) for name in names]


@permission("register.view")
def law_list(request: HttpRequest) -> HttpResponse:
    """All laws, conventions and goals."""
    shown = listing.page(request, queries.laws(), LAWS)
    if shown.file is not None:
        return shown.file
    page = {
        "listing": shown,
        "may_edit": access.may(request.user, EDIT_LAW),
        "may_load": access.may(request.user, LOAD),
    }
    return render(request, "register/laws.html", page)


@permission("register.view")
def law(request: HttpRequest, key: int) -> HttpResponse:
    """One law and the documents based on it."""
    found = get_object_or_404(Law, pk=key)
    documents: list[Any] = list(queries.documents_of_law(found))  # with `state`, which the query adds
    page = {
        "law": found,
        "name": found.heading,
        "summary": found.said("summary"),
        "applies": say("register.applies.all") if found.applies == "all" else found.applies,
        "documents": [(each, STATE_LOOK[queries.DocumentState(each.state)]) for each in documents],
        "may_edit": access.may(request.user, EDIT_LAW),
    }
    return render(request, "register/law.html", page)


@permission(LOAD)
@require_POST
def load_laws(request: HttpRequest) -> HttpResponse:
    """Add the laws that come with the program."""

    def act() -> str:
        loaded = theme_actions.load_laws(by=person(request), at=clock.now())
        text = say("register.laws.loaded", added=loaded.added_n, updated=loaded.updated_n, kept=loaded.kept_n)
        messages.success(request, text)
        return reverse("register:laws")

    return editing.once(request, act)


def _form_page(
    request: HttpRequest,
    form: Form,
    *,
    heading: str,
    back: str,
    save: Callable[[dict[str, Any]], str],
    taken: Callable[[dict[str, Any]], tuple[str, str] | None],
) -> HttpResponse:
    """Show a form of one page, or save it once. `taken` names the field whose value another row has, and says so."""
    if request.method == "POST" and form.is_valid():
        clash = taken(form.cleaned_data)
        if clash is None:
            try:
                return editing.once(request, lambda: save(form.cleaned_data))
            except IntegrityError:  # somebody else took the name or code a moment before
                clash = taken(form.cleaned_data)
                if clash is None:
                    raise
        form.add_error(*clash)
    page = {"form": form, "heading": heading, "back": back, "version": request.POST.get("version", "")}
    return render(request, "register/form.html", page, status=422 if form.errors else 200)


def _expected(request: HttpRequest, row: Any) -> int:
    """The version that the person saw when they opened the form."""
    seen = request.POST.get("version", "")
    return int(seen) if seen.isascii() and seen.isdigit() else int(row.version)


def _taken(rows: Any, field: str, reason: str, row: Model | None = None) -> Callable[[dict[str, Any]], Any]:
    others = rows if row is None else rows.exclude(pk=row.pk)

    def check(given: dict[str, Any]) -> tuple[str, str] | None:
        if others.filter(**{field: given[field]}).exists():
            return field, say(f"register.rule.{reason}")
        return None

    return check


@permission(EDIT_LAW)
def add_law(request: HttpRequest) -> HttpResponse:
    """Add a law of the municipality's own choosing."""

    def save(given: dict[str, Any]) -> str:
        made = actions.add_law(facts=given, by=person(request), at=clock.now())
        messages.success(request, say("register.laws.saved"))
        return reverse("register:law", args=[made.pk])

    return _form_page(
        request,
        forms.LawForm(request.POST or editing.unsent(request)),
        heading=say("register.laws.add"),
        back=reverse("register:laws"),
        save=save,
        taken=_taken(Law.objects.all(), "code", "code_taken"),
    )


def _edit_page(
    request: HttpRequest,
    row: Any,
    form_class: type[Form],
    names: tuple[str, ...],
    *,
    heading: str,
    back: str,
    change: Callable[..., Any],
    saved: str,
    taken: Callable[[dict[str, Any]], tuple[str, str] | None],
) -> HttpResponse:
    """Show the form of a row, save it once, or show both versions where somebody else was first."""
    initial = {name: getattr(row, name) for name in names}
    form = form_class(request.POST or editing.unsent(request), initial={**initial, "version": row.version})

    def save(given: dict[str, Any]) -> str:
        change(facts=given, expected_version=_expected(request, row), by=person(request), at=clock.now())
        messages.success(request, say(saved))
        return back

    try:
        if request.method == "POST":
            return _form_page(request, form, heading=heading, back=back, save=save, taken=taken)
        seen = form.data.get("version") or row.version  # what was sent after the login timed out began from its own
        page = {"form": form, "heading": heading, "back": back, "version": seen}
        return render(request, "register/form.html", page)
    except EditConflict as conflict:
        return answer_conflict(request, differences=conflicting(conflict, _labels(names)), again=request.path)


@permission(EDIT_LAW)
def edit_law(request: HttpRequest, key: int) -> HttpResponse:
    """Change what is said of a law."""
    found = get_object_or_404(Law, pk=key)
    return _edit_page(
        request,
        found,
        forms.LawForm,
        actions.LAW_FIELDS,
        heading=say("register.laws.edit"),
        back=reverse("register:law", args=[found.pk]),
        change=lambda **given: actions.edit_law(law=found, **given),
        saved="register.laws.saved",
        taken=_taken(Law.objects.all(), "code", "code_taken", found),
    )


@permission("register.view")
def themes(request: HttpRequest) -> HttpResponse:
    """All sets of themes, and the templates not yet used."""
    sets = list(queries.theme_sets())
    used = {each.origin for each in sets}
    page = {
        "sets": sets,
        "templates": [_shown(each) for key, each in content.templates().items() if key not in used],
        "may_edit": access.may(request.user, EDIT_THEME),
    }
    return render(request, "register/themes.html", page)


def _shown(template: content.SetTemplate) -> dict[str, str]:
    """A template in the reader's language."""
    lang = language()
    return {
        "key": template.key,
        "heading": template.name[lang],
        "about_here": template.about[lang],
        "listed": joined(lang, [name[lang] for name in template.themes]),
        "source": template.source,
    }


@permission(EDIT_THEME)
@require_POST
def use_template(request: HttpRequest, key: str) -> HttpResponse:
    """Make a set from a template."""
    if key not in content.templates():
        raise Http404

    def act() -> str:
        theme_actions.theme_set_from_template(key=key, by=person(request), at=clock.now())
        messages.success(request, say("register.themes.saved"))
        return reverse("register:themes")

    return editing.once(request, act)


@permission(EDIT_THEME)
def add_theme_set(request: HttpRequest) -> HttpResponse:
    """Begin a set of the municipality's own."""

    def save(given: dict[str, Any]) -> str:
        theme_actions.add_theme_set(facts=given, by=person(request), at=clock.now())
        messages.success(request, say("register.themes.saved"))
        return reverse("register:themes")

    return _form_page(
        request,
        forms.ThemeSetForm(request.POST or editing.unsent(request)),
        heading=say("register.themes.add_set"),
        back=reverse("register:themes"),
        save=save,
        taken=_taken(ThemeSet.objects.all(), "name", "name_taken"),
    )


@permission(EDIT_THEME)
def edit_theme_set(request: HttpRequest, key: int) -> HttpResponse:
    """Change a set's name, or put it aside."""
    found = get_object_or_404(ThemeSet, pk=key)
    return _edit_page(
        request,
        found,
        forms.ThemeSetForm,
        _SET_FIELDS,
        heading=say("register.themes.edit_set"),
        back=reverse("register:themes"),
        change=lambda **given: theme_actions.edit_theme_set(theme_set=found, **given),
        saved="register.themes.saved",
        taken=_taken(ThemeSet.objects.all(), "name", "name_taken", found),
    )


@permission(EDIT_THEME)
def add_theme(request: HttpRequest, key: int) -> HttpResponse:
    """Add a theme to a set."""
    found = get_object_or_404(ThemeSet, pk=key)

    def save(given: dict[str, Any]) -> str:
        theme_actions.add_theme(theme_set=found, facts=given, by=person(request), at=clock.now())
        messages.success(request, say("register.themes.saved"))
        return reverse("register:themes")

    return _form_page(
        request,
        forms.ThemeForm(request.POST or editing.unsent(request), initial={"position": found.themes.count() + 1}),
        heading=say("register.themes.add_theme"),
        back=reverse("register:themes"),
        save=save,
        taken=_taken(found.themes.all(), "name", "name_taken"),
    )


@permission(EDIT_THEME)
def edit_theme(request: HttpRequest, key: int) -> HttpResponse:
    """Change a theme, or put it aside."""
    found = get_object_or_404(Theme.objects.select_related("theme_set"), pk=key)
    return _edit_page(
        request,
        found,
        forms.ThemeForm,
        _THEME_FIELDS,
        heading=say("register.themes.edit_theme"),
        back=reverse("register:themes"),
        change=lambda **given: theme_actions.edit_theme(theme=found, **given),
        saved="register.themes.saved",
        taken=_taken(found.theme_set.themes.all(), "name", "name_taken", found),
    )
