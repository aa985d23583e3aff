"""The list of analyses: searched by what is answered, narrowed by service, ground, goal and area, taken away whole."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from jamlik.web.goals.models import Goal
from jamlik.web.handbook import actions
from jamlik.web.handbook.models import Answer
from jamlik.web.organisation.models import Area
from tests.web.goals.objects import made_goal

LIST = "/handbook/"


@pytest.fixture
def two(scene, answer, municipality, user_of):
    """Two analyses of the same committee, and one elsewhere; each says something of its own."""
    other = actions.begin_analysis(
        unit=municipality.units[0][1], set_name="team", depth="quick", title="Matsal", by=scene.writer, at=scene.at
    )
    care = actions.begin_analysis(
        unit=municipality.units[1][0],
        set_name="crisis",
        depth="quick",
        title="Nattpatrull",
        by=scene.writer,
        at=scene.at,
    )
    answer("q05_target_group", answer="Ögonblick i Hamnen.\nÖgonblick igen.")
    answer("q06_absent", answer="Ögonblick för alla.")
    answer("q07_grounds", sex="matters", age="considered")
    answer("t01_unit", analysis=other, answer="Alskolans kök")
    return other, care


@pytest.fixture
def shown(two, client_as, user_of, municipality):
    """Titles of the list, narrowed so."""
    client = client_as(user_of("controller", municipality.top))

    def titles(**chosen):
        context = client.get(LIST, chosen).context
        return [row[0].text for row in context["listing"].rows]

    titles.client = client
    return titles


def test_what_is_answered_is_found_once_and_only_within_scope(scene, shown, two, client_as):
    assert shown(q="ögonblick") == ["Läxhjälp"]
    assert shown(q="ÖGONBLICK hamnen") == ["Läxhjälp"]
    assert shown(q="kök") == ["Matsal"]
    assert shown(q="matters") == [], "what was chosen is no text"
    assert sorted(shown()) == ["Läxhjälp", "Matsal", "Nattpatrull"]
    own = client_as(scene.writer).get(LIST, {"q": "kök"})
    assert own.context["listing"].rows == []
    actions.save_answer(
        analysis=scene.analysis,
        question="q06_absent",
        row="answer",
        value={"answer": "Kvällsarbetare."},
        expected_version=1,
        by=scene.writer,
        at=scene.at,
    )
    assert shown(q="kvällsarbetare") == ["Läxhjälp"]


def test_what_was_answered_before_there_was_a_search_is_found_too(shown):
    Answer.objects.update(words="")
    assert shown(q="kök") == []
    import_module("jamlik.web.handbook.migrations.0002_own_editions").written(apps, None)
    assert shown(q="kök") == ["Matsal"]
    assert shown(q="matters") == []


def test_filters_are_by_service_ground_goal_area_and_questions(scene, shown, municipality):
    school, care = municipality.committees
    assert sorted(shown(unit=school.pk)) == ["Läxhjälp", "Matsal"]
    assert shown(unit=care.pk) == ["Nattpatrull"]
    assert shown(unit=scene.unit.pk) == ["Läxhjälp"]
    assert shown(ground="sex") == ["Läxhjälp"]
    assert shown(ground="age") == [], "it was considered, and does not matter"
    assert shown(set="team-1") == ["Matsal"]
    Area.objects.create(kind="area", version="2025", code="1", name="Hamnen")
    assert shown(area="Hamnen") == ["Läxhjälp"]
    goal = made_goal(school)
    Goal.objects.filter(pk=goal.pk).update(title="Ögonblick", state="adopted")
    assert shown(goal=goal.pk) == ["Läxhjälp"]
    assert len(shown(goal="x", ground="x", area="x", unit="x")) == 3, "what is no choice narrows nothing"


def test_the_whole_list_is_taken_away(shown):
    told = shown.client.get(LIST, {"format": "csv", "q": "kök"}).content.decode("utf-8-sig").splitlines()
    assert len(told) == 2
    assert "team-1" in told[1]
    assert shown.client.get(reverse("handbook:list"), {"format": "xlsx"}).status_code == 200
