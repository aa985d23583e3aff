"""The whole loop in Chromium, in Swedish, by people in three roles: from a file that is handed in to "the gap closed".

Once with a mouse, with axe on every page in light and dark; once with the keyboard alone; the guided parts again with
JavaScript off.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.urls import reverse

from jamlik.web.assessments import round_actions
from jamlik.web.assessments.models import Assignment, Round, Verdict
from jamlik.web.core import clock
from jamlik.web.core.audit_proof import proved
from jamlik.web.goals.models import Goal
from jamlik.web.plans.models import Action, Remeasure
from jamlik.web.statistics.models import DataSet, Finding
from tests.web.browser.hands import Keys, Mouse, Watch
from tests.web.statistics.conftest import run_jobs, school_file
from tests.web.statistics.objects import made_finding

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["run_jobs"]


@pytest.fixture
def hand_of(page_as) -> Callable[..., Mouse]:
    """Somebody's hand on a page in which they are logged in."""

    def make(user, kind: type[Mouse] = Mouse, watch: Watch | None = None, **context) -> Mouse:
        return kind(page_as(user, **context), watch)

    return make


@pytest.fixture
def ready(municipality, user_of):
    """What is there before the loop begins: people, a goal, an open round."""
    strategist = user_of("strategist", municipality.top)
    committee = municipality.committees[0]
    Goal.objects.create(
        title="Pojkar och flickor når målen",
        level="committee",
        owner=committee,
        state="adopted",
        agreement="committee",
        agreed_by="Utbildningsnämnden",
        agreed_on=date(2024, 1, 1),
        period_from=2024,
        period_to=2099,
    )
    today, now = clock.today(), clock.now()
    opened = round_actions.plan_round(
        kind="interim",
        title="Delårsuppföljning",
        owner=municipality.top,
        opens_on=today,
        due_on=today + timedelta(days=21),
        cap=5,
        by=strategist,
        at=now,
    )
    round_actions.open_round(round_=opened, by=strategist, at=now)
    return {
        "analyst": user_of("analyst", committee),
        "manager": user_of("unit_manager", municipality.units[0][0]),
        "head": user_of("head", municipality.departments[0]),
    }


def hand_in(analyst: Mouse, content: bytes, run: Callable[[], None]) -> None:
    """A file, what its columns are, yes."""
    analyst.hand_in("file", {"name": "betyg.csv", "mimeType": "text/csv", "buffer": content})
    analyst.press("Ladda upp")
    run()
    analyst.wait()
    analyst.press("Ja, använd den")
    run()
    analyst.wait()


def judge(manager: Mouse) -> None:
    """From "you have a difference to judge" to sent for approval, with an action planned on the way."""
    manager.open("/")
    manager.sees("En skillnad att bedöma")
    manager.follow("Bedöm")
    manager.follow("Börja")
    manager.stands_at("Är skillnaden motiverad?")
    manager.choose("verdict", "unjustified")
    manager.press("Fortsätt")
    manager.choose("control", "own")
    manager.press("Fortsätt")
    manager.choose("response", "action")
    manager.press("Fortsätt")
    manager.stands_at("Vad ska ni göra?")
    manager.write("title", "Läxhjälp på skoltid")
    manager.choose("cause", "resources")
    manager.write("description", "Två pass i veckan.")
    manager.press("Fortsätt")
    manager.select("goal", "Pojkar och flickor")
    manager.press("Fortsätt")
    manager.write("role", "Rektor")
    manager.press("Fortsätt")
    manager.write("due_on", "2099-06-01")
    manager.press("Fortsätt")
    manager.write("cost_sek", "120000")
    manager.press("Fortsätt")
    manager.write("expected_effect", "Skillnaden halveras på två år.")
    manager.press("Fortsätt")
    manager.stands_at("Kontrollera åtgärden")
    manager.press("Spara åtgärden")
    manager.press("Skicka för godkännande")
    manager.stands_at("Skickat för godkännande")


