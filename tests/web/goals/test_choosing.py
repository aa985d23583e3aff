"""A target's chart, long choices that are searched, one number for one goal, what the log says in words."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.urls import reverse

from jamlik.web.goals import actions, list_actions, queries
from jamlik.web.goals.models import Goal
from jamlik.web.goals.target_charts import target_chart
from jamlik.web.register.models import Document
from jamlik.web.register.rules import BrokenRuleError
from tests.web.goals.conftest import AT, QUESTION, TEXTS

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"goals:{name}", args=args)


def texts(response):
    return response.content.decode()


def chart_of(target):
    return target_chart(queries.judged([target])[0])


def numbers_in(spec):
    """Every number that marks of the picture are placed at."""
    layers = [layer for panel in spec["concat"] for group in panel["layer"] for layer in group["layer"]]
    rows = [row for layer in layers for row in layer["data"]["values"]]
    return {row[name] for row in rows for name in ("value", "low", "high") if name in row}


def test_chart_draws_level_gap_interval_and_target_and_tells_them_in_words(browser, add_goal, halve, publish):
    publish({"2022": (60, 70), "2024": (62, 70), "2026": (64.5, 70)}, half=0.5)
    target = halve(add_goal())
    page = texts(browser.get(url("target", target.pk)))
    (svg,) = re.findall(r"<svg.*?</svg>", page, re.S)
    assert 'role="img"' in svg
    assert "<title" in svg
    assert "Flickor jämfört med pojkar. Skillnaden ska halveras till 2030, räknat från 2022." in svg
    drawn = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
    assert {"Flickor", "Pojkar", "Mål 2030: 5,0 procentenheter", "2022", "2030"} <= set(drawn)
    assert " style=" not in svg  # the content policy allows none
    numbers = numbers_in(chart_of(target).spec)
    assert {60, 70, 10, 8, 5.5} <= numbers  # both levels, and the gap by its size
    assert {59.5, 60.5} <= numbers


def test_chart_holds_nothing_that_is_not_shown(add_goal, halve, publish):
    publish({"2022": (60, 70), "2024": None, "2026": (64, 70)})
    assert chart_of(halve(add_goal())).svg().count(">2024<") == 0


def test_chart_of_a_level_for_everyone_has_one_panel(add_goal, halve, publish):
    publish({"2022": (60, 70), "2026": (64, 70)})
    everyone = {"kind": "level", "question_key": "", "group": [], "group_texts": {}, "reference_texts": {}}
    target = halve(add_goal(), aim_kind="value", aim="80", **everyone)
    spec = chart_of(target).spec
    assert len(spec["concat"]) == 1
    assert {65, 67} <= numbers_in(spec)


def test_one_period_is_no_chart(browser, add_goal, halve, publish):
    publish({"2022": (60, 70)})
    target = halve(add_goal())
    assert chart_of(target) is None
    assert "<figure" not in texts(browser.get(url("target", target.pk)))


@pytest.fixture
def documents(municipality):
    titles = [f"Plan {number:02}" for number in range(1, 16)] + ["Strategi för lika villkor"]
    return [Document.objects.create(title=title, kind="plan", owner=municipality.top) for title in titles]


def begun(browser, title="Alla klarar skolan"):
    """The way through the first pages of a goal, up to its documents."""
    browser.get(url("new_goal"), follow=True)
    answers = {
        "what": {"level": "term", "title": title, "desired_result": ""},
        "agreed": {"agreement": "majority", "agreed_by": "", "agreed_on": ""},
        "how": {"how": "", "how_by": ""},
        "years": {"period_from": "2023", "period_to": "2026"},
        "place": {"owner": "", "code": "", "parent": ""},
    }
    return answers


def to_documents(browser, municipality):
    for step, answer in begun(browser).items():
        given = {**answer, "owner": municipality.top.pk} if step == "place" else answer
        browser.post(url("new_goal_step", step), given)
    return url("new_goal_step", "ties")


def test_long_choices_are_searched_and_what_is_chosen_stays(browser, municipality, documents):
    ties = to_documents(browser, municipality)
    assert "Sök bland det som går att välja" in texts(browser.get(ties))
    first, strategy = documents[2], documents[-1]
    sent = {"documents": [first.pk], "find": "STRATEGI lika", "look": "1"}
    found = texts(browser.post(ties, sent, follow=True))
    offered = re.findall(r'name="documents" value="(\d+)"', found)
    assert offered == [str(first.pk), str(strategy.pk)]
    assert re.search(rf'name="documents" value="{first.pk}"[^>]*checked', found)
    done = browser.post(ties, {"documents": [first.pk, strategy.pk]}, follow=True)
    browser.post(done.request["PATH_INFO"], {"once_token": "a"})
    assert set(Goal.objects.get().documents.all()) == {first, strategy}


def test_few_choices_are_not_searched(browser, municipality):
    assert "Sök bland" not in texts(browser.get(to_documents(browser, municipality)))


def facts(goal, **changed):
    plain = {name: getattr(goal, name) for name in ("level", "title", "owner", "period_from", "period_to", "agreement")}
    return actions.GoalFacts(**{**plain, **changed})


@pytest.fixture
def at_once(monkeypatch):
    """The moment in which another has not saved yet when the number is looked up, and has when it is saved."""
    real, calls = actions._require_own_code, []

    def look(goal, code):
        calls.append(code)
        if len(calls) > 1:
            real(goal, code)

    return lambda: monkeypatch.setattr(actions, "_require_own_code", look)


def test_same_number_at_the_same_instant_is_told_at_the_field(add_goal, strategist, at_once):
    add_goal("Ett", code="1.1")
    other = add_goal("Två")
    at_once()
    with pytest.raises(BrokenRuleError) as refused:
        actions.add_goal(facts=facts(other, title="Tre", code="1.1"), by=strategist, at=AT)
    assert (refused.value.field, refused.value.reason) == ("code", "code_taken")
    assert Goal.objects.count() == 2


def test_same_number_when_two_change_at_once_is_told_too(add_goal, strategist, at_once):
    add_goal("Ett", code="1.1")
    other = add_goal("Två")
    at_once()
    with pytest.raises(BrokenRuleError, match="code_taken"):
        actions.edit_goal(goal=other, facts=facts(other, code="1.1"), expected_version=0, by=strategist, at=AT)


def test_another_fault_of_the_database_is_not_called_a_number(add_goal, strategist, monkeypatch):
    def broken(**_):
        raise IntegrityError("something else")

    goal = add_goal("Ett")
    monkeypatch.setattr(Goal.objects, "create", broken)
    with pytest.raises(IntegrityError, match="something else"):
        actions.add_goal(facts=facts(goal, code="2"), by=strategist, at=AT)


def test_log_of_a_target_says_what_is_measured_and_for_whom(
    browser, strategist, add_goal, publish, indicator, data_set
):
    publish({"2022": (60, 70)})
    goal = add_goal()
    points = queries.published_points  # kept short: the facts as the pages gather them
    given = actions.TargetFacts(
        kind="gap",
        indicator=indicator,
        data_set=data_set,
        aim_kind="share",
        aim=Decimal("0.5"),
        baseline_period="2022",
        by_year=2030,
        points=points([queries.Asked(data_set.pk, indicator.key, (("sex", "K"),), QUESTION)]).popitem()[1],
        question_key=QUESTION,
        group=(("sex", "K"),),
        group_texts={lang: told["group"] for lang, told in TEXTS.items()},
        reference_texts={lang: told["reference"] for lang, told in TEXTS.items()},
    )
    target = actions.add_target(goal=goal, facts=given, by=strategist, at=AT)
    shown = texts(browser.get(url("target", target.pk)))
    assert '<ins><span class="visually-hidden">' in shown
    assert "Godkända betyg</ins>" in shown
    assert "Flickor, Pojkar</ins>" in shown
    assert QUESTION not in shown


def test_diff_of_a_list_calls_the_owner_by_name(browser, strategist, add_goal, municipality):
    add_goal("Ett", code="1.1")
    rows = [{"row": "2", "code": "1.1", "title": "Ett", "owner": "un"}]
    kept = list_actions.keep_list(file_name="mål.csv", owner=municipality.top, rows=rows, by=strategist, at=AT)
    shown = texts(browser.get(url("review", kept.pk)))
    assert "<del>Ekby kommun</del>" in shown
    assert "<ins>Utbildningsnämnden</ins>" in shown


def test_own_version_is_saved_after_all_or_let_go_of(browser, client_as, user_of, municipality, add_goal):
    goal = add_goal("Ett")
    other = client_as(user_of("controller", municipality.top))
    what = {"level": "term", "desired_result": ""}
    for each, title in ((browser, "Min"), (other, "Hennes")):
        each.get(url("edit_goal", goal.pk), follow=True)
        each.post(url("edit_goal_step", goal.pk, "what"), {**what, "title": title})
    check = url("edit_goal_step", goal.pk, "check")
    other.post(check)
    page = texts(browser.post(check))
    assert "Spara min version" in page
    (afresh,) = re.findall(r'href="([^"]+afresh=1)"', page)
    assert browser.post(check, {"version": "1"}).status_code == 302
    assert Goal.objects.get().title == "Min"
    browser.get(url("edit_goal", goal.pk), follow=True)
    browser.post(url("edit_goal_step", goal.pk, "what"), {**what, "title": "Övergivet"})
    assert "Övergivet" not in texts(browser.get(afresh, follow=True))


def test_tree_can_be_taken_away_as_the_list_can(browser, add_goal):
    add_goal("Ett", agreed_on=dt.date(2026, 1, 1))
    assert "format=csv" in texts(browser.get(url("tree")))
