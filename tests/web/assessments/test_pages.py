"""The pages around judging: approving, returning, rounds, handing out, the case text in Word, lists as files."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import docx
import pytest
from django.urls import reverse

from jamlik.model.words import FALLBACK, LANGUAGES
from jamlik.reports.word import word_bytes
from jamlik.web.assessments import actions, case_actions, casetext, queries, round_actions
from jamlik.web.assessments.forms import CASE_LENGTH
from jamlik.web.assessments.hooks import PlannedAction
from jamlik.web.assessments.models import Assignment, CaseText, Decision, Round, Verdict
from jamlik.web.core import clock
from jamlik.web.core.audit_models import AuditDetails, AuditEvent
from jamlik.web.core.texts import all_texts
from tests.unit.reports.test_plain_language import lix

JUSTIFIED = {
    "verdict": "justified",
    "reason_kinds": ["need"],
    "evidence": "Utredningen 2026 visar olika behov.",
    "control": "own",
    "reconsider_on": date(2099, 2, 1),
}


@pytest.fixture
def manager(municipality, user_of):
    return user_of("unit_manager", municipality.units[0][0])


@pytest.fixture
def head(municipality, user_of):
    return user_of("head", municipality.departments[0])


@pytest.fixture
def strategist(municipality, user_of, client_as):
    return client_as(user_of("strategist", municipality.top))


@pytest.fixture
def sent(municipality, asked, manager, at) -> list[Verdict]:
    rows = asked(municipality.units[0][0], 2)
    made = [actions.answer(assignment=row, fields=JUSTIFIED, expected_version=0, by=manager, at=at) for row in rows]
    actions.send_verdicts(verdicts=made, by=manager, at=at)
    return made


def ticked(verdict: Verdict) -> str:
    """What the page's box says: which verdict, as it was read."""
    return f"{verdict.pk}-{Verdict.objects.get(pk=verdict.pk).version}"


def test_what_changed_after_it_was_read_is_not_approved(sent, manager, head, at, user_of, municipality, client_as):
    read = ticked(sent[0])
    other = user_of("head", municipality.departments[0])
    actions.return_verdict(verdict=sent[0], reason="Mer", by=other, at=at)
    again = Verdict.objects.get(pk=sent[0].pk)
    actions.answer(
        assignment=again.assignment, fields={"evidence": "Annat."}, expected_version=again.version, by=manager, at=at
    )
    actions.send_verdicts(verdicts=[again], by=manager, at=at)
    client = client_as(head)
    answer = client.post(reverse("assessments:approve"), {"verdict": read})
    assert "har ändrats sedan du öppnade sidan" in answer.content.decode()
    assert client.post(reverse("assessments:approve"), {"verdict": ticked(again)}).status_code == 302


def test_own_verdict_cannot_be_ticked_and_a_forged_one_is_refused(municipality, asked, head, at, client_as):
    (row,) = asked(municipality.units[0][0], 1)
    verdict = actions.answer(assignment=row, fields=JUSTIFIED, expected_version=0, by=head, at=at)
    actions.send_verdicts(verdicts=[verdict], by=head, at=at)
    client = client_as(head)
    text = client.get(reverse("assessments:approve")).content.decode()
    assert "Någon annan måste godkänna." in text
    assert 'name="verdict"' not in text
    forged = client.post(reverse("assessments:approve"), {"verdict": f"{verdict.pk}-{verdict.version}"})
    assert forged.status_code == 422
    assert "Du har skrivit bedömningen själv" in forged.content.decode()
    verdict.refresh_from_db()
    assert verdict.state == "submitted"


def test_approving_nothing_says_so_and_the_same_form_twice_is_once(sent, head, client_as):
    client = client_as(head)
    url = reverse("assessments:approve")
    assert "Välj minst en bedömning" in client.post(url).content.decode()
    form = {"verdict": [ticked(each) for each in sent], "once_token": "t" * 20}
    answers = [client.post(url, form) for _ in range(2)]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, url)] * 2
    assert [each.copies.count() for each in Verdict.objects.all()] == [2, 2]


