"""Who may open what: every view declares its permission, and an object outside a person's scope is not there.

Roles and units are the organisation's (`jamlik.web.organisation.backends`); here a permission is only a name that
Django's `has_perm` answers for. With a unit, it answers for that unit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from jamlik.web.core.editing import keep_unsent

__all__ = ["Declared", "OutsideScope", "Person", "View", "declared", "may", "permission", "require"]

View = Callable[..., HttpResponseBase]
Person = AbstractBaseUser | AnonymousUser


class OutsideScope(Http404):
    """The object lies outside the person's scope: told as if it did not exist."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a view says about who may open it: a permission, everyone, or anyone logged in."""

    name: str
    public: bool = False
    login_only: bool = False


def permission(name: str = "", *, public: bool = False, login_only: bool = False) -> Callable[[View], View]:
    """Declare who may open a view, and hold to it: log in first (302), not your role (403).

    What somebody sent after the login had timed out is kept, and is in the form again after logging in.

    Parameters
    ----------
    name : str
        A permission declared in some app's `permissions.py`; left out for the two below.
    public : bool
        Anyone, without logging in.
    login_only : bool
        Anyone logged in, whatever the role.
    """
    if sum([bool(name), public, login_only]) != 1:
        raise ValueError("A view names a permission, or is public, or needs a login only.")
    declaration = Declared(name, public, login_only)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not public and not request.user.is_authenticated:
                if request.method == "POST":
                    keep_unsent(request)
                return redirect_to_login(request.get_full_path())
            if not (public or login_only) and not may(request.user, name):
                raise PermissionDenied(name)
            return view(request, *args, **kwargs)

        guarded.permission = declaration  # type: ignore[attr-defined]  # read by the test that walks every URL
        return guarded

    return decorate


def declared(view: View) -> Declared | None:
    """What a view declares; None where it declares nothing."""
    found = getattr(view, "permission", None)
    return found if isinstance(found, Declared) else None


def may(user: Person, name: str, *, unit: models.Model | None = None) -> bool:
    """Whether a person has a permission: anywhere, or for a unit."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return False
    # Whoever logs in here is a User, which has `has_perm`; Django's own base class does not say so.
    return bool(user.has_perm(name) if unit is None else user.has_perm(name, unit))  # type: ignore[attr-defined]


def require(user: Person, name: str, *, unit: models.Model | None = None) -> None:
    """Stop here unless a person has a permission, for a unit where one is given.

    Raises
    ------
    PermissionDenied
        No role of the person has the permission.
    OutsideScope
        Some role has it, but not for this unit.
    """
    if not may(user, name):
        raise PermissionDenied(name)
    if unit is not None and not may(user, name, unit=unit):
        raise OutsideScope(name)
