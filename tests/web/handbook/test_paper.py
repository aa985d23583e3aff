"""Forms on paper: laid out once, and where that takes long in the background; never out of date, never another's."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse

from jamlik.web.core.models import Job
from jamlik.web.handbook import paper
from jamlik.web.handbook.models import Analysis
from tests.web.statistics.conftest import run_jobs

__all__ = ["run_jobs"]


@pytest.fixture
def laid_out(monkeypatch):
    """Forms that are laid out in no time, and each time that one was."""
    made = []

    def lay_out(form):
        made.append((form.kicker, form.lang, form.fillable))
        return f"%PDF {len(made)}".encode()

    monkeypatch.setattr(paper, "form_pdf", lay_out)
    cache.clear()
    return made


def test_a_blank_form_is_laid_out_once_in_each_language(scene, client_as, laid_out):
    where = reverse("handbook:blank", args=["equality", "full", "fill"])
    client = client_as(scene.writer)
    assert [client.get(where).content for _ in range(2)] == [b"%PDF 1"] * 2
    scene.head.language = "fi"
    scene.head.save(update_fields=["language"])
    assert client_as(scene.head).get(where).content == b"%PDF 2"
    assert [lang for _, lang, _ in laid_out] == ["sv", "fi"]


def test_a_long_form_is_made_in_the_background_and_again_when_an_answer_changes(
    scene, answer, client_as, laid_out, run_jobs, user_of, municipality
):
    Analysis.objects.filter(pk=scene.analysis.pk).update(depth="full")
    where, client = reverse("handbook:form", args=[scene.analysis.pk, "fill"]), client_as(scene.writer)
    page = client.get(where)
    assert "Gör formuläret" in page.content.decode()
    assert "Gör formuläret" in client.get(f"{where}?file=1").content.decode(), "there is no file yet"
    assert not laid_out
    job = client.post(where).headers["Location"]
    assert not laid_out, "nobody waits for it at the page"
    run_jobs()
    assert Job.objects.get(name="handbook.form").state == "done"
    assert client.get(job).headers["Location"] == where
    assert "Hämta PDF:en" in client.get(where).content.decode()
    assert client.get(f"{where}?file=1").content == b"%PDF 1"
    assert laid_out == [(laid_out[0][0], "sv", True)]
    answer("q05_target_group", answer="Elever.")
    assert "Gör formuläret" in client.get(f"{where}?file=1").content.decode(), "it would lack an answer"
    stranger = client_as(user_of("unit_manager", municipality.units[1][0]))
    assert (stranger.get(f"{where}?file=1").status_code, stranger.post(where).status_code) == (404, 404)


def test_a_short_form_comes_at_once(scene, client_as, laid_out):
    where = reverse("handbook:form", args=[scene.analysis.pk, "print"])
    assert client_as(scene.writer).get(where).content == b"%PDF 1"
    assert laid_out[0][2] is False
    assert client_as(scene.writer).post(where).status_code == 405
