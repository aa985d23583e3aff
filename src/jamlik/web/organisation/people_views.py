"""Pages of people: who can log in, what each may do, invitations, a person's own data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jamlik.web.core import clock, erasure, listing, mail
from jamlik.web.core.access import may, permission, require
from jamlik.web.core.editing import EditConflict, once, unsent
from jamlik.web.core.models import User
from jamlik.web.core.people import person as asker
from jamlik.web.core.texts import say
from jamlik.web.organisation import people_actions, tree
from jamlik.web.organisation.forms import EraseForm, InvitationForm, InviteForm, PersonForm, RoleForm, chosen_unit
from jamlik.web.organisation.models import RoleAssignment
from jamlik.web.organisation.queries import may_change_account, valid_on
from jamlik.web.organisation.roles import Role
from jamlik.web.organisation.rules import INVITATION_DAYS

__all__ = [
    "change_person",
    "copy",
    "end_role",
    "erase",
    "give_role",
    "invitation",
    "invite",
    "people",
    "person",
    "send_link",
]

READ, EDIT, ERASE = "organisation.people_read", "organisation.people_edit", "organisation.person_erase"
LOGIN_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def _state(user: User) -> str:
    if not user.is_active:
        return "closed"
    return "active" if user.last_login or user.has_usable_password() else "invited_tag"


def _roles_text(user: Any) -> str:
    return "; ".join(f"{say(f'organisation.role.{each.role}')}, {each.unit}" for each in user.current_roles)


def _person_url(user: User) -> str:
    return reverse("organisation:person", args=[user.pk])


PEOPLE = listing.Spec(
    name="organisation.people",
    columns=(
        listing.Column(
            "name", "organisation.field.person_name", lambda user: str(user), sort=("name", "email"), link=_person_url
        ),
        listing.Column("email", "organisation.field.email", lambda user: user.email, sort="email"),
        listing.Column("roles", "organisation.people.roles", _roles_text),
        listing.Column(
            "state",
            "organisation.people.account",
            lambda user: say(f"organisation.people.{_state(user)}"),
            sort="is_active",
            tag=lambda user: {"active": "ok", "closed": "plain", "invited_tag": "warn"}[_state(user)],
        ),
        listing.Column("login", "organisation.people.last_login", lambda user: user.last_login, sort="last_login"),
    ),
    filters=(
        listing.Filter(
            "role",
            "organisation.field.role",
            lambda request: [(role.value, say(f"organisation.role.{role.value}")) for role in Role],
            lambda rows, value: rows.filter(
                pk__in=RoleAssignment.objects.filter(valid_on(clock.today()), role=value).values("user_id")
            ),
        ),
    ),
    search=("name", "email"),
    sort="name",
    caption="organisation.people.title",
    empty="organisation.people.none_found",
)


def _found(request: HttpRequest, pk: int) -> User:
    """A person in the scope of whoever asks; nobody else is there."""
    return get_object_or_404(tree.people_in_scope(request.user, READ, clock.today()), pk=pk)


@permission(READ)
def people(request: HttpRequest) -> HttpResponseBase:
    """Those who can log in."""
    shown = listing.page(request, tree.people_in_scope(request.user, READ, clock.today()), PEOPLE)
    context = {"listing": shown, "may_invite": may(request.user, EDIT)}
    return shown.file or render(request, "organisation/people.html", context)


@permission(READ)
def person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One person: roles now and at other times, the account, what has happened to it."""
    found = _found(request, pk)
    roles = list(RoleAssignment.objects.filter(user=found).select_related("unit"))
    today = clock.today()

    def mine(some: Iterable[RoleAssignment]) -> list[tuple[RoleAssignment, bool]]:
        return [(each, may(request.user, EDIT, unit=each.unit)) for each in some]

    context = {
        "person": found,
        "state": _state(found),
        "roles": mine(each for each in roles if each.valid_on(today)),
        "coming_roles": mine(each for each in roles if each.valid_from and each.valid_from > today),
        "other_roles": [each for each in roles if each.valid_to and each.valid_to < today],
        "may_give": may(request.user, EDIT) and found.is_active,
        "may_change": may_change_account(request.user, found, EDIT),
        "mail_delivers": mail.delivers(),
        "may_erase": may_change_account(request.user, found, ERASE),
    }
    return render(request, "organisation/person.html", context)


@permission(EDIT)
def invite(request: HttpRequest) -> HttpResponseBase:
    """Invite somebody with a first role."""
    form = InviteForm(request.POST or unsent(request), by=request.user)
    if request.method == "POST" and form.is_valid():
        asked = {**form.cleaned_data, "unit": chosen_unit(form.cleaned_data["unit"])}

        def act() -> str:
            return _person_url(people_actions.invite(**asked, by=asker(request), at=clock.now()))

        key = "invited" if mail.delivers() else "invited_no_mail"
        done = _acted(request, form, act, say(f"organisation.people.{key}", email=asked["email"]))
        if done is not None:
            return done
    context = {"form": form, "days": INVITATION_DAYS, "back": reverse("organisation:people")}
    return render(request, "organisation/invite.html", context)


