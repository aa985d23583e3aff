"""One question a page, from the first click to an approved analysis; every set; what two people see."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from jamlik.handbook import newest
from jamlik.web.handbook import queries, question_views, review_actions
from jamlik.web.handbook.forms import AnswerForm
from jamlik.web.handbook.models import Analysis
from jamlik.web.handbook.pages import after, pages_of
from jamlik.web.statistics.thawing import Drawn


def url(name, analysis, *more):
    return reverse(f"handbook:{name}", args=[analysis.pk, *more])


def test_an_analysis_is_begun_with_what_was_handed_to_the_unit(scene, asked, client_as):
    handed = [each.finding for each in asked(scene.unit, 2, name="h")]
    client = client_as(scene.writer)
    empty = client.get(reverse("handbook:list")).content.decode()
    assert "Läxhjälp" in empty
    first = client.get(reverse("handbook:choose_unit"))
    assert first.headers["Location"] == reverse("handbook:begin", args=[scene.unit.pk])
    page = client.get(first.headers["Location"]).content.decode()
    assert page.count("checked") == 3  # the quick analysis, and both that were handed to the unit
    sent = {"title": "Närvaro", "period": "2026", "questions": "equality.full", "findings": [handed[0].pk]}
    answer = client.post(first.headers["Location"], sent)
    made = Analysis.objects.get(title="Närvaro")
    assert answer.headers["Location"] == url("analysis", made)
    assert (made.set_key, made.depth, list(made.findings.all())) == ("equality-1", "full", [handed[0]])
    assert made.round.title == "Årsredovisning 2026", "the round that asked"
    wrong = client.post(first.headers["Location"], {**sent, "title": "Anna 20150312-2388"})
    assert wrong.status_code == 422
    assert "personnummer" in wrong.content.decode()


def test_answering_leads_from_question_to_question_and_asks_for_more_where_it_must(scene, client_as, monkeypatch):
    drawn = Drawn("dots", "Betyg efter kön", "Punkter", "Källa", "<svg></svg>", {"columns": [], "rows": []})
    monkeypatch.setattr(question_views, "charts", lambda finding, lang: [drawn])
    client, analysis = client_as(scene.writer), scene.analysis
    page = client.get(url("question", analysis, "q08_children"))
    assert "Berörs barn" in page.content.decode()
    answer = client.post(url("question", analysis, "q08_children"), {"answer": "yes", "version": 0})
    assert answer.headers["Location"] == url("question", analysis, "q09_minorities")
    again = url("question", analysis, "q09_minorities")
    answer = client.post(again, {"answer": "yes", "version": 0, "parts": "answer"})
    assert answer.headers["Location"] == again, "consultation is asked for now"
    assert "samråd" in client.get(again).content.decode()
    answer = client.post(again, {"answer": "yes", "consultation": "Möte", "version": 1, "parts": "answer,consultation"})
    assert answer.headers["Location"] == url("question", analysis, "q16_observation")
    listed = client.get(answer.headers["Location"]).content.decode()
    assert "Betyg i årskurs 9" in listed
    verdict = url("row", analysis, "q17_verdict", scene.row)
    assert verdict in listed
    shown = client.get(verdict).content.decode()
    assert "Pojkar skiljer sig från flickor" in shown
    assert "Betyg efter kön" in shown
    answer = client.post(verdict, {"verdict": "justified", "version": 0, "parts": "verdict"})
    assert answer.headers["Location"] == url("row", analysis, "q18_reason", scene.row)
    kept = {row.question_key: row.value for row in analysis.answers.all()}
    assert kept["q09_minorities"] == {"answer": "yes", "consultation": "Möte"}
    assert "q25_best_interests" in {page.question.id for page in pages_of(queries.case_of(analysis))}


def test_rows_are_added_changed_and_removed_without_scripts(scene, client_as):
    client, analysis = client_as(scene.writer), scene.analysis
    new = url("row", analysis, "q16_observation", "new")
    assert client.get(new).status_code == 200
    sent = {"measure": "Väntetid", "groups": "Kvinnor", "version": 0, "parts": "measure,groups,size,persons,direction"}
    answer = client.post(new, sent)
    assert answer.headers["Location"] == url("question", analysis, "q16_observation")
    listed = client.get(answer.headers["Location"]).content.decode()
    assert "Väntetid" in listed
    assert url("row", analysis, "q16_observation", "1") in listed
    gone = url("remove", analysis, "q16_observation", "1")
    assert "Väntetid" in client.get(gone).content.decode()
    assert client.post(gone).status_code == 302
    assert not analysis.answers.filter(row_key="1").exists()
    assert client.get(url("row", analysis, "q17_verdict", "1")).status_code == 404


def test_both_texts_are_shown_when_two_answer_the_same_question(scene, answer, client_as):
    page = url("question", scene.analysis, "q05_target_group")
    answer("q05_target_group", answer="Deras text.")
    told = client_as(scene.writer).post(page, {"answer": "Min text.", "version": 0, "parts": "answer"})
    assert told.status_code == 409
    assert "Deras text." in told.content.decode()
    assert "Min text." in told.content.decode()
    kept = {"answer": "Min text.", "version": 1, "parts": "answer"}
    assert client_as(scene.writer).post(page, kept).status_code == 302
    assert scene.analysis.answers.get(question_key="q05_target_group").value == {"answer": "Min text."}
    lost = url("row", scene.analysis, "q17_verdict", "9")
    told = client_as(scene.writer).post(lost, {"verdict": "unclear", "version": 1, "parts": "verdict"})
    assert told.status_code == 409, "the row is gone, and what was written is shown"


@pytest.mark.parametrize("wrong", ["Ring 20150312-2388", "Skriv till anna@ekby.example"])
def test_what_points_somebody_out_is_refused_at_its_field(scene, client_as, wrong):
    page = url("question", scene.analysis, "q05_target_group")
    told = client_as(scene.writer).post(page, {"answer": wrong, "version": 0, "parts": "answer"})
    assert told.status_code == 422
    assert 'id="id_answer_error"' in told.content.decode()
    assert not scene.analysis.answers.filter(question_key="q05_target_group").exists()


def test_what_is_left_is_told_with_links_until_all_holds(scene, answer, whole, client_as):
    client = client_as(scene.writer)
    answer("q17_verdict", scene.row, verdict="unjustified")
    page = client.get(url("check", whole)).content.decode()
    assert "En omotiverad skillnad behöver en åtgärd" in page
    assert url("row", whole, "q30_no_action", scene.row) + "?back=check" in page
    told = client.post(url("check", whole), {"follow_up_on": "2099-09-01"})
    assert (told.status_code, "error-summary" in told.content.decode()) == (422, True)
    back = client.post(
        url("row", whole, "q17_verdict", scene.row) + "?back=check",
        {"verdict": "no_difference", "why": "Liten.", "version": 2, "parts": "verdict,why"},
    )
    assert back.headers["Location"] == url("check", whole)
    assert client.post(url("check", whole), {}).status_code == 422, "a day to follow up is asked for"
    done = client.post(url("check", whole), {"follow_up_on": "2099-09-01"})
    assert done.headers["Location"] == url("analysis", whole)
    whole.refresh_from_db()
    assert (whole.state, whole.follow_up_on) == ("submitted", date(2099, 9, 1))
    assert client.get(url("question", whole, "q05_target_group")).headers["Location"] == url("analysis", whole)


def test_approved_by_another_then_decided_on(scene, sent, client_as):
    head = client_as(scene.head)
    page = head.get(url("approve", sent)).content.decode()
    assert "Elever i årskurs 7 till 9." in page
    assert head.post(url("approve", sent), {"version": sent.version}).status_code == 302
    sent.refresh_from_db()
    assert sent.state == "approved"
    assert sent.copies.get().fingerprint in head.get(url("analysis", sent)).content.decode()
    registrar = client_as(scene.registrar)
    decided = {
        "body": "committee",
        "body_name": "Utbildningsnämnden",
        "outcome": "referred_back",
        "decided_on": "2027-03-02",
    }
    told = registrar.post(url("decision", sent), decided)
    assert told.status_code == 422
    assert "paragrafen" in told.content.decode()
    whole = {**decided, "paragraph": "§ 14", "reason": "Barnen är inte hörda."}
    assert registrar.post(url("decision", sent), whole).status_code == 302
    back = client_as(scene.writer).get(url("analysis", sent)).content.decode()
    assert "Återremiss" in back
    assert "Barnen är inte hörda." in back


def test_completion_goes_back_with_its_text(scene, sent, client_as):
    head = client_as(scene.head)
    assert head.post(url("completion", sent), {"text": ""}).status_code == 422
    assert head.post(url("completion", sent), {"text": "Vilka saknas?"}).status_code == 302
    assert "Vilka saknas?" in client_as(scene.writer).get(url("check", sent)).content.decode()


def test_readers_see_what_is_approved_and_nothing_before(scene, sent, user_of, client_as):
    reader = client_as(user_of("reader", scene.unit))
    assert reader.get(url("analysis", sent)).status_code == 404
    review_actions.approve(analysis=sent, expected_version=sent.version, by=scene.head, at=scene.at)
    assert reader.get(url("analysis", sent)).status_code == 200


@pytest.mark.parametrize(("name", "depth"), [("equality", "full"), ("team", "quick"), ("crisis", "quick")])
def test_every_question_of_every_set_has_a_page_with_its_parts(scene, client_as, name, depth):
    analysis = Analysis.objects.create(
        set_key=newest(name).key,
        depth=depth,
        unit=scene.unit,
        title="Allt",
        written_by=scene.writer,
        written_at=scene.at,
    )
    client = client_as(scene.writer)
    case = queries.case_of(analysis)
    for page in pages_of(case):
        row = page.row or "new"
        where = ("question", page.question.id) if row == "answer" else ("row", page.question.id, row)
        shown = client.get(url(where[0], analysis, *where[1:])).content.decode()
        for part in AnswerForm.asked_parts(case, page.question, row):
            assert f'name="{part}"' in shown, (page.question.id, part)
    order = [page.question.id for page in pages_of(case)]
    walked, here = [], order[0]
    while here:
        walked.append(here)
        row = next(page.row for page in pages_of(case) if page.question.id == here)
        onward = after(case, pages_of(case), here, row)
        here = onward.question.id if onward else ""
    assert walked == order
