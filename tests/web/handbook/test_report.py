"""The report of an approved analysis: one page that sums it up, and what was approved whatever happens since."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest
from django.urls import reverse

from jamlik.reports.document import Definitions, Table
from jamlik.web.handbook import actions, report_views, review_actions
from jamlik.web.handbook.actions import NEW
from jamlik.web.handbook.report import report_of

pytestmark = pytest.mark.either


@pytest.fixture
def approved(scene, whole, answer):
    """An analysis with an unjustified difference and an action, approved and frozen."""
    answer("q17_verdict", scene.row, verdict="unjustified")
    answer("q35_control", scene.row, control="own")
    answer("q28_actions", NEW, action="Läxhjälp två dagar", finding=scene.row, cause="access")
    answer("q29_responsible", "1", role="Rektor", due_on="2027-12-01", cost="120000")
    answer("q18_reason", scene.row, evidence="Kvar från en tidigare bedömning")
    row = review_actions.submit(analysis=whole, follow_up_on=date(2027, 9, 1), by=scene.writer, at=scene.at)
    return review_actions.approve(analysis=row, expected_version=row.version, by=scene.head, at=scene.at)


def test_the_front_page_says_what_was_judged_why_and_what_is_done(scene, approved):
    copy = approved.copies.get()
    document = report_of(approved, copy, list(approved.decisions.all()))
    front = document.sections[0]
    table = next(block for block in front.blocks if isinstance(block, Table))
    told = [cell.text for cell in table.rows[0]]
    assert told == [
        "Skillnad 1: Betyg i årskurs 9, 2026",
        "Omotiverad skillnad",
        "",
        "Läxhjälp två dagar (Rektor, 2027-12-01)",
    ], "what was answered to a question that is not asked any more stands in no report"
    facts = dict(next(block for block in front.blocks if isinstance(block, Definitions)).items)
    assert set(facts.values()) == {"2027-02-01", "2027-09-01", copy.fingerprint}
    assert document.sections[-1].id == "route"
    answers = [block for section in document.sections for block in section.blocks if isinstance(block, Definitions)]
    assert "120\N{NO-BREAK SPACE}000" in {text for each in answers for _, text in each.items}


def test_the_report_tells_what_was_approved_whatever_happens_since(scene, approved):
    review_actions.record_decision(
        analysis=approved,
        body="committee",
        body_name="Utbildningsnämnden",
        outcome="referred_back",
        decided_on=date(2027, 3, 2),
        paragraph="§ 14",
        reason="Barnens röster saknas.",
        by=scene.registrar,
        at=scene.at,
    )
    actions.save_answer(
        analysis=approved,
        question="q05_target_group",
        row="answer",
        value={"answer": "Någon annan."},
        expected_version=1,
        by=scene.writer,
        at=scene.at,
    )
    document = report_of(approved, approved.copies.get(), [])
    assert "Elever i årskurs 7 till 9." in str(document)
    assert "Någon annan." not in str(document)


def test_it_is_taken_as_word_pdf_and_as_it_was_frozen(scene, approved, client_as, user_of, monkeypatch):
    client = client_as(user_of("reader", scene.unit))

    def taken(kind):
        return client.get(reverse("handbook:report", args=[approved.pk, 1, kind]))

    word = docx.Document(io.BytesIO(taken("word").content))
    assert "Läxhjälp" in {each.text for each in word.paragraphs}
    assert "Omotiverad skillnad" in {cell.text for cell in word.tables[0].rows[1].cells}
    assert taken("json").content.decode() == approved.copies.get().content
    monkeypatch.setattr(report_views, "pdf_bytes", lambda document: document.title.encode())
    pdf = taken("pdf")
    assert (pdf.headers["Content-Type"], pdf.content) == ("application/pdf", "Läxhjälp".encode())
    assert taken("other").status_code == 404
    page = client.get(reverse("handbook:analysis", args=[approved.pk])).content.decode()
    assert "Läxhjälp två dagar (Rektor, 2027-12-01)" in page


@pytest.mark.slow  # lays out a PDF
def test_the_pdf_is_laid_out(approved, client_as, scene):
    answer = client_as(scene.head).get(reverse("handbook:report", args=[approved.pk, 1, "pdf"]))
    assert answer.content.startswith(b"%PDF-")
    assert b"pdfuaid" in answer.content or len(answer.content) > 10_000
