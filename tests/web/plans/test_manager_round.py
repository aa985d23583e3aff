"""A unit manager's round from the link to the receipt, an approver's, and how often the pages ask the database.

A plain client without JavaScript fills in the forms as they are shown, so the walk also shows that every guided page
works without it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import reverse

from jamlik.web.assessments.models import Verdict
from jamlik.web.plans.models import Action

MOST_FOR_THE_MANAGER = 30
MOST_FOR_THE_APPROVER = 5


class Reader:
    """Reads one page after the other, as a person does, and counts them."""

    def __init__(self, client: Client) -> None:
        self.client, self.pages = client, 0
        self.url, self.html = "", ""

    def open(self, url: str) -> None:
        self._keep(self.client.get(url, follow=True), url)

    def follow(self, pattern: str) -> None:
        found = re.search(pattern, self.html)
        assert found, f"no link like {pattern} on {self.url}"
        self.open(unescape(found[1]))

    def send(self, answers: Mapping[str, object]) -> None:
        """Fill in the page's form and send it."""
        main = self.html.partition("<main")[2].partition("</main>")[0]
        form = re.findall(r'<form method="post"[^>]*?>.*?</form>', main, re.S)[-1]
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        for name in answers:
            assert f'name="{name}"' in form, f"{self.url} has no field {name}"
        self._keep(self.client.post(self.url, {**hidden, **answers}, follow=True), self.url)

    def _keep(self, response, url: str) -> None:
        self.pages += 1
        assert response.status_code == 200, f"{url}: {response.status_code}"
        last = response.redirect_chain[-1][0] if response.redirect_chain else url
        self.url, self.html = urljoin("http://testserver", last), response.content.decode()

    @property
    def heading(self) -> str:
        return unescape(re.sub(r"<[^>]+>", "", re.search(r"<h1.*?</h1>", self.html, re.S)[0])).strip()


def test_three_verdicts_and_an_action_in_thirty_pages_and_approval_in_five(
    municipality, asked, goal, user_of, client_as
):
    unit = municipality.units[0][0]
    asked(unit, 7)
    Verdict.objects.all().delete()
    reader = Reader(client_as(user_of("unit_manager", unit)))
    reader.open(reverse("assessments:judge"))
    assert "5 skillnader att bedöma" in reader.html
    assert "2 skillnader till väntar på sin tur" in reader.html
    reader.follow(r'<a class="button" href="([^"]+)">Börja')

    assert reader.heading == "Är skillnaden motiverad?"
    reader.send({"verdict": "justified"})
    reader.send({"reason_kinds": ["need", "law"], "evidence": "Skollagen 3 kap."})
    reader.send({"control": "own"})
    reader.send({"reconsider_on": "2099-01-01"})

    assert reader.heading == "Är skillnaden motiverad?"
    reader.send({"verdict": "unclear"})
    reader.send({"missing_knowledge": "Frånvaro", "next_step_by": "Rektor", "next_step_on": "2099-01-01"})
    reader.send({"control": "shared"})

    reader.send({"verdict": "unjustified"})
    reader.send({"control": "own"})
    reader.send({"response": "action"})
    assert reader.heading == "Vad ska ni göra?"
    reader.send({"title": "Läxhjälp", "cause": "resources", "description": "Två dagar i veckan."})
    reader.send({"goal": str(goal.pk)})
    reader.send({"role": "Rektor"})
    reader.send({"starts_on": "2099-01-01", "due_on": "2099-06-01"})
    reader.send({"cost_sek": "120 000"})
    reader.send({"effect_group": "Pojkar", "expected_effect": "Skillnaden halveras."})
    assert reader.heading == "Kontrollera åtgärden"
    reader.send({})
    assert reader.heading == "Är skillnaden motiverad?", "on to the fourth card, which this manager leaves for later"

    reader.open(reverse("assessments:check", args=[unit.pk]))
    assert "Läxhjälp" in reader.html
    reader.send({})
    assert reader.heading == "Skickat för godkännande"
    assert sorted(Verdict.objects.filter(state="submitted").values_list("verdict", flat=True)) == [
        "justified",
        "unclear",
        "unjustified",
    ]
    assert Action.objects.get().cost_sek == 120000
    assert reader.pages <= MOST_FOR_THE_MANAGER, f"the manager read {reader.pages} pages"

    approver = Reader(client_as(user_of("head", municipality.departments[0])))
    approver.open(reverse("assessments:approve"))
    approver.send({"verdict": re.findall(r'name="verdict" value="([\d-]+)"', approver.html)})
    assert "3 bedömningar är godkända" in approver.html
    assert Verdict.objects.filter(state="approved").count() == 3
    assert approver.pages <= MOST_FOR_THE_APPROVER, f"the approver read {approver.pages} pages"


