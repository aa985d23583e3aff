"""The follow-up of a round for the council: the page, its table as a file, and Word; and what cites a goal."""

from __future__ import annotations

import io
import re
from datetime import date

import docx
import pytest
from django.urls import reverse

from jamlik.web.assessments import actions as answers
from jamlik.web.plans import actions, followup
from jamlik.web.plans.models import Remeasure
from jamlik.web.statistics.models import Finding

UNJUSTIFIED = {"verdict": "unjustified", "control": "own"}
WAIT = {**UNJUSTIFIED, "response": "wait", "wait_reason": "Ny skola byggs.", "review_on": date(2099, 1, 1)}


def words(answer) -> str:
    """A page without its markup."""
    return re.sub("<[^>]+>", "", answer.content.decode())


@pytest.fixture
def told(municipality, asked, planned, user_of, at):
    """Four differences: one acted on and measured again, one that waits, one unanswered, one for those inside."""
    unit = municipality.units[0][0]
    manager, head = user_of("unit_manager", unit), user_of("head", municipality.departments[0])
    acted, waits, _, inside = asked(unit, 4)
    action = planned(acted.finding, unit, by=manager)
    for row, fields in ((acted, {**UNJUSTIFIED, "response": "action"}), (waits, WAIT)):
        made = answers.answer(assignment=row, fields=fields, expected_version=0, by=manager, at=at)
        answers.send_verdicts(verdicts=[made], by=manager, at=at)
        answers.approve_verdicts(verdicts=[made], by=head, at=at)
    Remeasure.objects.create(
        before=acted.finding,
        after=waits.finding,
        answer="closed",
        numbers={"left": "small"},
        made_by=head,
        made_at=at,
        closed=True,
        confirmed_by=head,
        confirmed_at=at,
    )
    hidden = {"audience": "owner", "current": None, "rank": None, "certainty": "inside", "sentence": "Det hemliga."}
    Finding.objects.filter(pk=inside.finding_id).update(**hidden)
    return action


def test_council_reads_what_became_of_the_differences_of_a_round(told, municipality, open_round, user_of, client_as):
    reader = client_as(user_of("reader", municipality.top))
    url = f"{reverse('plans:follow_up')}?of=r{open_round.pk}"
    assert url in reader.get(reverse("assessments:round", args=[open_round.pk])).content.decode()
    page = words(reader.get(url))
    assert "Utdelade: 3. Besvarade: 2. Omotiverade: 2, varav 1 med åtgärd och 1 som väntar." in page
    assert "Mätta igen: 1, varav 1 har försvunnit." in page
    assert "Ny skola byggs. Tas upp igen 2099-01-01." in page
    assert "planerad" in page
    assert "hemliga" not in page
    lines = reader.get(f"{url}&format=csv").content.decode("utf-8-sig").splitlines()
    assert lines[1] == "Utbildningsnämnden;3;2;2;1;1;1;1"
    word = reader.get(f"{reverse('plans:follow_up_word')}?of=r{open_round.pk}")
    made = docx.Document(io.BytesIO(word.content))
    assert [cell.text for cell in made.tables[0].rows[1].cells] == lines[1].split(";")
    text = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert "Läxhjälp två dagar i veckan (Björkskolan, 2027-12-01): planerad" in text
    assert "Ny skola byggs." in text
    assert "Skillnaden har försvunnit" in text
    assert "hemliga" not in text


def test_follow_up_is_of_those_parts_a_person_reads_about(told, municipality, open_round, user_of, client_as):
    care = client_as(user_of("reader", municipality.committees[1]))
    page = care.get(reverse("plans:follow_up")).content.decode()
    assert "Inget är utdelat" in page
    assert "Utbildningsnämnden" not in page
    assert followup.follow_up([open_round], among=[municipality.committees[1].pk]) == []


def test_round_table_is_taken_away_without_what_is_for_those_inside(told, municipality, open_round, user_of, client_as):
    head = client_as(user_of("head", municipality.committees[0]))
    url = reverse("assessments:round", args=[open_round.pk])
    assert 'href="?format=csv"' in head.get(url).content.decode()
    lines = head.get(f"{url}?format=csv").content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Nämnd;Senast;Utdelade;Kvar;")
    assert lines[1] == "Utbildningsnämnden;2027-03-01;3;1;0;2;0;0"


def test_goal_lists_the_actions_that_serve_it_with_their_state(told, municipality, goal, user_of, client_as, at):
    url = reverse("goals:goal", args=[goal.pk])
    reader = client_as(user_of("reader", municipality.top))
    page = reader.get(url)
    assert f'href="{reverse("plans:action", args=[told.pk])}"' in page.content.decode()
    assert "Läxhjälp två dagar i veckan (Björkskolan, 2027-12-01): planerad" in words(page)
    actions.stop_action(action=told, reason="Ingen budget.", by=told.written_by, at=at)
    assert "2027-12-01): avbruten" in words(reader.get(url))
    outside = client_as(user_of("reader", municipality.committees[1]))
    assert "Ingen åtgärd hör till målet än." in outside.get(url).content.decode()
