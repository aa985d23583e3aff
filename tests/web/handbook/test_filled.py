"""A form taken from the site comes back: what is new, what is the same, what differs; nothing is overwritten unseen."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader, PdfWriter

from jamlik.handbook import cleaned, newest
from jamlik.handbook.filled import Filled as Read
from jamlik.handbook.method import chapter
from jamlik.handbook.questions import text_of
from jamlik.web.handbook import actions, filled, filled_views
from jamlik.web.handbook.models import Analysis, Filled

EQUALITY = newest("equality")


def url(name, analysis, *more):
    return reverse(f"handbook:{name}", args=[analysis.pk, *more])


@pytest.fixture
def came_back(scene, client_as, monkeypatch):
    """Hand in a form with some answers, as if it had been read from a PDF; the answer of the page."""

    def hand_in(raw, analysis=None, questions=EQUALITY, name=None):
        row = analysis or scene.analysis
        answers, faults = cleaned(questions, raw)
        read = Read(questions, row.depth, "sv", str(row.pk) if name is None else name, answers, faults)
        monkeypatch.setattr(filled_views, "read_filled", lambda data, *, file, editions: read)
        return client_as(scene.writer).post(url("upload", row), {"file": SimpleUploadedFile("a.pdf", b"%PDF-")})

    return hand_in


@pytest.mark.slow  # lays out a form and reads it in a process of its own
def test_a_form_goes_out_with_what_is_answered_and_comes_back_filled(scene, client_as):
    talk = actions.begin_analysis(
        unit=scene.unit, set_name="team", depth="quick", title="Träff", by=scene.writer, at=scene.at
    )
    about = {"analysis": talk, "row": "answer", "by": scene.writer, "at": scene.at}
    actions.save_answer(**about, question="t01_unit", value={"answer": "Björkskolan"}, expected_version=0)
    client = client_as(scene.writer)
    taken = client.get(url("form", talk, "fill"))
    assert taken.headers["Content-Type"] == "application/pdf"
    fields = PdfReader(io.BytesIO(taken.content)).get_fields()
    assert fields["t01_unit/answer"]["/V"] == "Björkskolan"
    writer = PdfWriter(clone_from=io.BytesIO(taken.content))
    given = {"t01_unit/answer": "Alskolan", "t03_expected/answer": "De som läser svenska."}
    for page in writer.pages:
        writer.update_page_form_field_values(page, given, auto_regenerate=False)
    out = io.BytesIO()
    writer.write(out)
    actions.save_answer(**about, question="t01_unit", value={"answer": "Björkskolan 7–9"}, expected_version=1)
    answer = client.post(url("upload", talk), {"file": SimpleUploadedFile("träff.pdf", out.getvalue())})
    page = client.get(answer.headers["Location"]).content.decode()
    assert all(text in page for text in ("Alskolan", "Björkskolan 7–9", "De som läser svenska."))
    chosen = {"version/t01_unit/answer": 2, "take/t01_unit/answer": "site", "version/t03_expected/answer": 0}
    assert client.post(answer.headers["Location"], chosen).status_code == 302
    kept = {row.question_key: row.value["answer"] for row in talk.answers.all()}
    assert kept == {"t01_unit": "Björkskolan 7–9", "t03_expected": "De som läser svenska."}


def test_each_answer_is_new_the_same_or_chosen(scene, answer, came_back, client_as):
    answer("q05_target_group", answer="Elever.")
    answer("q06_absent", answer="De som arbetar.")
    answer("q08_children", answer="yes")
    raw = {
        "q05_target_group": [{"answer": "Alla elever."}],
        "q06_absent": [{"answer": "De som arbetar."}],
        "q08_children": [{"answer": "yes", "how": "Alla."}],
        "q16_observation": [{"row": "2", "measure": "Väntetid", "groups": "Flickor"}],
        "q17_verdict": [{"row": "2", "verdict": "unclear"}, {"row": "7", "verdict": "unclear"}],
    }
    where = came_back(raw).headers["Location"]
    row = Filled.objects.get()
    found = {(each.question, each.row): each.state for each in filled.compared(row, scene.analysis.answers.all())}
    assert found == {
        ("q05_target_group", "answer"): "differs",
        ("q06_absent", "answer"): "same",
        ("q08_children", "answer"): "new",
        ("q16_observation", "2"): "new",
        ("q17_verdict", "2"): "new",
    }, "a verdict on a difference that nobody described belongs nowhere"
    client = client_as(scene.writer)
    versions = {f"version/{'/'.join(place)}": 0 for place in found} | {
        "version/q05_target_group/answer": 1,
        "version/q08_children/answer": 1,
    }
    answer("q05_target_group", answer="Elever i årskurs 9.")
    told = client.post(where, {**versions, "take/q05_target_group/answer": "form"})
    assert told.status_code == 409
    assert "Elever i årskurs 9." in told.content.decode()
    seen = {**versions, "version/q05_target_group/answer": 2, "take/q05_target_group/answer": "form"}
    assert client.post(where, seen).status_code == 302
    kept = {(each.question_key, each.row_key): each.value for each in scene.analysis.answers.all()}
    assert kept["q05_target_group", "answer"] == {"answer": "Alla elever."}
    assert kept["q08_children", "answer"] == {"answer": "yes", "how": "Alla."}
    assert kept["q17_verdict", "2"] == {"verdict": "unclear"}
    assert ("q17_verdict", "7") not in kept
    row.refresh_from_db()
    assert (row.state, row.answers) == ("taken", {})
    assert client.get(where).status_code == 302


def test_nothing_is_taken_unless_somebody_says_so(scene, answer, came_back, client_as):
    answer("q05_target_group", answer="Elever.")
    where = came_back({"q05_target_group": [{"answer": "Alla."}]}).headers["Location"]
    assert client_as(scene.writer).post(where, {"drop": "1"}).status_code == 302
    assert scene.analysis.answers.get(question_key="q05_target_group").value == {"answer": "Elever."}
    assert Filled.objects.get().state == "dropped"


def test_text_that_points_somebody_out_is_told_and_left_out(scene, came_back, client_as):
    raw = {
        "q05_target_group": [{"answer": "Skriv till anna@ekby.example"}],
        "q06_absent": [{"answer": "070-174 06 05"}],
    }
    page = client_as(scene.writer).get(came_back(raw).headers["Location"]).content.decode()
    assert "anna@" not in page
    assert "070-174" not in page
    assert page.count("personnummer eller en e-postadress") == 2


def test_an_older_edition_is_understood(scene, came_back, client_as):
    older = replace(EQUALITY, edition=3)
    page = client_as(scene.writer).get(
        came_back({"q06_absent": [{"answer": "De."}]}, questions=older).headers["Location"]
    )
    assert "equality-1+3" in page.content.decode()


@pytest.mark.parametrize(
    ("questions", "name", "told"),
    [(EQUALITY, "99999", "hör till en annan analys"), (newest("crisis"), "", "har andra frågor")],
)
def test_the_form_of_another_analysis_is_refused(came_back, questions, name, told):
    answer = came_back({}, questions=questions, name=name)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Filled.objects.exists()


@pytest.mark.parametrize("data", [b"no pdf at all", b"%PDF-1.7\n" + b"x" * 5000])
def test_what_is_no_form_of_ours_is_refused_with_what_to_do(scene, client_as, data):
    answer = client_as(scene.writer).post(
        url("upload", scene.analysis), {"file": SimpleUploadedFile("x.pdf", data, content_type="application/pdf")}
    )
    assert answer.status_code == 422
    assert 'id="id_file_error"' in answer.content.decode()
    assert not Filled.objects.exists()


def test_blank_forms_are_there_for_every_set_and_depth(scene, client_as):
    client = client_as(scene.writer)
    page = client.get(reverse("handbook:blank_forms")).content.decode()
    for name, depth in (("equality", "quick"), ("equality", "full"), ("team", "quick"), ("crisis", "quick")):
        assert reverse("handbook:blank", args=[name, depth, "fill"]) in page
        assert reverse("handbook:blank", args=[name, depth, "read"]) in page
    assert client.get(reverse("handbook:blank", args=["team", "full", "fill"])).status_code == 404
    read = client.get(reverse("handbook:blank", args=["crisis", "quick", "read"]))
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(read.content)).pages)
    assert text_of(chapter("judge").title, "sv") in text
    assert client.get(url("form", scene.analysis, "read")).status_code == 404, "an analysis is no handbook"
    assert client.get(url("form", scene.analysis, "other")).status_code == 404
    assert Analysis.objects.count() == 1