def test_returned_verdict_comes_back_with_what_is_asked_and_the_answers(
    sent, manager, head, client_as, at, monkeypatch
):
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(hours=1))
    client = client_as(head)
    url = reverse("assessments:return", args=[sent[0].pk])
    assert "Skriv vad som behöver kompletteras." in client.post(url, {"reason": ""}).content.decode()
    assert client.post(url, {"reason": "Vilken utredning?"}).status_code == 302
    mine = client_as(manager)
    page = mine.get(reverse("assessments:judge")).content.decode()
    assert "Vilken utredning?" in page
    assert "1 skillnad att bedöma" in page
    step = mine.get(reverse("assessments:step", args=[sent[0].unit_id, sent[0].assignment_id, "reason"]))
    assert "Utredningen 2026 visar olika behov." in step.content.decode()
    assert "Vilken utredning?" in step.content.decode()
    start = mine.get("/").content.decode()
    assert "1 bedömning har kommit tillbaka med en fråga" in start


@pytest.fixture
def returned(municipality, asked, manager, head, at) -> Verdict:
    """An unjustified verdict, whose questions have no text of their own, that came back with a question."""
    (row,) = asked(municipality.units[0][0], 1)
    fields = {"verdict": "unjustified", "control": "own", "response": "wait", "wait_reason": "Ny skola byggs."}
    fields["review_on"] = date(2099, 1, 1)
    made = actions.answer(assignment=row, fields=fields, expected_version=0, by=manager, at=at)
    actions.send_verdicts(verdicts=[made], by=manager, at=at)
    actions.return_verdict(verdict=made, reason="Hur mycket dyrare blir det?", by=head, at=at)
    return made


def test_what_came_back_is_answered_on_its_own_page_and_read_by_the_one_who_asked(returned, manager, head, client_as):
    mine, unit = client_as(manager), returned.unit_id
    check = reverse("assessments:check", args=[unit])
    unanswered = mine.get(check).content.decode()
    assert "Hur mycket dyrare blir det?" in unanswered
    assert "Skicka för godkännande" not in unanswered
    assert mine.post(check).status_code == 422
    first = mine.get(reverse("assessments:go_on", args=[unit, returned.assignment_id]))
    assert first.url == reverse("assessments:step", args=[unit, returned.assignment_id, "reply"])
    page = mine.get(first.url).content.decode()
    assert "Hur mycket dyrare blir det?" in page
    version = str(Verdict.objects.get(pk=returned.pk).version)
    empty = mine.post(first.url, {"version": version, "reply": ""})
    assert empty.url == check
    assert "Skicka för godkännande" not in mine.get(check).content.decode(), "an empty reply is no reply"
    version = str(Verdict.objects.get(pk=returned.pk).version)
    assert mine.post(first.url, {"version": version, "reply": "Ungefär en halv miljon."}).url == check
    told = mine.get(check).content.decode()
    assert "Ungefär en halv miljon." in told
    assert mine.post(check).status_code == 302
    read = client_as(head).get(reverse("assessments:approve")).content.decode()
    assert "Hur mycket dyrare blir det?" in read
    assert "Ungefär en halv miljon." in read
    history = client_as(head).get(reverse("assessments:verdict", args=[returned.pk])).content.decode()
    assert history.count("Ungefär en halv miljon.") == 2, "on the page and in the version that was sent"


def test_the_approver_reads_all_that_is_decided_on_one_page(
    municipality, asked, manager, head, at, client_as, finding_of, monkeypatch
):
    (row,) = asked(municipality.units[0][0], 1)
    earlier = finding_of(municipality.committees[0], "q1", "2025", newest=False)
    old = Assignment.objects.create(
        finding=earlier, unit=row.unit, assigned_by=head, assigned_at=at, answered_at=at, place=0
    )
    Verdict.objects.create(
        assignment=old,
        finding=earlier,
        unit=row.unit,
        state="approved",
        **{**JUSTIFIED, "evidence": "Förra årets skäl."},
        written_by=manager,
        written_at=at,
        submitted_at=at,
        approved_by=head,
        approved_at=at,
    )
    lines = (("Orsak", "Resurser"), ("Kostnad i kronor", "120 000 kr"), ("Väntad effekt", "Halverad skillnad"))
    planned = {row.finding_id: (PlannedAction("Läxhjälp", "/plans/actions/1/", None, "planerad", 120000, lines),)}
    monkeypatch.setattr("jamlik.web.assessments.hooks._known", {"lookup": lambda findings: planned})
    fields = {"verdict": "unjustified", "control": "own", "response": "action"}
    made = actions.answer(assignment=row, fields=fields, expected_version=0, by=manager, at=at)
    actions.send_verdicts(verdicts=[made], by=manager, at=at)
    page = client_as(head).get(reverse("assessments:approve")).content.decode()
    for told in ("Läxhjälp", "Resurser", "120 000 kr", "Halverad skillnad", "Förra årets skäl."):
        assert told in page, told
    assert reverse("statistics:finding", args=[row.finding_id]) in page
    (heading,) = re.findall(r'<h2 id="verdict-\d+">(.*?)</h2>', page)
    assert heading == "Pojkar och flickor: betyg i årskurs 9"


