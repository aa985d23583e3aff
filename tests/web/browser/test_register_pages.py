"""The register in Chromium: axe on every page, light and dark; adding a document with its file without scripts."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from jamlik.web.register import theme_actions
from jamlik.web.register.models import Document, Law, Theme
from tests.support.chromium import faults, follow_link, press_button
from tests.web.register.conftest import AT, WHOLE_PDF, add, add_version, frozen, media, registrar

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["add", "frozen", "media", "registrar"]


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
def test_axe_finds_nothing_and_nothing_scrolls_sideways(addresses, strategist, page_as, axe_source, width, scheme):
    page = page_as(strategist, width=width, scheme=scheme)
    assert faults(page, addresses, axe_source, f"register-{width}-{scheme}") == {}


def test_a_document_is_added_with_its_file_without_scripts(municipality, registrar, page_as):
    page = page_as(registrar, scripts=False)
    page.goto(reverse("register:documents"))
    follow_link(page, "Lägg till styrdokument")
    press_button(page, "Fortsätt")
    expect(page.locator(".error-summary")).to_contain_text("Välj typ av dokument.", use_inner_text=True)
    page.get_by_label("Strategi", exact=True).check()
    page.get_by_label("Titel").fill("Strategi för lika villkor")
    press_button(page, "Fortsätt")
    page.get_by_label("Ägs av").select_option(label="Ekby kommun")
    for _ in range(5):
        press_button(page, "Fortsätt")
    press_button(page, "Spara dokumentet")
    expect(page.get_by_role("heading", level=1)).to_have_text("Strategi för lika villkor")
    follow_link(page, "Lägg till beslutad version")
    page.get_by_label("Beslutat av").fill("Kommunfullmäktige")
    page.get_by_label("Datum för beslut").fill("2026-03-01")
    page.get_by_label("Sammanfattning").fill("Styr allt.")
    page.get_by_label("Fil").set_input_files({"name": "fel.pdf", "mimeType": "application/pdf", "buffer": b"MZ"})
    press_button(page, "Spara versionen")
    expect(page.locator(".error-summary")).to_contain_text("Filen är inte PDF", use_inner_text=True)
    expect(page.get_by_label("Sammanfattning")).to_have_value("Styr allt.")
    page.get_by_label("Fil").set_input_files({"name": "s.pdf", "mimeType": "application/pdf", "buffer": WHOLE_PDF})
    press_button(page, "Spara versionen")
    with page.expect_download() as caught:
        page.get_by_role("link", name="Hämta s.pdf").click()
    assert caught.value.suggested_filename == "s.pdf"