@permission(EDIT)
def give_role(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give a person another role."""
    found = _found(request, pk)
    form = RoleForm(request.POST or unsent(request), by=request.user)
    if request.method == "POST" and form.is_valid():
        asked = {**form.cleaned_data, "unit": chosen_unit(form.cleaned_data["unit"])}

        def act() -> str:
            people_actions.give_role(user=found, **asked, by=asker(request), at=clock.now())
            return _person_url(found)

        done = _acted(request, form, act, say("organisation.people.role_given"))
        if done is not None:
            return done
    context = {"form": form, "person": found, "back": _person_url(found)}
    return render(request, "organisation/give_role.html", context)


@permission(EDIT)
def change_person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a person's name, or close or open the account."""
    found = _found(request, pk)
    _require_account(request, found, EDIT)
    now = {"name": found.name, "is_active": found.is_active}
    form = PersonForm(request.POST or unsent(request), initial={**now, **_as_seen(found)})
    theirs: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        # A form sent by somebody's own program may lack what was seen: then nothing is compared.
        seen = (asked.pop("seen_name"), asked.pop("seen_active")) if "seen_name" in request.POST else None

        def act() -> str:
            values = {name: asked[name] for name in now}
            people_actions.change_person(user=found, **values, seen=seen, by=asker(request), at=clock.now())
            return _person_url(found)

        try:
            done = _acted(request, form, act, say("organisation.saved"))
        except EditConflict as conflict:
            done, theirs = None, _as_lines(conflict.theirs)
            form.data = QueryDict(mutable=True)
            form.data.update({**request.POST.dict(), **_as_seen(conflict.theirs)})
        if done is not None:
            return done
    context = {"form": form, "person": found, "theirs": theirs, "back": _person_url(found)}
    return render(request, "organisation/change_person.html", context, status=409 if theirs else 200)


def _as_seen(user: Any) -> dict[str, Any]:
    """What a form's page shows of a person, sent back with it: somebody else may change it meanwhile."""
    return {"seen_name": user.name, "seen_active": user.is_active}


def _as_lines(user: Any) -> list[tuple[str, str]]:
    """What somebody else has saved meanwhile, in words."""
    return [
        (say("organisation.field.person_name"), user.name),
        (say("organisation.field.is_active"), say("core.yes" if user.is_active else "core.no")),
    ]


@permission(ERASE)
def erase(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Erase a person's data, with a reason."""
    found = _found(request, pk)
    _require_account(request, found, ERASE)
    form = EraseForm(request.POST or unsent(request))
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            people_actions.erase_person(user=found, **form.cleaned_data, by=asker(request), at=clock.now())
            return reverse("organisation:people")

        done = _acted(request, form, act, say("organisation.people.erased"))
        if done is not None:
            return done
    context = {"form": form, "person": found, "back": _person_url(found)}
    return render(request, "organisation/erase.html", context)


def _acted(request: HttpRequest, form: Any, act: Any, message: str) -> HttpResponse | None:
    """Do it once and go on; a broken rule goes into the form instead."""
    try:
        response = once(request, act)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    messages.success(request, message)
    return response


def _require_account(request: HttpRequest, user: User, name: str) -> None:
    if not may_change_account(request.user, user, name):
        raise Http404


@permission(EDIT)
@require_POST
def send_link(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a new one-time link; without a mail server show it, this once, to whoever is to hand it over."""
    found = _found(request, pk)
    if not mail.delivers():
        _require_account(request, found, EDIT)
        return _shown_link(request, found)

    def act() -> str:
        people_actions.send_invitation(user=found, by=asker(request), at=clock.now())
        return _person_url(found)

    response = once(request, act)
    messages.success(request, say("organisation.people.invited", email=found.email))
    return response


def _shown_link(request: HttpRequest, user: User) -> HttpResponse:
    link = people_actions.make_link(user=user, by=asker(request), at=clock.now())
    context = {"person": user, "link": mail.absolute(link), "days": INVITATION_DAYS, "back": _person_url(user)}
    response = render(request, "organisation/link.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@permission(EDIT)
@require_POST
def end_role(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a role away."""
    assignment = get_object_or_404(RoleAssignment.objects.select_related("unit", "user"), pk=pk)
    require(request.user, EDIT, unit=assignment.unit)
    try:
        people_actions.end_role(assignment=assignment, by=asker(request), at=clock.now())
        messages.success(request, say("organisation.people.role_ended"))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return HttpResponseRedirect(_person_url(assignment.user))


@permission(ERASE)
def copy(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everything held about a person, as a file to hand over."""
    found = _found(request, pk)
    _require_account(request, found, ERASE)
    response = JsonResponse(erasure.person_copy(found), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = f'attachment; filename="person-{found.pk}.json"'
    return response


@permission(public=True)
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Let an invited person in with a password of their own. Opening the link uses nothing up: mail filters do that."""
    found = people_actions.invitation_of(token, at=clock.now())
    if found is None:
        return render(request, "organisation/invitation_gone.html", status=410)
    form = InvitationForm(request.POST or None, user=found.user, initial={"name": found.user.name})
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            user = people_actions.accept_invitation(
                token=token, name=answers["name"], password=answers["password"], at=clock.now()
            )
        except ValidationError:
            return render(request, "organisation/invitation_gone.html", status=410)
        if is_mfa_enabled(user):  # a new password is one step; the other is asked for where people log in
            return redirect("account_login")
        login(request, user, backend=LOGIN_BACKEND)
        return redirect("/")
    response = render(request, "organisation/invitation.html", {"form": form, "email": found.user.email})
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
