"""What the tests of the site share: a small municipality, people with roles, browsers they are logged in with."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client

from jamlik.web.core import audit_triggers, jobs
from jamlik.web.core.models import User
from jamlik.web.organisation.models import RoleAssignment, Unit
from tests.web.core.databases import migrated_file


@pytest.fixture(scope="session", autouse=True)
def emptied_log(django_db_setup):
    """A test that commits empties every table after itself, which the audit log's triggers refuse anybody else."""
    kind = type(connection.ops)  # the kind, for beside an event loop, as Playwright's, Django opens another connection
    real = kind.execute_sql_flush

    def flush(ops: BaseDatabaseOperations, statements: Sequence[str]) -> None:
        audit_triggers.remove(ops.connection)
        try:
            real(ops, statements)
        finally:
            audit_triggers.install(ops.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "execute_sql_flush", flush)
        yield


@pytest.fixture(scope="session", autouse=True)
def known_jobs():
    """Every app's jobs, read now: a test that puts others in their place would otherwise be the one to read them."""
    jobs.registered("")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with every table: where a site of a test's own begins."""
    base = tmp_path_factory.getbasetemp()
    return migrated_file(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@dataclass(frozen=True)
class Municipality:
    """A small tree: the municipality, two committees, one department under each, two units under each department."""

    top: Unit
    committees: tuple[Unit, Unit]
    departments: tuple[Unit, Unit]
    units: tuple[tuple[Unit, Unit], tuple[Unit, Unit]]


def made_unit(kind: str, name: str, code: str, parent: Unit | None = None) -> Unit:
    unit = Unit.objects.create(kind=kind, name=name, code=code, parent=parent)
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


@pytest.fixture
def municipality(db) -> Municipality:
    top = made_unit("municipality", "Ekby kommun", "ekby")
    schools = made_unit("committee", "Utbildningsnämnden", "un", top)
    care = made_unit("committee", "Omsorgsnämnden", "on", top)
    school_office = made_unit("department", "Utbildningsförvaltningen", "uf", schools)
    care_office = made_unit("department", "Omsorgsförvaltningen", "of", care)
    return Municipality(
        top,
        (schools, care),
        (school_office, care_office),
        (
            (
                made_unit("unit", "Björkskolan", "bjork", school_office),
                made_unit("unit", "Alskolan", "al", school_office),
            ),
            (
                made_unit("unit", "Hemtjänst norr", "norr", care_office),
                made_unit("unit", "Hemtjänst syd", "syd", care_office),
            ),
        ),
    )


@pytest.fixture
def user_of(db) -> Callable[..., User]:
    """Make a person with a role over a unit and everything below it; without a role, a person who may nothing."""
    numbers = count(1)

    def make(role: str | None = None, unit: Unit | None = None, **fields: object) -> User:
        number = next(numbers)
        fields = {"email": f"person{number}@ekby.example", "name": f"Person {number}", **fields}
        user = User.objects.create_user(password="a password for tests", **fields)
        if role is not None:
            RoleAssignment.objects.create(user=user, role=role, unit=unit)
        return user

    return make


@pytest.fixture
def client_as() -> Callable[[User], Client]:
    """A browser in which the person is logged in."""

    def logged_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return logged_in
