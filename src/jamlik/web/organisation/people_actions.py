"""Changes of who may do what: invitations, roles, accounts closed and opened, data erased."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from jamlik.web.core import access, audit, clock, context, erasure, mail
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.models import User
from jamlik.web.core.texts import say
from jamlik.web.organisation import rules
from jamlik.web.organisation.models import Invitation, RoleAssignment, Unit
from jamlik.web.organisation.queries import forget_roles, may_change_account, units_in_scope
from jamlik.web.organisation.roles import Role

if TYPE_CHECKING:
    from jamlik.web.organisation.people_lists import Guest  # reads files, which takes a second to load

__all__ = [
    "accept_invitation",
    "add_person",
    "begin_admin",
    "change_person",
    "end_role",
    "erase_person",
    "fresh_link",
    "give_role",
    "invitation_of",
    "invite",
    "invite_many",
    "make_link",
    "send_invitation",
]

EDIT = "organisation.people_edit"
ERASE = "organisation.person_erase"


@transaction.atomic
def begin_admin(*, email: str, municipality: Unit, at: datetime) -> str:
    """Make the first administrator and give the path of the link that lets that person in, for the first start."""
    user = _person(email=email, name="", by=None, at=at)
    give_role(user=user, role=Role.ADMIN, unit=municipality, by=None, at=at)
    return _new_link(user=user, by=None, at=at)


@transaction.atomic
def add_person(*, email: str, name: str, role: str, unit: Unit, by: User, at: datetime) -> User:
    """Add somebody with a role and tell nobody; a link is handed over later (`make_link`)."""
    access.require(by, EDIT, unit=unit)
    user = _person(email=email, name=name, by=by, at=at)
    give_role(user=user, role=role, unit=unit, by=by, at=at)
    return user


@transaction.atomic
def invite(
    *,
    email: str,
    name: str,
    role: str,
    unit: Unit,
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: User,
    at: datetime,
) -> User:
    """Give somebody a role; one who has never logged in gets a link by e-mail that opens the door once."""
    access.require(by, EDIT, unit=unit)
    user = _person(email=email, name=name, by=by, at=at)
    give_role(user=user, role=role, unit=unit, valid_from=valid_from, valid_to=valid_to, by=by, at=at)
    if user.last_login is None and not user.has_usable_password():
        send_invitation(user=user, by=by, at=at)
    return user


@transaction.atomic
def invite_many(*, guests: Sequence[Guest], by: User, at: datetime) -> None:
    """Invite everybody in a list, or nobody where something stops one of them."""
    for each in guests:
        invite(email=each.email, name=each.name, role=each.role, unit=each.unit, by=by, at=at)


@transaction.atomic
def send_invitation(*, user: User, by: User, at: datetime) -> None:
    """Send a new link; earlier ones stop working."""
    _require_over(by, user, whole=False)
    made = _new_invitation(user=user, token=_new_token(), by=by, at=at)  # a link that nobody has; see `fresh_link`
    mail.send_later(
        to=user,
        key="organisation.mail.invitation",
        opens=("organisation.invitation", made.pk),
        days=rules.INVITATION_DAYS,
        by_name=str(by),
        site=context.site_name(),
    )


@transaction.atomic
def fresh_link(*, key: int, at: datetime) -> str:
    """Path of the link of an invitation, made as its mail is sent; empty when it opens nothing any more."""
    found = Invitation.objects.select_for_update(of=("self",), no_key=True).filter(pk=key).first()
    if found is None or not found.usable_at(at):
        return ""
    token = _new_token()
    found.token_digest = _digest(token)
    found.save(update_fields=["token_digest"])
    return _link(token)


@transaction.atomic
def make_link(*, user: User, by: User, at: datetime) -> str:
    """Give the path of a new link to hand over in another way than by mail; earlier ones stop working.

    Whoever holds it is that person: so it takes the right to the whole account.
    """
    _require_over(by, user, whole=True)
    return _new_link(user=user, by=by, at=at)


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str, at: datetime) -> User:
    """Let the person in with a password of their own; the link does not open the door again.

    Raises
    ------
    ValidationError
        The link has been used, is too old, or was never sent.
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .filter(token_digest=_digest(token))
        .first()
    )
    if invitation is None or not invitation.usable_at(at) or not invitation.user.is_active:
        raise ValidationError(say("organisation.error.link"))
    user = invitation.user
    user.name = name.strip()
    user.set_password(password)
    user.save(update_fields=["name", "password"])
    invitation.used_at = at
    invitation.save(update_fields=["used_at"])
    audit.record("organisation.invitation_accepted", target=user, by=user, at=at)
    return user


def invitation_of(token: str, *, at: datetime) -> Invitation | None:
    """The invitation a link belongs to, while it still opens the door."""
    found = Invitation.objects.select_related("user").filter(token_digest=_digest(token)).first()
    return found if found and found.usable_at(at) and found.user.is_active else None


