"""An analysis that begins from an earlier one, and what the start page and the search tell."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from jamlik.web.core import clock
from jamlik.web.desk.found import search
from jamlik.web.desk.waiting import waiting_work
from jamlik.web.handbook import review_actions
from jamlik.web.handbook.models import Analysis


@pytest.fixture
def approved(scene, sent):
    return review_actions.approve(analysis=sent, expected_version=sent.version, by=scene.head, at=scene.at)


def lines(user, day):
    return {work.heading: [line.text for line in work.lines] for work in waiting_work(user, day)}


def test_what_was_answered_once_comes_along_and_verdicts_do_not(scene, approved, client_as, monkeypatch):
    client = client_as(scene.writer)
    monkeypatch.setattr(clock, "today", lambda: date(2027, 9, 2))
    page = client.get(reverse("handbook:analysis", args=[approved.pk])).content.decode()
    where = reverse("handbook:begin", args=[scene.unit.pk]) + f"?from={approved.pk}"
    assert where in page
    assert "Läxhjälp" in client.get(where).content.decode()
    sent = {"title": "Läxhjälp igen", "period": "2027", "questions": "equality.full"}
    assert client.post(where, sent).status_code == 302
    made = Analysis.objects.get(title="Läxhjälp igen")
    assert made.follows == approved
    kept = {row.question_key: row.value for row in made.answers.all()}
    assert kept["q05_target_group"] == {"answer": "Elever i årskurs 7 till 9."}
    assert not {"q16_observation", "q17_verdict", "q34_enough"} & set(kept)
    assert not made.findings.exists()
    shown = client.get(reverse("handbook:analysis", args=[made.pk])).content.decode()
    assert "Vad blev resultatet?" in shown, "the follow-up asks what came of it"


def test_an_analysis_one_may_not_see_is_nothing_to_begin_from(scene, sent, client_as, user_of, municipality):
    beside = municipality.units[0][1]
    client = client_as(user_of("unit_manager", beside))
    where = reverse("handbook:begin", args=[beside.pk])
    for key in (sent.pk, "x", "²", "9" * 30):
        assert client.get(where, {"from": key}).status_code == 404
    assert client.get(where).status_code == 200


def test_the_start_page_tells_what_waits_of_whom(scene, sent, municipality, user_of):
    day = date(2027, 9, 1)
    assert lines(scene.head, day)["En analys att godkänna"] == ["Läxhjälp"]
    assert "En analys att godkänna" not in lines(scene.writer, day)
    back = review_actions.ask_for_completion(analysis=sent, text="Vilka saknas?", by=scene.head, at=scene.at)
    assert lines(scene.writer, day)["En analys att komplettera"] == ["Läxhjälp"]
    again = review_actions.submit(analysis=back, follow_up_on=day, reply="Alla.", by=scene.writer, at=scene.at)
    again.refresh_from_db()
    review_actions.approve(analysis=again, expected_version=again.version, by=scene.head, at=scene.at)
    assert lines(scene.writer, day)["En analys att följa upp"] == ["Läxhjälp"]
    assert not any("analys" in heading for heading in lines(user_of("head", municipality.committees[1]), day))


def test_the_search_finds_what_a_person_may_see(scene, sent, user_of):
    assert [hit.text for hit in search(scene.writer, "läxhjälp", kind="analyses")[0].hits] == ["Läxhjälp"]
    assert not search(user_of("reader", scene.unit), "läxhjälp", kind="analyses")