@pytest.fixture
def manager(municipality, user_of):
    return user_of("unit_manager", municipality.units[0][0])


def test_a_page_without_an_answer_says_what_is_missing(municipality, asked, manager, client_as):
    (row, *_) = asked(municipality.units[0][0], 1)
    client = client_as(manager)
    url = reverse("assessments:step", args=[row.unit_id, row.pk, "verdict"])
    response = client.post(url, {"version": "0"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "<title>Fel:" in text.replace("\n", "").replace("  ", "")
    assert '<a href="#id_verdict_0">Välj en bedömning.</a>' in text
    assert not Verdict.objects.exists()


def test_somebody_else_answering_meanwhile_is_shown_beside(municipality, asked, manager, user_of, client_as):
    (row, *_) = asked(municipality.units[0][0], 1)
    other = client_as(user_of("unit_manager", municipality.units[0][0]))
    url = reverse("assessments:step", args=[row.unit_id, row.pk, "verdict"])
    other.post(url, {"version": "0", "verdict": "unclear"})
    client = client_as(manager)
    response = client.post(url, {"version": "0", "verdict": "justified"})
    text = response.content.decode()
    assert response.status_code == 409
    assert "Någon annan har ändrat samtidigt" in text
    assert "Motiverad skillnad" in text
    assert "Oklart, vi behöver veta mer" in text
    hidden = dict(re.findall(r'<input type="hidden" name="(version|verdict)" value="([^"]*)"', text))
    client.post(url, hidden)
    assert Verdict.objects.get().verdict == "justified"


def test_the_same_answer_sent_twice_is_no_conflict(municipality, asked, manager, client_as):
    (row, *_) = asked(municipality.units[0][0], 1)
    client = client_as(manager)
    url = reverse("assessments:step", args=[row.unit_id, row.pk, "verdict"])
    answers = [client.post(url, {"version": "0", "verdict": "justified"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url


def test_an_answer_sent_after_the_login_timed_out_comes_back(municipality, asked, manager):
    (row, *_) = asked(municipality.units[0][0], 1)
    client = Client()
    url = reverse("assessments:step", args=[row.unit_id, row.pk, "verdict"])
    assert client.post(url, {"version": "0", "verdict": "justified"}).status_code == 302
    client.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")
    text = client.get(url).content.decode()
    assert re.search(r'value="justified"[^>]*checked', text)


def test_another_unit_s_cards_do_not_exist(municipality, asked, user_of, client_as):
    (row, *_) = asked(municipality.units[0][0], 1)
    client = client_as(user_of("unit_manager", municipality.units[1][0]))
    assert client.get(reverse("assessments:judge_unit", args=[row.unit_id])).status_code == 404
    assert client.get(reverse("assessments:step", args=[row.unit_id, row.pk, "verdict"])).status_code == 404


def test_questions_to_the_database_do_not_grow_with_rows(
    municipality, asked, finding_of, planned, user_of, client_as, django_assert_max_num_queries, open_round
):
    unit = municipality.units[0][0]
    manager = user_of("unit_manager", unit)
    client, top = client_as(manager), client_as(user_of("strategist", municipality.top))
    pages = [
        (client, reverse("assessments:judge"), 22),
        (client, reverse("assessments:list"), 22),
        (client, reverse("plans:list"), 18),
        (client, reverse("plans:board"), 24),
        (client, reverse("plans:timeline"), 18),
        (top, reverse("assessments:round", args=[open_round.pk]), 22),
        (top, reverse("assessments:assign", args=[open_round.pk]), 20),
        (top, reverse("assessments:rounds"), 18),
        (top, reverse("plans:plans"), 18),
    ]
    counts = []
    for n in (1, 12):
        asked(unit, 1 if n == 1 else 4, name=f"n{n}-")
        for number in range(n):
            planned(finding_of(municipality.committees[0], f"a{n}-{number}", state="acted_on"), by=manager)
            finding_of(municipality.committees[0], f"free{n}-{number}")
        seen = []
        for reader, url, most in pages:
            with django_assert_max_num_queries(most, info=url) as asked_for:
                assert reader.get(url).status_code == 200, url
            seen.append((url, len(asked_for.captured_queries)))
        counts.append(seen)
    assert counts[0] == counts[1]
