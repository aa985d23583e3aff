"""The library of good examples: written by a unit, reviewed before everybody sees it, found, and taken away."""

from __future__ import annotations

import csv
import io
from html import unescape

import pytest
from django.urls import reverse

from jamlik.handbook.examples import good_examples
from jamlik.handbook.method import chapters
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.editing import TOKEN, EditConflict
from jamlik.web.learning import actions, rules
from jamlik.web.learning.actions import ExampleFacts
from jamlik.web.learning.models import Example, ExampleState
from jamlik.web.register.models import Theme, ThemeSet
from tests.web.learning.conftest import AT
from tests.web.learning.objects import made_example, made_proposed, made_shown

pytestmark = pytest.mark.django_db
LIST = reverse("learning:examples")
TEXTS = {
    "title": "Läxhjälp på fler språk",
    "service": "Grundskola",
    "goal": "",
    "seen": "Färre kom från vissa områden.",
    "done": "Vi frågade och flyttade tiden.",
    "result": "Fler kommer. Vi mäter igen.",
}


def page(client, url) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def url(name, example):
    return reverse(f"learning:{name}", args=[example.pk])


@pytest.fixture
def unit(municipality):
    return municipality.units[0][0]


@pytest.fixture
def manager(user_of, unit):
    return user_of("unit_manager", unit)


@pytest.fixture
def strategist(user_of, municipality):
    return user_of("strategist", municipality.top)


def test_example_goes_from_draft_to_everybody(unit, municipality, manager, strategist, user_of, client_as):
    theme = Theme.objects.create(theme_set=ThemeSet.objects.create(name="Teman"), name="Utbildning")
    writer, reviewer = client_as(manager), client_as(strategist)
    other = client_as(user_of("head", municipality.departments[1]))
    sent = {**TEXTS, "unit": unit.pk, "grounds": ["ethnicity", "age"], "themes": [theme.pk], TOKEN: "a"}
    first = writer.post(reverse("learning:add_example"), sent)
    assert writer.post(reverse("learning:add_example"), sent).headers["Location"] == first.headers["Location"]
    made = Example.objects.get()
    assert (made.state, made.unit, made.grounds, list(made.themes.all())) == (
        "draft",
        unit,
        ["age", "ethnicity"],
        [theme],
    )
    assert other.get(url("example", made)).status_code == 404
    assert TEXTS["title"] not in page(other, LIST)
    writer.post(url("propose_example", made), {"version": 0})
    assert "Ett exempel väntar på att granskas." in page(reviewer, LIST)
    answer = reviewer.post(url("review_example", made), {"to": "draft", "version": 1})
    assert answer.status_code == 422, "what to change has to be said"
    reviewer.post(url("review_example", made), {"to": "draft", "reason": "Vilka områden?", "version": 1})
    assert "Vilka områden?" in page(writer, url("example", made))
    writer.post(url("change_example", made), {**TEXTS, "seen": "Färre från Stensäter.", "version": 2})
    writer.post(url("propose_example", made), {"version": 3})
    reviewer.post(url("review_example", made), {"to": "shown", "version": 4})
    html = page(other, url("example", made))
    assert "Färre från Stensäter." in html
    assert "Dra tillbaka" not in html
    assert manager.name not in html.partition("<main")[2].partition('class="events"')[0], "the unit tells, not a person"
    verbs = list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))
    told = ("added", "proposed", "returned", "changed", "proposed", "shown")
    assert verbs == [f"learning.example_{each}" for each in told]


def test_what_everybody_sees_has_been_reviewed_in_the_same_words(unit, manager, user_of, municipality, client_as):
    made = made_shown(unit)
    reader = client_as(user_of("reader", municipality.units[1][0]))
    assert "Färre flickor." in page(reader, url("example", made))
    client_as(manager).post(url("change_example", made), {**TEXTS, "version": 0})
    assert reader.get(url("example", made)).status_code == 404
    assert Example.objects.get().state == "proposed"


def test_withdrawn_example_comes_back_by_being_changed(unit, manager, client_as):
    made, client = made_shown(unit), client_as(manager)
    assert "Dra tillbaka ”Tiderna i hallen”?" in page(client, url("withdraw_example", made))
    client.post(url("withdraw_example", made), {"version": 0})
    assert Example.objects.get().state == "withdrawn"
    client.post(url("propose_example", made), {"version": 1})
    assert Example.objects.get().state == "withdrawn", "it has to be read again first"
    client.post(url("change_example", made), {**TEXTS, "version": 1})
    assert Example.objects.get().state == "draft"


def test_two_who_change_an_example_see_both_texts(unit, manager, client_as):
    made, client = made_example(unit), client_as(manager)
    facts = ExampleFacts(**{**TEXTS, "seen": "Det andra såg."})
    actions.change_example(example=made, facts=facts, expected_version=0, by=manager, at=AT)
    answer = client.post(url("change_example", made), {**TEXTS, "seen": "Det jag såg.", "version": 0})
    assert answer.status_code == 409
    assert all(text in answer.content.decode() for text in ("Det andra såg.", "Det jag såg."))
    assert Example.objects.get().seen == "Det andra såg."
    with pytest.raises(EditConflict):
        actions.move_example(example=made, to=ExampleState.PROPOSED, expected_version=0, by=manager, at=AT)


