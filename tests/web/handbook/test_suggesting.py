"""What is known is offered beside the fields: what applies to the unit, in force, and nothing of others."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from jamlik.handbook import newest
from jamlik.web.goals.models import Goal
from jamlik.web.handbook.models import Analysis
from jamlik.web.handbook.suggesting import suggestions
from jamlik.web.register.models import Law
from tests.web.goals.objects import made_goal

PARTS = [part for question in newest("equality").by_id.values() for part in question.parts if part.suggest]


@pytest.fixture
def known(municipality):
    """A goal of the unit's committee, one of another committee, a draft, and a law."""
    for title, owner, state in (
        ("Alla klarar skolan", municipality.committees[0], "adopted"),
        ("Trygg omsorg", municipality.committees[1], "adopted"),
        ("Ett utkast", municipality.committees[0], "draft"),
    ):
        made = made_goal(owner)
        adopted = {"agreed_on": date(2026, 1, 1), "agreed_by": "Kommunfullmäktige"}
        Goal.objects.filter(pk=made.pk).update(title=title, state=state, code="", **adopted)
    Law.objects.create(code="dl", name="Diskrimineringslagen", number="2008:567", kind="law")


def test_what_applies_to_the_unit_is_offered(known, municipality):
    found = suggestions(municipality.units[0][0], PARTS)
    assert found["goals"] == ["Alla klarar skolan"]
    assert found["laws"] == ["Diskrimineringslagen (2008:567)"]
    assert found["decides"] == ["Kommunfullmäktige", "Kommunstyrelsen", "Utbildningsnämnden", "Omsorgsnämnden"]
    assert "Förvaltningschef" in found["owner"]
    assert "documents" not in found, "there is none"
    assert not suggestions(municipality.units[0][0], [])


def test_the_page_lists_them_with_and_without_scripts(known, scene, client_as):
    Analysis.objects.filter(pk=scene.analysis.pk).update(depth="full")
    client = client_as(scene.writer)
    page = client.get(reverse("handbook:question", args=[scene.analysis.pk, "q04_owner"])).content.decode()
    assert 'list="known_decides"' in page
    assert '<datalist id="known_decides"><option value="Kommunfullmäktige">' in page
    assert "<li>Utbildningsnämnden</li>" in page
    page = client.get(reverse("handbook:question", args=[scene.analysis.pk, "q03_policy_links"])).content.decode()
    assert "<li>Alla klarar skolan</li>" in page
