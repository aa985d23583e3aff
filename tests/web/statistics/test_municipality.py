"""One's own municipality, from recorded figures: fetched, told, accepted, analysed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from jamlik.web.statistics.models import DataSet, Finding, Import, ImportState
from tests.support.kolada_server import KoladaServer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def kolada(shared_dir, monkeypatch, settings, tmp_path):
    settings.JAMLIK_HOME = tmp_path
    with KoladaServer(shared_dir / "data" / "kolada") as server:
        monkeypatch.setenv("JAMLIK_KOLADA_URL", server.url)
        yield server


@pytest.mark.prove  # the cheap half of this way is in tests/acceptance/test_start.py
def test_own_municipality_is_fetched_told_and_analysed(kolada, committee, analyst, client_as, run_jobs):
    client = client_as(analyst)
    values = {"municipality": "huddinge", "owner": committee.pk}
    client.post(reverse("statistics:municipality"), values)
    run_jobs()
    imported, data_set = Import.objects.get(), DataSet.objects.get()
    assert imported.error == {}
    assert (data_set.origin_key, data_set.title) == ("0126", "Kolada: Huddinge")
    page = client.get(reverse("statistics:import", args=[imported.pk])).content.decode()
    assert "Huddinge" in page
    calls = len(kolada.calls)
    client.post(reverse("statistics:accept", args=[imported.pk]))
    run_jobs()
    imported.refresh_from_db()
    assert imported.state == ImportState.IN_USE
    assert len(kolada.calls) - calls < calls / 2  # what was fetched a moment ago is kept
    assert Finding.objects.filter(data_set=data_set, newest=True).count() > 500
    response = client.get(reverse("statistics:findings"))
    assert response.status_code == 200
    client.post(reverse("statistics:municipality"), values)
    assert DataSet.objects.count() == 1  # the same municipality is the same data set


def test_a_municipality_there_is_none_of_is_refused_with_those_like_it(committee, analyst, client_as):
    client = client_as(analyst)
    answer = client.post(reverse("statistics:municipality"), {"municipality": "Hudinge", "owner": committee.pk})
    assert answer.status_code == 422
    assert "Huddinge (0126)" in answer.content.decode()
    assert not DataSet.objects.exists()