def test_nobody_is_asked_for_a_reply_to_what_did_not_come_back(municipality, asked, manager, client_as):
    (row,) = asked(municipality.units[0][0], 1)
    page = client_as(manager).get(reverse("assessments:step", args=[row.unit_id, row.pk, "reply"]))
    assert page.status_code == 302


def test_check_page_offers_nothing_to_send_until_something_is_ready(municipality, asked, manager, client_as):
    (row,) = asked(municipality.units[0][0], 1)
    client = client_as(manager)
    client.post(
        reverse("assessments:step", args=[row.unit_id, row.pk, "verdict"]), {"version": "0", "verdict": "unclear"}
    )
    url = reverse("assessments:check", args=[row.unit_id])
    assert "Skicka för godkännande" not in client.get(url).content.decode()
    assert client.post(url).status_code == 422
    assert Verdict.objects.get().state == "draft"


def test_round_is_planned_handed_out_opened_and_closed_in_pages(municipality, finding_of, strategist):
    findings = [finding_of(municipality.committees[0], f"q{n}") for n in range(3)]
    bad = {"title": "Tertial 1", "kind": "tertial", "opens_on": "2027-04-01", "due_on": "2027-01-01", "cap": "5"}
    assert "kan inte ligga före" in strategist.post(reverse("assessments:new_round"), bad).content.decode()
    strategist.post(reverse("assessments:new_round"), {**bad, "due_on": "2027-05-01"})
    made = Round.objects.get()
    assign = reverse("assessments:assign", args=[made.pk])
    unit = municipality.units[0][0]
    empty = strategist.post(assign, {"unit": str(unit.pk)})
    assert (empty.status_code, "Välj minst en skillnad." in empty.content.decode()) == (422, True)
    wrong = {"unit": str(municipality.units[1][0].pk), "finding": str(findings[0].pk)}
    assert "annan nämnd" in strategist.post(assign, wrong).content.decode()
    strategist.post(assign, {"unit": str(unit.pk), "finding": [str(each.pk) for each in findings]})
    assert Assignment.objects.filter(round=made, unit=unit).count() == 3
    strategist.post(reverse("assessments:open_round", args=[made.pk]))
    strategist.post(
        reverse("assessments:deadlines", args=[made.pk]),
        {f"committee_{municipality.committees[0].pk}": "2027-04-20", "version": Round.objects.get().version},
    )
    page = strategist.get(reverse("assessments:round", args=[made.pk])).content.decode()
    row = re.search(r"<tr><th scope=\"row\">Utbildningsnämnden</th>(.*?)</tr>", page, re.S)
    assert re.findall(r">([\d-]+)<", row[1]) == ["2027-04-20", "3", "3", "0", "0", "0", "0"]
    close, again = (reverse(f"assessments:{name}_round", args=[made.pk]) for name in ("close", "reopen"))
    asks = strategist.get(close).content.decode()
    assert "3 svar saknas. Skillnaderna stannar hos sina enheter," in asks
    assert "Inget svar väntar på godkännande." in asks
    assert strategist.get(again).status_code == 302, "what is open is not opened"
    strategist.post(close)
    made.refresh_from_db()
    assert made.state == "closed"
    page = strategist.get(reverse("assessments:round", args=[made.pk])).content.decode()
    assert again in page
    assert close not in page
    assert "Skriv varför omgången öppnas igen." in strategist.post(again, {"reason": " "}).content.decode()
    assert strategist.post(again, {"reason": "Stängd en vecka för tidigt."}).status_code == 302
    made.refresh_from_db()
    assert made.state == "open"
    event = AuditEvent.objects.get(verb="assessments.round_reopened")
    assert "en vecka för tidigt" in AuditDetails.objects.get(pk=event.number).body


