"""The walk: every URL is opened as nobody, as somebody without a role, and as each role.

Only what its view declares may pass, and an object that belongs to another committee is not there. A new URL is walked
without anybody doing anything, and fails until its view declares a permission and, where it is about an object, until
the app says in its `objects.py` how to make one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from jamlik.web.core.access import Declared, declared
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.organisation.roles import Role, declared_permissions, roles_with
from tests.web.objects import every_kind, kinds_by_url

pytestmark = pytest.mark.either
LOGIN = "/account/login/"
NOBODY, NO_ROLE = "nobody", "no role"
METHODS = ("get", "post")
WRITES = re.compile(
    r"\s*(insert|update|delete|savepoint|begin)\b|.*\bfor( no key)? update\b", re.IGNORECASE | re.DOTALL
)
# A visit is noted only where nobody else writes; a form of several pages is begun once.
MAY_BE_WRITTEN = re.compile(r"desk_visit|core_draft")


def patterns(resolver: URLResolver, space: str = "", route: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Name with namespace, whole route and pattern of every URL."""
    for each in resolver.url_patterns:
        here = route + str(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from patterns(each, inner, here)
        else:
            yield f"{space}{each.name or ''}", here, each


URLS = list(patterns(get_resolver()))
every_url = pytest.mark.parametrize(("name", "route", "pattern"), URLS, ids=[name or route for name, route, _ in URLS])
KINDS = kinds_by_url()
SCOPED = [(url, kind) for kind in every_kind() if kind.scoped for url in kind.urls]


def found_path(name: str, pattern: URLPattern, municipality) -> str:
    """The address to open: about an object of the first committee's first unit, where it is about one."""
    arguments = list(pattern.pattern.regex.groupindex)
    if not arguments:
        return reverse(name)
    assert name in KINDS, f"{name} takes {arguments}: list it in its app's objects.py"
    kind = KINDS[name]
    return reverse(name, kwargs=dict(kind.kwargs(kind.make(municipality.units[0][0]))))


def answer(client: Client, method: str, path: str) -> tuple[int, str, int]:
    """Status, where it leads, and events recorded; whatever it changed is undone.

    Who only reads must not wait for those who write, as they would where a page that is opened writes.
    """
    asked: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with transaction.atomic():
        before = AuditEvent.objects.count()
        with connection.execute_wrapper(watch) if method == "get" else nullcontext():
            response = getattr(client, method)(path)
        events = AuditEvent.objects.count() - before
        transaction.set_rollback(True)
    writes = [sql for sql in asked if WRITES.match(sql)]
    assert not writes or any(MAY_BE_WRITTEN.search(sql) for sql in writes), f"{path} writes when it is opened: {writes}"
    return response.status_code, response.headers.get("Location", ""), events


def to_login(status: int, location: str) -> bool:
    return status == 302 and location.startswith(LOGIN)


# --- what views declare -----------------------------------------------------------------------------------------------


def test_there_are_urls_to_walk():
    assert len(URLS) > 30
    assert {name.split(":")[0] for name, _, _ in URLS} >= {"organisation", "core"}


@every_url
def test_view_declares_who_may_open_it(name, route, pattern):
    assert name, f"{route} has no name"
    found = declared(pattern.callback)
    assert found is not None, f"{name}: its view has no @permission"
    if found.name:
        assert found.name in declared_permissions(), f"{name}: no permissions.py declares {found.name}"


def test_kinds_are_about_urls_that_exist():
    names = {name for name, _, _ in URLS}
    assert {url for kind in every_kind() for url in kind.urls} <= names


# --- who gets in ------------------------------------------------------------------------------------------------------


@every_url
def test_only_those_declared_get_in(name, route, pattern, municipality, user_of, client_as):
    says = declared(pattern.callback)
    path = found_path(name, pattern, municipality)
    kind = KINDS.get(name)
    place = municipality.top if kind is None or kind.from_top else municipality.units[0][0]
    walkers = {NOBODY: Client(), NO_ROLE: client_as(user_of())}
    walkers |= {role: client_as(user_of(role.value, place)) for role in Role}
    wrong = []
    for who, client in walkers.items():
        for method in METHODS:
            status, location, events = answer(client, method, path)
            if status >= 500 or not fits(says, who, status, location, method=method, about=kind is not None):
                wrong.append(f"{who} {method}: {status} {location}")
            elif events and not may_pass(says, who):
                wrong.append(f"{who} {method}: changed something though refused")
    assert not wrong, f"{name} declares {says}"


def may_pass(says: Declared, who: str) -> bool:
    if says.public:
        return True
    if who == NOBODY:
        return False
    return says.login_only or (who != NO_ROLE and Role(who) in roles_with(says.name))


def fits(says: Declared, who: str, status: int, location: str, *, method: str, about: bool) -> bool:
    """Whether an answer is what the declaration promises."""
    if not may_pass(says, who):
        return to_login(status, location) if who == NOBODY else status == 403
    if status == 403 or to_login(status, location):
        # Some public pages lead on to logging in; a page of one's own account may ask for the password again.
        return says.public and status != 403
    if status == 404 and method == "get":
        return says.public or says.login_only or not about
    return True


# --- objects of others ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "kind"), SCOPED, ids=[url for url, _ in SCOPED])
def test_object_of_another_committee_is_not_there(url, kind, municipality, user_of, client_as):
    says = declared(next(pattern for name, _, pattern in URLS if name == url).callback)
    path = reverse(url, kwargs=dict(kind.kwargs(kind.make(municipality.units[0][0]))))
    roles = sorted(roles_with(says.name))
    assert roles, f"{url} is scoped, so it needs a permission that some role has"
    wrong = []
    for role in roles:
        outside = client_as(user_of(role.value, municipality.committees[1]))
        beside = client_as(user_of(role.value, municipality.units[0][1]))
        for who, client in (("another committee", outside), ("the unit beside", beside)):
            for method in METHODS:
                status, _, events = answer(client, method, path)
                expected = {404, 405} if method == "get" else {404}
                if who == "the unit beside" and kind.whole_committee:
                    continue
                if status not in expected or events:
                    wrong.append(f"{role.value} of {who}, {method}: {status}, {events} events")
        above = client_as(user_of(role.value, municipality.top if kind.from_top else municipality.committees[0]))
        status, _, _ = answer(above, "get", path)
        if status in (403, 404):
            wrong.append(f"{role.value} of the committee itself, get: {status}")
    assert not wrong
