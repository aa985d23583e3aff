"""Several at the same moment: nothing is done twice, nobody is overwritten unseen, nobody meets a fault."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections, connections
from django.test import Client
from django.urls import reverse
from scripts.load import standing_fields

from jamlik.web.assessments import actions as verdicts
from jamlik.web.assessments.models import Verdict, VerdictCopy
from jamlik.web.core import audit, audit_proof, clock, jobs
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.editing import new_token
from jamlik.web.core.editing_models import Draft
from jamlik.web.core.jobs import Job, JobState
from jamlik.web.core.worker import Worker
from jamlik.web.goals.models import Goal
from jamlik.web.plans.models import Action, Update
from jamlik.web.register.models import Document
from jamlik.web.statistics.models import Import, Move
from tests.web.hard.answers import ANSWERS
from tests.web.plans.objects import made_action, made_draft
from tests.web.statistics.conftest import school_file
from tests.web.statistics.objects import empty_data_set

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment, each in a thread and on a connection of its own; what each came to."""
    start = threading.Barrier(len(acts))
    came: list[Any] = [None] * len(acts)

    def do(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(300)
            came[place] = act()
        except Exception as error:  # told by the test, which knows what may be refused
            came[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    close_old_connections()
    faults = [error for error in came if isinstance(error, BaseException)]
    if faults:
        raise faults[0]
    return came


def posts(clients: Sequence[Client], path: str, fields: dict[str, Any]) -> list[tuple[int, str]]:
    """The same form sent by all of them at once: status and where each was led."""

    def post(client: Client) -> tuple[int, str]:
        files = {name: SimpleUploadedFile(*value) for name, value in fields.items() if isinstance(value, tuple)}
        answer = client.post(path, {**fields, **files})
        return answer.status_code, answer.headers.get("Location", "")

    return together(*(lambda client=client: post(client) for client in clients))


@pytest.fixture
def browsers(client_as) -> Callable[[Any, int], list[Client]]:
    """Several windows of one person."""
    return lambda user, n=2: [client_as(user) for _ in range(n)]


# --- two people, one thing --------------------------------------------------------------------------------------------


@pytest.fixture
def sent(municipality, asked, user_of, at) -> Verdict:
    unit = municipality.units[0][0]
    writer = user_of("unit_manager", unit)
    fields = {"verdict": "no_difference", "evidence": "Skillnaden är liten.", "control": "own"}
    made = verdicts.answer(assignment=asked(unit, 1)[0], fields=fields, expected_version=0, by=writer, at=at)
    verdicts.send_verdicts(verdicts=[made], by=writer, at=at)
    return made


def chosen(approver: Client) -> list[str]:
    """The boxes on the page of what waits for approval."""
    page = approver.get(reverse("assessments:approve")).content.decode()
    return re.findall(r'name="verdict" value="([^"]+)"', page)


def test_verdict_that_two_approve_at_once_is_approved_once(sent, municipality, user_of, client_as):
    people = [user_of("head", municipality.departments[0]) for _ in range(2)]
    clients = [client_as(person) for person in people]
    came = posts(clients, reverse("assessments:approve"), {"verdict": chosen(clients[0])})
    assert {status for status, _ in came} <= {302, 422}
    assert (302, reverse("assessments:approve")) in came
    sent.refresh_from_db()
    assert (sent.state, sent.approved_by in people) == ("approved", True)
    assert VerdictCopy.objects.filter(verdict=sent, state="approved").count() == 1
    assert AuditEvent.objects.filter(verb="assessments.verdict_approved").count() == 1
    assert Move.objects.filter(finding=sent.finding, state_to="decided").count() == 1


def test_verdict_that_one_approves_and_another_returns_comes_to_one_of_the_two(sent, municipality, user_of, client_as):
    heads = [client_as(user_of("head", municipality.departments[0])) for _ in range(2)]
    approved = {"verdict": chosen(heads[0])}
    came = together(
        lambda: heads[0].post(reverse("assessments:approve"), approved).status_code,
        lambda: heads[1].post(reverse("assessments:return", args=[sent.pk]), {"reason": "Skriv mer."}).status_code,
    )
    assert set(came) <= {302, 422}
    sent.refresh_from_db()
    events = Counter(AuditEvent.objects.values_list("verb", flat=True))
    done = (events["assessments.verdict_approved"], events["assessments.verdict_returned"])
    assert done == {"approved": (1, 0), "returned": (0, 1)}[sent.state]


def test_answers_changed_after_the_approver_read_them_are_not_approved_unread(
    sent, municipality, user_of, client_as, at
):
    approver = client_as(user_of("head", municipality.departments[0]))
    other = user_of("head", municipality.departments[0])
    read = chosen(approver)
    verdicts.return_verdict(verdict=sent, reason="Skriv mer.", by=other, at=at)
    sent.refresh_from_db()
    changed = {"evidence": "Något helt annat."}
    made = verdicts.answer(
        assignment=sent.assignment, fields=changed, expected_version=sent.version, by=sent.written_by, at=at
    )
    verdicts.send_verdicts(verdicts=[made], by=sent.written_by, at=at)
    answer = approver.post(reverse("assessments:approve"), {"verdict": read})
    assert answer.status_code == 422
    assert "Något helt annat." in answer.content.decode()
    sent.refresh_from_db()
    assert sent.state == "submitted"


def test_action_that_two_change_at_once_keeps_one_and_shows_the_other_both(municipality, user_of, client_as):
    unit = municipality.units[0][0]
    action = made_action(unit, expected_effect="Fler når fram.")
    clients = [client_as(user_of("unit_manager", unit)) for _ in range(2)]
    path = reverse("plans:edit", args=[action.pk])
    fields = [standing_fields(client.get(path).content.decode()) for client in clients]

    def change(number: int) -> tuple[int, str]:
        answer = clients[number].post(path, {**fields[number], "title": f"Ändring {number}"})
        return answer.status_code, answer.content.decode()

    came = together(lambda: change(0), lambda: change(1))
    assert sorted(status for status, _ in came) == [302, 409]
    action.refresh_from_db()
    winner = next(number for number, (status, _) in enumerate(came) if status == 302)
    assert (action.title, action.version) == (f"Ändring {winner}", int(fields[winner]["version"]) + 1)
    shown = came[1 - winner][1]
    assert "Ändring 0" in shown
    assert "Ändring 1" in shown


# --- one form, sent twice ---------------------------------------------------------------------------------------------


def walked_to_the_end(client: Client, start: str, answers: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Answer a guided form page by page; address and fields of its last page."""
    path = start
    for _ in range(15):
        page = client.get(path, follow=True)
        path = page.request["PATH_INFO"]
        fields = standing_fields(page.content.decode())
        if path.endswith("/check/"):
            return path, fields
        fields |= {name: answers[name] for name in fields if name in answers}
        for name, value in fields.items():
            fields[name] = value or answers.get(name, "")
        answer = client.post(path, fields)
        assert answer.status_code == 302, (path, fields, answer.content.decode())
        path = answer.headers["Location"]
    raise AssertionError(f"{start} has no end")


@pytest.mark.parametrize(
    ("start", "role", "model"),
    [("register:new_document", "registrar", Document), ("goals:new_goal", "strategist", Goal)],
)
def test_last_page_of_a_guided_form_sent_twice_makes_one(municipality, user_of, browsers, start, role, model):
    windows = browsers(user_of(role, municipality.top), 4)
    path, fields = walked_to_the_end(windows[0], reverse(start), ANSWERS)
    came = posts(windows, path, fields)
    assert {status for status, _ in came} == {302}
    assert len({where for _, where in came}) == 1, came
    assert model.objects.count() == 1
    assert not Draft.objects.exists()
    assert str(model.objects.get().pk) in came[0][1]


@pytest.mark.parametrize(("name", "role"), [("goals:edit_goal", "strategist"), ("register:edit_document", "registrar")])
def test_change_sent_twice_from_its_last_page_is_made_once(municipality, user_of, browsers, name, role):
    windows = browsers(user_of(role, municipality.top), 3)
    kind = {"goals:edit_goal": ("goals:new_goal", Goal), "register:edit_document": ("register:new_document", Document)}
    start, model = kind[name]
    path, fields = walked_to_the_end(windows[0], reverse(start), ANSWERS)
    windows[0].post(path, fields)
    row, before = model.objects.get(), AuditEvent.objects.count()
    path, fields = walked_to_the_end(windows[0], reverse(name, args=[row.pk]), ANSWERS)
    steps = re.findall(r'href="([^"]+[?]back=check)"', windows[0].get(path).content.decode())
    where = next(step for step in steps if "title" in standing_fields(windows[0].get(step).content.decode()))
    changed = {**standing_fields(windows[0].get(where).content.decode()), "title": "Nytt namn"}
    assert windows[0].post(where, changed).status_code == 302
    path, fields = walked_to_the_end(windows[0], path, ANSWERS)
    came = posts(windows, path, fields)
    assert {status for status, _ in came} == {302}
    assert len({where for _, where in came}) == 1, came
    assert AuditEvent.objects.count() == before + 1
    row.refresh_from_db()
    assert row.title == "Nytt namn"


def test_action_sent_twice_from_its_last_page_is_planned_once(municipality, user_of, browsers):
    unit = municipality.units[0][0]
    draft = made_draft(unit)
    windows = browsers(user_of("unit_manager", unit), 3)
    path = reverse("plans:check", args=[draft.pk])
    came = posts(windows, path, standing_fields(windows[0].get(path).content.decode()))
    assert {status for status, _ in came} == {302}
    assert AuditEvent.objects.filter(verb__startswith="plans.action_planned").count() == 1
    assert Action.objects.get(pk=draft.pk).state == "planned"


def test_verdicts_sent_twice_from_their_last_page_are_sent_once(municipality, asked, user_of, browsers, at):
    unit = municipality.units[0][0]
    manager = user_of("unit_manager", unit)
    fields = {"verdict": "no_difference", "evidence": "Liten.", "control": "own"}
    for assignment in asked(unit, 2):
        verdicts.answer(assignment=assignment, fields=fields, expected_version=0, by=manager, at=at)
    windows = browsers(manager, 3)
    path = reverse("assessments:check", args=[unit.pk])
    came = posts(windows, path, standing_fields(windows[0].get(path).content.decode()))
    assert set(came) == {(302, reverse("assessments:sent", args=[unit.pk]))}
    assert AuditEvent.objects.filter(verb="assessments.verdict_sent").count() == 2
    assert VerdictCopy.objects.count() == 2


def test_report_sent_twice_is_kept_once(municipality, user_of, browsers):
    unit = municipality.units[0][0]
    action = made_action(unit)
    windows = browsers(user_of("unit_manager", unit), 3)
    path = reverse("plans:report", args=[action.pk])
    fields = {**standing_fields(windows[0].get(path).content.decode()), "text": "Halvvägs."}
    came = posts(windows, path, fields)
    assert set(came) == {(302, reverse("plans:action", args=[action.pk]))}
    assert Update.objects.count() == 1


def test_file_sent_twice_is_one_import_and_two_files_at_once_are_told_apart(municipality, user_of, browsers):
    committee = municipality.committees[0]
    data_set = empty_data_set(committee)
    windows = browsers(user_of("analyst", committee), 3)
    path = reverse("statistics:upload", args=[data_set.pk])
    token = {"once_token": new_token()}
    same = posts(windows, path, {**token, "file": ("betyg.csv", school_file(n=20))})
    assert {status for status, _ in same} == {302}
    assert len({where for _, where in same}) == Import.objects.count() == 1
    assert Job.objects.filter(name="statistics.inspect").count() == 1
    other = empty_data_set(committee)
    path = reverse("statistics:upload", args=[other.pk])

    def post(client: Client) -> int:
        file = SimpleUploadedFile("betyg.csv", school_file(n=20))
        return client.post(path, {"once_token": new_token(), "file": file}).status_code

    came = together(*(lambda client=client: post(client) for client in windows))
    assert sorted(came) == [302, 422, 422], "the others are told that a version is being made"
    assert Import.objects.filter(data_set=other).count() == 1
    assert audit_proof.proved().holds


# --- workers and the log ----------------------------------------------------------------------------------------------


def test_each_job_is_run_by_one_of_many_workers(monkeypatch):
    monkeypatch.setattr(jobs, "_registered", {})
    ran: list[int] = []
    jobs.job("core.count", idempotent=True)(lambda running, *, n: ran.append(n))
    for n in range(24):
        jobs.enqueue("core.count", n=n)

    def work(name: str) -> None:
        hand = Worker(pause=0.0, name=name)
        while Job.objects.filter(state=JobState.QUEUED).exists():
            hand.run_one()

    together(*(lambda number=number: work(f"hand:{number}") for number in range(4)))
    assert sorted(ran) == list(range(24))
    assert set(Job.objects.values_list("state", "tries")) == {(JobState.DONE, 1)}


def test_daily_job_is_asked_for_once_by_many_workers(monkeypatch):
    monkeypatch.setattr(jobs, "_registered", {})
    monkeypatch.setattr(jobs, "_daily", set())
    jobs.daily("core.remind")(lambda running: None)
    together(*[jobs.enqueue_daily] * 6)
    assert Job.objects.count() == 1


def test_log_that_eight_write_at_once_is_one_unbroken_chain(municipality, user_of):
    user, unit, at = user_of(), municipality.top, clock.now()

    def write(who: int) -> None:
        for n in range(12):
            audit.record("core.thing_done", target=unit, by=user, at=at, changes={"n": (n, who)})

    together(*(lambda who=who: write(who) for who in range(8)))
    proof = audit_proof.proved()
    assert (proof.holds, proof.events) == (True, 96)
    assert AuditEvent.objects.order_by("-number").first().number == 96