def test_answer_in_a_closed_round_is_no_longer_expected_but_may_be_given(
    municipality, asked, open_round, manager, head, client_as, user_of, at
):
    unit, late = municipality.units[0][0], date(2027, 4, 1)
    rows = asked(unit, 2)
    assert queries.late_assignments(head, late).count() == 2
    round_actions.close_round(round_=open_round, by=user_of("strategist", municipality.top), at=at)
    assert queries.late_assignments(head, late).count() == 0
    assert queries.progress_by_committee(open_round, late)[0].late_n == 0
    assert round_actions.remind(at=at, day=late) == (0, 0)
    (work,) = queries.units_to_judge(manager)
    assert (work.open_n, work.over_n, work.waiting_n, work.due_on) == (0, 2, 0, None)
    client = client_as(manager)
    page = client.get(reverse("assessments:judge")).content.decode()
    assert "Ingen väntar på svaret, men du kan fortfarande svara." in page
    assert "att bedöma" not in page
    assert "Svara senast" not in page
    assert "att bedöma" not in client.get("/").content.decode()
    step = reverse("assessments:step", args=[unit.pk, rows[0].pk, "verdict"])
    assert step in client.get(reverse("assessments:go_on", args=[unit.pk, rows[0].pk])).url
    assert client.post(step, {"version": "0", "verdict": "unclear"}).status_code == 302


def test_two_people_changing_a_round_see_both(open_round, strategist):
    url = reverse("assessments:edit_round", args=[open_round.pk])
    seen = str(open_round.version)
    fields = {"kind": "annual", "opens_on": "2027-01-15", "due_on": "2027-03-01", "cap": "5", "version": seen}
    assert strategist.post(url, {**fields, "title": "Mitt namn"}).status_code == 302
    second = strategist.post(url, {**fields, "title": "Ditt namn"})
    assert second.status_code == 409
    assert all(name in second.content.decode() for name in ("Mitt namn", "Ditt namn"))


