"""Statistics in Chromium: axe on every page, in light and dark, and that nothing scrolls sideways."""

from __future__ import annotations

import os

import pytest
from django.urls import reverse

from jamlik.web.core import clock
from jamlik.web.statistics import actions
from jamlik.web.statistics.models import Finding
from tests.web.browser.chromium import chromium, page_as, violations
from tests.web.statistics.conftest import AT, analyst, committee, data_set, loaded, run_jobs, school_file

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["analyst", "chromium", "committee", "data_set", "loaded", "page_as", "run_jobs"]

SHOTS = os.environ.get("JAMLIK_SHOTS", "")


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
    page = page_as(analyst, viewport={"width": width, "height": 900}, color_scheme=scheme)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    wrong = {}
    for name, address in addresses.items():
        page.goto(address)
        found = violations(page, axe_source)
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True)
        if found or page.evaluate("document.documentElement.scrollWidth") > width:
            wrong[name] = found or "scrolls sideways"
    assert wrong == {}
    assert refused == []


def test_a_file_is_handed_in_and_used_without_scripts(page_as, data_set, analyst, run_jobs):
    page = page_as(analyst, java_script_enabled=False)
    page.goto(reverse("statistics:upload", args=[data_set.pk]))
    page.get_by_role("button", name="Ladda upp").click()
    assert "Välj en fil" in page.locator(".error-summary").inner_text()
    page.get_by_label("Fil").set_input_files({"name": "betyg.csv", "mimeType": "text/csv", "buffer": school_file()})
    page.get_by_role("button", name="Ladda upp").click()
    run_jobs()
    page.reload()
    page.get_by_role("link", name="Rätta vad kolumnerna är").click()
    page.get_by_label("Godkänd: vad är bättre?").select_option("up")
    page.get_by_role("button", name="Läs filen igen").click()
    run_jobs()
    page.reload()
    assert "Högre är bättre" in page.content()
    page.get_by_role("button", name="Ja, använd den").click()
    run_jobs()
    page.goto(reverse("statistics:findings"))
    page.get_by_role("link", name="Godkänd: flickor").first.click()
    assert page.locator("h1").inner_text().startswith("Flickor")
