"""Pages ask the database as often for two hundred rows as for ten, whichever page of the site it is.

Sixty rows are more than a page of a list holds, so they show what grows; `make prove` takes the two hundred.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jamlik.web.core import audit, clock
from jamlik.web.organisation.models import RoleAssignment, Unit
from jamlik.web.organisation.roles import Role
from jamlik.web.plans.models import Action
from jamlik.web.statistics.models import Finding
from tests.web.hard.many import copied
from tests.web.objects import every_kind
from tests.web.test_every_url import URLS

FEW = 10
# What makes a file of everything anew, or looks outside the database; not pages with lists.
LEFT_OUT = {"core:healthz", "core:theme", "organisation:list_example"}


@pytest.fixture
def everything(municipality, user_of):
    """One of each kind in one unit, and who may see all of it."""
    user = user_of(email="alla@ekby.example")
    for role in Role:
        RoleAssignment.objects.create(user=user, role=role.value, unit=municipality.top)
    made = {}
    for kind in every_kind():
        if kind.make not in made:
            made[kind.make] = kind.make(municipality.units[0][0])
    paths = {}
    for kind in every_kind():
        for url in kind.urls:
            paths[url] = reverse(url, kwargs=dict(kind.kwargs(made[kind.make])))
    for name, _, pattern in URLS:
        if name not in paths and not pattern.pattern.converters:
            paths[name] = reverse(name)
    return user, {name: path for name, path in sorted(paths.items()) if name not in LEFT_OUT}


def more_units(parent, n):
    first = Unit.objects.count()
    for number in range(first, first + n):
        unit = Unit.objects.create(kind="unit", name=f"Enhet {number}", code=f"e{number}", parent=parent)
        unit.path = f"{parent.path}{unit.pk}/"
        unit.save(update_fields=["path"])


def asked(client, path, *, warm):
    if not warm:  # what is asked for once in the life of a process
        client.get(path)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    return answer, [query["sql"] for query in seen.captured_queries]


def is_page(answer):
    return answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("many", [60, pytest.param(200, marks=pytest.mark.prove)])
def test_no_page_asks_more_often_for_more_rows(everything, municipality, client_as, many):
    user, paths = everything
    client = client_as(user)
    copied(times=FEW - 1)
    more_units(municipality.departments[0], FEW)
    for number in range(FEW):
        audit.record("core.thing_done", target=municipality.top, by=user, at=clock.now(), changes={"n": (0, number)})
    few = {name: asked(client, path, warm=False) for name, path in paths.items()}
    pages = {name for name, (answer, _) in few.items() if is_page(answer)}
    assert len(pages) > 60, sorted(set(paths) - pages)
    copied(times=many // FEW - 1)
    more_units(municipality.departments[0], many - FEW)
    for number in range(many - FEW):
        audit.record("core.thing_done", target=municipality.top, by=user, at=clock.now(), changes={"n": (0, number)})
    for model in (Action, Finding, Unit):
        assert model.objects.count() >= many, model
    grown = {}
    for name in sorted(pages):
        answer, queries = asked(client, paths[name], warm=True)
        before = few[name][1]
        if not is_page(answer) or len(queries) > len(before):
            grown[name] = (answer.status_code, len(before), len(queries), only_now(before, queries))
    assert not grown, "\n".join(f"{name}: {told}" for name, told in grown.items())


def only_now(before, after):
    """The beginning of what is asked more often than before."""

    def kind(sql):
        return sql[sql.find(" FROM ") :][:60]

    counts = {each: [kind(sql) for sql in after].count(each) for each in map(kind, after)}
    earlier = [kind(sql) for sql in before]
    return [f"{each} x{n - earlier.count(each)}" for each, n in counts.items() if n > earlier.count(each)][:4]