@pytest.mark.parametrize("field", ["title", "result"])
def test_text_that_points_somebody_out_is_not_saved(field, unit, manager, strategist, client_as):
    made, client = made_example(unit), client_as(manager)
    person = "Ring 19811218-9876 eller anna@ekby.example"
    answer = client.post(url("change_example", made), {**TEXTS, field: person, "version": 0})
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.content.decode()
    facts = ExampleFacts(**{**TEXTS, field: person})
    with pytest.raises(rules.RefusedError):
        actions.add_example(unit=unit, facts=facts, by=manager, at=AT)
    with pytest.raises(rules.RefusedError):
        actions.move_example(
            example=made_proposed(unit),
            to=ExampleState.DRAFT,
            expected_version=0,
            reason=person,
            by=strategist,
            at=AT,
        )


def test_only_who_reviews_lets_everybody_see_it_and_only_own_units_are_written_for(unit, municipality, manager):
    with pytest.raises(Exception, match=actions.REVIEW):
        actions.move_example(example=made_proposed(unit), to=ExampleState.SHOWN, expected_version=0, by=manager, at=AT)
    with pytest.raises(Exception, match=actions.WRITE):
        actions.add_example(unit=municipality.units[1][0], facts=ExampleFacts(**TEXTS), by=manager, at=AT)


@pytest.mark.parametrize(("before", "to"), [("draft", "shown"), ("shown", "proposed"), ("withdrawn", "proposed")])
def test_step_that_cannot_be_taken_is_refused(before, to, unit, user_of):
    made = made_example(unit, state=before, shown_at=AT)
    with pytest.raises(rules.RefusedError):
        actions.move_example(
            example=made, to=ExampleState(to), expected_version=0, by=user_of("strategist", unit), at=AT
        )


def test_shipped_examples_are_put_in_once_and_told_in_the_reader_s_language(
    municipality, strategist, user_of, client_as
):
    client = client_as(strategist)
    assert "Lägg in exemplen" in page(client, LIST)
    client.post(reverse("learning:load_examples"))
    n = len(good_examples().examples)
    assert Example.objects.filter(state="shown", unit=municipality.top).count() == n
    assert actions.load_examples(by=None, at=AT) == 0
    assert "Lägg in exemplen" not in page(client, LIST)
    finn = client_as(user_of("reader", municipality.top, language="fi"))
    shipped = good_examples().examples[0]
    row = Example.objects.get(origin=shipped.key)
    html = page(finn, url("example", row))
    assert shipped.seen["fi"] in html
    assert good_examples().note["fi"] in html
    word = shipped.title["fi"].split()[0]
    assert shipped.title["fi"] in page(finn, f"{LIST}?q={word}"), "searched in the language it is read in"
    client.post(url("change_example", row), {**TEXTS, "version": 0})
    row.refresh_from_db()
    assert (row.said("title"), row.state) == (TEXTS["title"], "proposed")
    client.post(url("withdraw_example", row), {"version": 1})
    assert actions.load_examples(by=None, at=AT) == 0, "one that was withdrawn stays so"


def test_library_is_searched_narrowed_and_taken_away(municipality, unit, user_of, client_as):
    client = client_as(user_of("reader", municipality.top))
    assert "Här finns inga exempel än." in page(client, LIST)
    theme = Theme.objects.create(theme_set=ThemeSet.objects.create(name="Teman"), name="Fritid för unga")
    made_shown(unit, title="Hallen").themes.add(theme)
    made_shown(unit, title="Biblioteket", service="Bibliotek", ground_keys="|disability|", seen="Svåra texter.")
    made_example(unit, title="Ett utkast")

    def titles(asked):
        text = client.get(f"{LIST}?{asked}&format=csv").content.decode("utf-8-sig")
        return [row[0] for row in list(csv.reader(io.StringIO(text), delimiter=";"))[1:]]

    assert titles("sort=title") == ["Biblioteket", "Hallen"]
    assert titles("service=Bibliotek") == titles("q=svåra") == titles("ground=disability") == ["Biblioteket"]
    assert titles(f"theme={theme.pk}") == titles("ground=sex") == ["Hallen"]
    assert "Fritid för unga" in page(client, LIST)


def test_examples_and_chapters_are_found_by_search_and_wait_on_the_start_page(unit, manager, strategist, client_as):
    made_shown(unit, title="Hallen i Stensäter")
    made_proposed(unit, title="Ett förslag")
    made_example(unit, title="Ett svar", asked="Vilka?")
    reviewer, writer = client_as(strategist), client_as(manager)
    found = page(reviewer, reverse("desk:search") + "?q=stensäter hallen")
    assert "Hallen i Stensäter" in found
    chapter = chapters()[0]
    word = chapter.summary["sv"].split()[-1].strip(".")
    assert reverse("learning:chapter", args=[chapter.key]) in page(writer, reverse("desk:search") + f"?q={word}")
    start = page(reviewer, reverse("desk:start"))
    assert "Ett gott exempel att granska" in start
    assert reverse("learning:review_example", args=[Example.objects.get(state="proposed").pk]) in start
    start = page(writer, reverse("desk:start"))
    assert "Ett gott exempel att ändra" in start
    assert "att granska" not in start
