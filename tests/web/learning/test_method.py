"""The method: chapters on pages of their own, beside the questions of an analysis, and all of them to print."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse

from jamlik.handbook.method import chapters, for_step
from tests.web.handbook.objects import made_analysis

pytestmark = [pytest.mark.django_db, pytest.mark.either]


def page(client, url) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_chapters_are_read_one_at_a_time_or_all_at_once(municipality, user_of, client_as):
    client = client_as(user_of("reader", municipality.top, language="en"))
    listed, whole = page(client, reverse("learning:method")), page(client, reverse("learning:whole_method"))
    for each in chapters():
        alone = page(client, reverse("learning:chapter", args=[each.key]))
        for html in (listed, whole, alone):
            assert each.title["en"] in html
        for told in (text for block in each.blocks for text in block.texts):
            assert told["en"] in alone
            assert told["en"] in whole
    assert client.get(reverse("learning:chapter", args=["no_such"])).status_code == 404


def test_method_lies_beside_the_question_and_the_form_stays_as_it_was(municipality, user_of, client_as):
    unit = municipality.units[0][0]
    analysis = made_analysis(unit)
    chapter = for_step("equality", "who")[0]
    html = page(
        client_as(user_of("unit_manager", unit)), reverse("handbook:question", args=[analysis.pk, "q05_target_group"])
    )
    beside = html.partition('<details class="method">')[2].partition("</details>")[0]
    assert f"Metoden: {chapter.title['sv']}" in beside
    assert all(text["sv"] in beside for block in chapter.blocks for text in block.texts)
    assert "<form" not in beside, "what is read lies outside the form"
    assert "Elever i årskurs 7 till 9." in html
