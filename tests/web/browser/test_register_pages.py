"""The register in Chromium: axe on every page, light and dark; adding a document with its file without scripts."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.urls import reverse

from jamlik.web.register import theme_actions
from jamlik.web.register.models import Document, Law, Theme
from tests.web.browser.looking import SHOTS, violations
from tests.web.browser.test_assessments_pages import browser, page_of
from tests.web.register.conftest import AT, WHOLE_PDF, add, add_version, frozen, media, registrar

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["add", "browser", "frozen", "media", "page_of", "registrar"]


@pytest.fixture
def strategist(user_of, municipality):
    return user_of("strategist", municipality.top)


@pytest.fixture
def addresses(add, registrar, municipality) -> dict[str, str]:
    """Every page of the app, with something on it."""
    theme_actions.load_laws(by=None, at=AT)
    theme_actions.theme_set_from_template(key="four_perspectives", by=None, at=AT)
    made = theme_actions.theme_set_from_template(key="seven_topics", by=None, at=AT)
    theme = made.themes.first()
    Theme.objects.filter(pk=made.themes.last().pk).update(active=False)
    old = add("Plan mot diskriminering", kind="plan", decided="2019-05-01")
    strategy = add(
        "Strategi för ett jämlikt Ekby",
        decided="2022-05-01",
        review_on=dt.date(2026, 3, 1),
        responsible="Hållbarhetschefen",
        register_number="KS 2022/118",
        replaces=(old,),
        themes=tuple(Theme.objects.filter(position=1)),
        laws=tuple(Law.objects.filter(code__in=("KL", "RF", "DL"))),
    )
    text = "Strategin styr hur kommunen upptäcker och minskar skillnader mellan grupper."
    upload = io.BytesIO(WHOLE_PDF)
    add_version(strategy, "2025-02-01", by=registrar, summary=text, upload=upload, name="Strategi.pdf", size=58)
    add("Riktlinjer för jämlik verksamhet", kind="guideline", belongs_to=strategy, owner=municipality.committees[0])
    add("Program för nationella minoriteter", kind="programme", decided="2020-01-01", valid_until=dt.date(2025, 12, 31))
    law = Law.objects.get(code="KL")

    def url(name, *args):
        return reverse(f"register:{name}", args=args)

    found = {name: url(name) for name in ("documents", "laws", "themes", "add_law", "add_theme_set")}
    found |= {"document": url("document", strategy.pk) + "?on=2023-01-01"}
    found |= {"draft": url("document", Document.objects.get(kind="guideline").pk)}
    found |= {"chosen": url("documents") + "?review=overdue&sort=-decided", "none": url("documents") + "?q=saknas"}
    found |= {
        "version": url("add_version", strategy.pk),
        "law": url("law", law.pk),
        "edit_law": url("edit_law", law.pk),
    }
    steps = ("what", "who", "when", "themes", "links", "laws", "check")
    found |= {f"step-{step}": url("edit_document_step", strategy.pk, step) for step in steps}
    return found | {"edit_theme": url("edit_theme", theme.pk), "edit_set": url("edit_theme_set", made.pk)}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(addresses, strategist, page_of, axe_source, width, scheme):
    page = page_of(strategist, width=width, scheme=scheme)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    wrong = {}
    for name, address in addresses.items():
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        found = violations(page, axe_source)
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/register-{name}-{width}-{scheme}.png", full_page=True)
        if found or page.evaluate("document.documentElement.scrollWidth") > width:
            wrong[name] = found or "scrolls sideways"
    assert wrong == {}
    assert refused == []


def test_a_document_is_added_with_its_file_without_scripts(municipality, registrar, page_of, axe_source):
    page = page_of(registrar, scripts=False)
    page.goto(reverse("register:documents"))
    page.get_by_role("link", name="Lägg till styrdokument").click()
    page.get_by_role("button", name="Fortsätt").click()
    assert "Välj typ av dokument." in page.locator(".error-summary").inner_text()
    page.get_by_label("Strategi", exact=True).check()
    page.get_by_label("Titel").fill("Strategi för lika villkor")
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_label("Ägs av").select_option(label="Ekby kommun")
    for _ in range(5):
        page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("button", name="Spara dokumentet").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Strategi för lika villkor"
    page.get_by_role("link", name="Lägg till beslutad version").click()
    page.get_by_label("Beslutat av").fill("Kommunfullmäktige")
    page.get_by_label("Datum för beslut").fill("2026-03-01")
    page.get_by_label("Sammanfattning").fill("Styr allt.")
    page.get_by_label("Fil").set_input_files({"name": "fel.pdf", "mimeType": "application/pdf", "buffer": b"MZ"})
    page.get_by_role("button", name="Spara versionen").click()
    assert "Filen är inte PDF" in page.locator(".error-summary").inner_text()
    assert page.get_by_label("Sammanfattning").input_value() == "Styr allt."
    page.get_by_label("Fil").set_input_files({"name": "s.pdf", "mimeType": "application/pdf", "buffer": WHOLE_PDF})
    page.get_by_role("button", name="Spara versionen").click()
    with page.expect_download() as caught:
        page.get_by_role("link", name="Hämta s.pdf").click()
    assert caught.value.suggested_filename == "s.pdf"
