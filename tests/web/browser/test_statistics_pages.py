"""Statistics in Chromium: axe on every page, in light and dark, and that nothing scrolls sideways."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from jamlik.web.core import clock
from jamlik.web.statistics import actions
from jamlik.web.statistics.models import Finding
from tests.support.chromium import faults, follow_link, press_button, settled
from tests.web.statistics.conftest import AT, analyst, committee, data_set, loaded, run_jobs, school_file

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["analyst", "committee", "data_set", "loaded", "run_jobs"]


@pytest.fixture
def addresses(loaded, data_set, analyst, run_jobs) -> dict[str, str]:
    """Every page of the app, with something on it."""
    imported = loaded(school_file())
    release = actions.publish_release(analysis=imported.analysis, released_on=clock.today(), by=analyst, at=clock.now())
    run_jobs()
    waiting = actions.receive_file(
        data_set=data_set,
        file_name="betyg-2026.csv",
        parts=[school_file(years=(2025, 2026), boys=0.7)],
        by=analyst,
        at=AT,
    )
    run_jobs()
    told = actions.register_finding(
        source="council",
        owner=data_set.owner,
        text="Skolgården går inte att nå med rullstol.",
        group="Rullstolsburna elever",
        reference="andra elever",
        heard_on=clock.today(),
        by=analyst,
        at=AT,
    )
    finding = Finding.objects.filter(newest=True, dimension="sex").get()
    found = {
        name: reverse(f"statistics:{name}")
        for name in ("home", "new", "municipality", "findings", "register", "releases")
    }
    found |= {
        name: reverse(f"statistics:{name}", args=[data_set.pk]) for name in ("data_set", "upload", "undo", "publish")
    }
    found |= {name: reverse(f"statistics:{name}", args=[waiting.pk]) for name in ("import", "correct", "describe")}
    found |= {"finding": reverse("statistics:finding", args=[finding.pk]) + "?charts=all"}
    found |= {"told": reverse("statistics:finding", args=[told.pk])}
    return found | {"release": reverse("statistics:release", args=[release.pk])}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(addresses, page_as, analyst, axe_source, width, scheme):
    page = page_as(analyst, width=width, scheme=scheme)
    assert faults(page, addresses, axe_source, f"statistics-{width}-{scheme}") == {}


def test_a_file_is_handed_in_and_used_without_scripts(page_as, data_set, analyst, run_jobs):
    page = page_as(analyst, scripts=False)
    page.goto(reverse("statistics:upload", args=[data_set.pk]))
    press_button(page, "Ladda upp")
    expect(page.locator(".error-summary")).to_contain_text("Välj en fil", use_inner_text=True)
    page.get_by_label("Fil").set_input_files({"name": "betyg.csv", "mimeType": "text/csv", "buffer": school_file()})
    press_button(page, "Ladda upp")
    run_jobs()
    settled(page)
    follow_link(page, "Rätta vad kolumnerna är")
    page.get_by_label("Godkänd: vad är bättre?").select_option("up")
    press_button(page, "Läs filen igen")
    run_jobs()
    settled(page)
    expect(page.locator("main")).to_contain_text("Högre är bättre", use_inner_text=True)
    press_button(page, "Ja, använd den")
    run_jobs()
    settled(page)
    page.goto(reverse("statistics:findings"))
    follow_link(page, "Godkänd: flickor")
    expect(page.locator("h1")).to_have_text(re.compile("^Flickor"))
