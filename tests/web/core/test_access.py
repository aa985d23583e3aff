"""Declaring who may open a view, and holding to it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.views.decorators.http import require_POST

from jamlik.web.core.access import Declared, declared, permission
from jamlik.web.core.editing import unsent


def answered(view, user, method="get", data=None):
    request = getattr(RequestFactory(), method)("/here/?a=1", data or {})
    request.user = user
    request.session = SessionStore()
    return view(request), request


@permission("organisation.edit")
def guarded(request):
    """Say yes."""
    return HttpResponse("yes")


def test_view_tells_what_it_declares():
    assert declared(guarded) == Declared("organisation.edit")
    assert declared(permission(public=True)(lambda request: None)) == Declared("", public=True)
    assert declared(require_POST(guarded)) == Declared("organisation.edit")
    assert guarded.__doc__ == "Say yes."


def test_view_that_declares_nothing_is_told_apart():
    def view(request):
        return HttpResponse()

    assert declared(view) is None
    view.permission = "organisation.edit"
    assert declared(view) is None


@pytest.mark.parametrize(
    ("name", "more"),
    [("", {}), ("organisation.edit", {"public": True}), ("", {"public": True, "login_only": True})],
)
def test_declaration_is_one_of_three(name, more):
    with pytest.raises(ValueError, match="names a permission"):
        permission(name, **more)


def test_nobody_is_led_to_log_in_and_back():
    response, _ = answered(guarded, AnonymousUser())
    assert response.status_code == 302
    assert response.headers["Location"].endswith("?next=/here/%3Fa%3D1")


def test_what_nobody_sent_is_kept_until_after_logging_in():
    _, request = answered(guarded, AnonymousUser(), "post", {"name": "Björken", "password": "x"})
    kept = unsent(request)
    assert kept is not None
    assert kept.dict() == {"name": "Björken"}


def test_person_without_the_role_is_refused(user_of, municipality):
    with pytest.raises(PermissionDenied):
        answered(guarded, user_of("reader", municipality.top))
    response, _ = answered(guarded, user_of("admin", municipality.top))
    assert response.content == b"yes"


def test_login_is_enough_where_that_is_declared(user_of):
    view = permission(login_only=True)(lambda request: HttpResponse("own"))
    response, _ = answered(view, user_of())
    assert response.content == b"own"
    response, _ = answered(view, AnonymousUser())
    assert response.status_code == 302


def test_public_view_is_open_to_nobody_in_particular():
    view = permission(public=True)(lambda request: HttpResponse("all"))
    response, _ = answered(view, AnonymousUser())
    assert response.content == b"all"