def loop(people: dict[str, Mouse], run: Callable[[], None]) -> None:
    """The loop itself, as each person sees it."""
    analyst, manager, head = people["analyst"], people["manager"], people["head"]

    analyst.open(reverse("statistics:new"))
    analyst.write("title", "Behörighet i årskurs 9")
    analyst.select("owner", "Utbildningsnämnden")
    analyst.press("Spara")
    analyst.open(reverse("statistics:upload", args=[DataSet.objects.get().pk]))
    hand_in(analyst, school_file(years=(2023, 2024)), run)
    analyst.open("/")
    analyst.sees("som ingen har fått att bedöma")
    analyst.follow("Dela ut skillnaderna")
    finding = Finding.objects.get(newest=True, dimension="sex")
    analyst.choose("finding", str(finding.pk))
    analyst.select("unit", "Björkskolan")
    analyst.press("Dela ut")
    assert Assignment.objects.get().unit.name == "Björkskolan"

    judge(manager)

    head.open("/")
    head.follow("Läs och godkänn")
    head.sees("Läxhjälp på skoltid")
    head.choose("verdict")
    head.press("Godkänn de valda")
    head.sees("1 bedömning är godkänd")
    assert Verdict.objects.get().state == "approved"

    manager.open(reverse("plans:action", args=[Action.objects.get().pk]))
    manager.follow("Rapportera läget")
    manager.choose("progress", "on_track")
    manager.write("text", "Passen är igång.")
    manager.press("Spara")
    manager.sees("Passen är igång.")

    analyst.open(reverse("statistics:upload", args=[DataSet.objects.get().pk]))
    hand_in(analyst, school_file(years=(2023, 2024), n=300) + later_year(), run)

    manager.open("/")
    manager.sees("Nya siffror finns")
    manager.follow("Läxhjälp på skoltid")
    manager.press("Mät igen")
    manager.stands_at("Har skillnaden försvunnit?")
    manager.sees("Skillnaden har försvunnit")

    head.open("/")
    head.sees("Ett svar att bekräfta")
    head.follow("Godkänd: flickor")
    head.choose("closed", "yes")
    head.press("Bekräfta")
    head.sees("Skillnaden har försvunnit")
    assert Remeasure.objects.get().closed is True
    finding.refresh_from_db()
    assert finding.state == "closed"
    head.open(reverse("statistics:finding", args=[finding.pk]))
    head.sees("Avslutad")


def later_year() -> bytes:
    """The year after, in which boys pass as often as girls; without the first line, to be put after other years."""
    return school_file(years=(2025,), girls=0.80, boys=0.80, n=3000, seed=4).partition(b"\n")[2]


def test_the_loop_from_a_file_to_a_closed_gap_and_axe_finds_nothing(ready, hand_of, run_jobs, axe_source):
    watch = Watch(axe_source)
    loop({role: hand_of(user, Mouse, watch) for role, user in ready.items()}, run_jobs)
    assert len(watch.seen) >= 20
    assert watch.wrong == {}
    assert proved().holds


def test_the_loop_with_the_keyboard_alone(ready, hand_of, run_jobs):
    loop({role: hand_of(user, Keys) for role, user in ready.items()}, run_jobs)


def test_the_guided_parts_with_javascript_off(ready, municipality, hand_of):
    finding = made_finding(municipality.committees[0])
    round_actions.assign_findings(
        findings=[finding],
        unit=municipality.units[0][0],
        round_=Round.objects.get(),
        by=ready["analyst"],
        at=clock.now(),
    )
    judge(hand_of(ready["manager"], scripts=False))
    head = hand_of(ready["head"], scripts=False)
    head.open("/")
    head.follow("Läs och godkänn")
    head.choose("verdict")
    head.press("Godkänn de valda")
    head.sees("1 bedömning är godkänd")
    finding.refresh_from_db()
    assert finding.state == "acted_on"