@transaction.atomic
def give_role(
    *,
    user: User,
    role: str,
    unit: Unit,
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: User | None,
    at: datetime,
) -> RoleAssignment:
    """Give a person a role for a unit and everything below it; one that is already there is given back."""
    if by is not None:
        access.require(by, EDIT, unit=unit)
    role = Role(role).value
    rules.check_dates(valid_from, valid_to)
    same = RoleAssignment.objects.filter(user=user, role=role, unit=unit, valid_from=valid_from, valid_to=valid_to)
    found = same.first()
    if found is not None:
        return found
    assignment = RoleAssignment.objects.create(
        user=user, role=role, unit=unit, valid_from=valid_from, valid_to=valid_to
    )
    forget_roles(user)
    audit.record(
        "organisation.role_given",
        target=user,
        by=by,
        at=at,
        unit=unit,
        changes={
            "role": (None, role),
            "unit": (None, unit),
            "valid_from": (None, valid_from),
            "valid_to": (None, valid_to),
        },
    )
    return assignment


@transaction.atomic
def end_role(*, assignment: RoleAssignment, by: User, at: datetime) -> None:
    """End a role today, at once. It stays as history with yesterday as its last day; one not yet begun is taken away.

    Asked for twice, or for a role that has ended by itself, it changes nothing.
    """
    access.require(by, EDIT, unit=assignment.unit)
    assignment = (
        RoleAssignment.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=assignment.pk)
    )
    today = clock.today()
    if assignment.valid_to is not None and assignment.valid_to < today:
        return
    rules.check_not_last_admin(assignment, today)
    before = assignment.valid_to
    last = _end(assignment, today)
    audit.record(
        "organisation.role_ended",
        target=assignment.user,
        by=by,
        at=at,
        unit=assignment.unit,
        changes={"role": (assignment.role, None), "unit": (assignment.unit, None), "valid_to": (before, last)},
    )


def _end(assignment: RoleAssignment, today: date) -> date:
    """End a role that holds, or would come to hold; its last day."""
    last = today - timedelta(days=1)
    if assignment.valid_from is not None and assignment.valid_from > today:
        assignment.delete()
        return last
    assignment.valid_to = last
    assignment.valid_from = min(assignment.valid_from, last) if assignment.valid_from else None
    assignment.save(update_fields=["valid_from", "valid_to"])
    return last


@transaction.atomic
def change_person(
    *, user: User, name: str, is_active: bool, by: User, at: datetime, seen: tuple[str, bool] | None = None
) -> None:
    """Change a person's name, or close or open the account.

    Raises
    ------
    EditConflict
        The name or the account is no longer as it was `seen` before.
    """
    _require_over(by, user, whole=True)
    if user.pk == by.pk and not is_active:
        raise ValidationError(say("organisation.error.close_own"))
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    new = {"name": name.strip(), "is_active": is_active}
    if seen is not None and seen != (user.name, user.is_active):
        raise EditConflict(User(pk=user.pk, **new), user)
    changes: dict[str, tuple[object, object]] = {
        field: (getattr(user, field), value) for field, value in new.items() if getattr(user, field) != value
    }
    if not changes:
        return
    user.name, user.is_active = name.strip(), is_active
    user.save(update_fields=["name", "is_active"])
    audit.record("organisation.person_changed", target=user, by=by, at=at, changes=changes)


@transaction.atomic
def erase_person(*, user: User, reason: str, by: User, at: datetime) -> None:
    """End a person's roles and erase the personal data, once the account is closed."""
    access.require(by, ERASE)
    _require_over(by, user, whole=True)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.is_active:
        raise ValidationError(say("organisation.error.erase_open"))
    if not reason.strip():
        raise ValidationError({"reason": say("organisation.error.no_reason")})
    today = clock.today()
    for assignment in RoleAssignment.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today), user=user):
        _end(assignment, today)
    erasure.erase_person(user=user, by=by, at=at, reason=reason.strip())


def _person(*, email: str, name: str, by: User | None, at: datetime) -> User:
    """The person with an address, added if nobody has it."""
    found = User.objects.filter(email__iexact=email.strip()).first()
    if found is not None:
        return found
    user = User.objects.create_user(email, name=name.strip())
    audit.record("organisation.person_added", target=user, by=by, at=at, changes={"email": (None, user.email)})
    return user


def _new_link(*, user: User, by: User | None, at: datetime) -> str:
    """Path of a fresh one-time link; older ones stop working."""
    token = _new_token()
    _new_invitation(user=user, token=token, by=by, at=at)
    return _link(token)


def _new_invitation(*, user: User, token: str, by: User | None, at: datetime) -> Invitation:
    Invitation.objects.filter(user=user, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
    made = Invitation.objects.create(
        user=user,
        token_digest=_digest(token),
        created_by=by,
        created_at=at,
        expires_at=at + timedelta(days=rules.INVITATION_DAYS),
    )
    audit.record("organisation.invitation_sent", target=user, by=by, at=at)
    return made


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _link(token: str) -> str:
    return reverse("organisation:invitation", args=[token])


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _require_over(by: User, user: User, *, whole: bool) -> None:
    """Refuse unless some (or, for the whole account, every) role of the person lies where the other changes people."""
    access.require(by, EDIT)
    if whole:
        allowed = may_change_account(by, user, EDIT)
    else:
        allowed = RoleAssignment.objects.filter(user=user, unit__in=units_in_scope(by, EDIT).values("pk")).exists()
    if not allowed:
        raise access.OutsideScope(EDIT)