def test_case_text_in_word_has_all_that_is_decided_before_the_appendix(
    municipality, sent, open_round, head, at, user_of, client_as
):
    actions.approve_verdicts(verdicts=sent, by=head, at=at)
    committee = municipality.committees[0]
    registrar = client_as(user_of("registrar", municipality.top))
    place = [open_round.pk, committee.pk]
    longest = {name: "Ett ord till. " * (length // 14) for name, length in CASE_LENGTH.items()}
    too_long = registrar.post(reverse("assessments:case_edit", args=place), {**longest, "matter": "x" * 701})
    assert too_long.status_code == 422
    written = registrar.post(
        reverse("assessments:case_edit", args=place), {**longest, "register_number": "UN 2027/12", "version": "0"}
    )
    assert written.status_code == 302
    made = docx.Document(io.BytesIO(registrar.get(reverse("assessments:case_word", args=place)).content))
    headings = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    assert headings[:5] == ["Ärendet", "Förslag till beslut", "Barnets bästa", "Ekonomi", "Skillnader och svar"]
    (appendix,) = [p for p in made.paragraphs if p.paragraph_format.page_break_before]
    assert appendix.text == "Bilaga: skillnader och svar"
    front = [p.text for p in made.paragraphs[: [p.text for p in made.paragraphs].index(appendix.text)]]
    assert sum(-(-len(text) // 95) + 1 for text in front) <= 60, "more lines than one A4 holds"
    assert "Bedömda skillnader: 2. Omotiverade: 0. Motiverade: 2." in front[-3]
    assert front[-1].endswith("(q2, 2026). Motiverad skillnad: Olika behov. Utredningen 2026 visar olika….")
    (table,) = made.tables
    assert [cell.text for cell in table.rows[1].cells][1:4] == [
        "Björkskolan",
        "Motiverad skillnad",
        "Olika behov. Utredningen 2026 visar olika behov",
    ]


def test_front_holds_the_foremost_differences_and_answers_and_ends_where_the_first_page_does(
    municipality, asked, open_round, manager, head, at, user_of
):
    rows = [row for n in (0, 1) for row in asked(municipality.units[0][n], 4, name=f"u{n}")]
    wait = {"verdict": "unjustified", "control": "own", "response": "wait", "review_on": date(2099, 1, 1)}
    wait |= {"wait_reason": "Vi väntar på lokalen, som inte är byggd än och inte heller beställd av nämnden."}
    by = user_of("head", municipality.committees[0])
    made = [
        actions.answer(assignment=row, fields=wait if n == 6 else JUSTIFIED, expected_version=0, by=by, at=at)
        for n, row in enumerate(rows)
    ]
    actions.send_verdicts(verdicts=made, by=by, at=at)
    actions.approve_verdicts(verdicts=made, by=head, at=at)
    texts = {name: ("Ett ord till. " * 60)[:length] for name, length in CASE_LENGTH.items()}
    case = case_actions.begin_case(round_=open_round, committee=municipality.committees[0], texts=texts, by=by, at=at)
    made = docx.Document(io.BytesIO(word_bytes(casetext.case_document(case, []))))
    places = [paragraph.paragraph_format.page_break_before for paragraph in made.paragraphs]
    front = made.paragraphs[: places.index(True)]
    lines = [paragraph.text for paragraph in front if paragraph.style.name == "List Bullet"]
    assert lines[0].startswith("Pojkar skiljer sig från flickor (u13, 2026). Omotiverad skillnad: Vi väntar på lokalen")
    assert lines[0].endswith("….")
    assert len(lines) == 5
    assert lines[-1] == "4 skillnader till står i bilagan."
    assert sum(map(points_high, front)) <= 842 - 2 * 51


def points_high(paragraph) -> float:
    """About how high Word sets a paragraph: its letters are half as wide as high on average, and lines 1.22 apart."""
    name = paragraph.style.name
    size = {"Title": 20, "Heading 1": 15}.get(name, 10.5)
    around = {"Title": 4, "Heading 1": 13, "List Bullet": 2}.get(name, 5)
    width = 595 - 2 * 65 - (18 if name == "List Bullet" else 0)
    return -(-len(paragraph.text) * 0.5 * size // width) * 1.22 * size + around


def test_decision_is_recorded_on_the_page_and_its_rules_stand_at_the_field(
    municipality, open_round, user_of, client_as, at
):
    person = user_of("registrar", municipality.top)
    committee = municipality.committees[0]
    case_actions.begin_case(round_=open_round, committee=committee, texts={}, by=person, at=at)
    client = client_as(person)
    url = reverse("assessments:decide", args=[open_round.pk, committee.pk])
    fields = {"body": "unit_manager", "body_name": "Rektor", "outcome": "completion", "decided_on": "2027-02-01"}
    refused = client.post(url, fields)
    assert refused.status_code == 422
    assert 'href="#id_reason"' in refused.content.decode()
    assert client.post(url, {**fields, "reason": "Siffror saknas."}).status_code == 302
    assert Decision.objects.get().reason == "Siffror saknas."
    assert CaseText.objects.get().decisions.count() == 1


def test_list_is_taken_as_csv_and_excel_with_what_was_chosen(sent, manager, client_as):
    client = client_as(manager)
    url = reverse("assessments:list")
    rows = list(csv.reader(io.StringIO(client.get(url, {"format": "csv"}).content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Skillnad", "Period", "Enhet"]
    assert {row[3] for row in rows[1:]} == {"Motiverad skillnad"}
    nothing = client.get(url, {"format": "csv", "verdict": "unclear"}).content.decode("utf-8-sig")
    assert len(nothing.splitlines()) == 1
    assert client.get(url, {"format": "xlsx"}).content[:2] == b"PK"


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_speak_the_person_s_language(municipality, asked, user_of, client_as, language):
    asked(municipality.units[0][0], 1)
    client = client_as(user_of("unit_manager", municipality.units[0][0], language=language))
    page = client.get(reverse("assessments:judge"))
    expected = all_texts()["assessments.judge.how"][language]
    assert expected in page.content.decode()


@pytest.mark.parametrize("app", ["assessments", "plans"])
def test_every_text_is_there_in_three_languages_with_the_same_values(app):
    texts = {key: found for key, found in all_texts().items() if key.startswith(f"{app}.")}
    assert len(texts) > 100
    for key, found in texts.items():
        assert set(found) == set(LANGUAGES), key
        names = {lang: set(re.findall(r"{(\w+)}", text)) for lang, text in found.items()}
        assert names[FALLBACK] == names["en"] == names["fi"], key
    told = [found[FALLBACK] for found in texts.values() if len(found[FALLBACK].split()) > 3]
    assert lix(" ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in told)) < 40
