"""The pages of goals: the tree, a goal, a target, guided forms; in three languages and with few queries."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jamlik.web.goals import actions
from jamlik.web.goals.models import Goal
from jamlik.web.register import theme_actions
from jamlik.web.register.models import Document, Theme
from tests.web.goals.conftest import AT, QUESTION, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client_as, user_of, municipality):
    return client_as(user_of("reader", municipality.committees[0]))


def url(name, *args):
    return reverse(f"goals:{name}", args=args)


def texts(response):
    return re.sub(r'<span class="day">([^<]*)</span>', r"\1", response.content.decode())


def in_tree(response):
    """(depth, title, whether it was asked for) of each goal, from the page's own order."""
    depth, found = 0, []
    for branch, _, _ in response.context["branches"]:
        found.append((depth, branch.goal.title, branch.chosen))
        depth += int(branch.opens) - len(branch.closes)
    assert depth == 0  # every list that opens is closed
    return found


@pytest.fixture
def forest(add_goal, municipality):
    generation = add_goal("Generation", level="generation", years=(2020, 2050), code="1")
    term = add_goal("Period", level="term", parent=generation, code="1.1")
    add_goal(
        "Nämnd", level="committee", years=(2026, 2026), parent=term, owner=municipality.committees[0], code="1.1.1"
    )
    add_goal("Annat", level="term", code="2")
    return generation


def test_tree_shows_goals_in_their_places(reader, forest):
    assert in_tree(reader.get(url("tree"))) == [
        (0, "Generation", True),
        (1, "Period", True),
        (2, "Nämnd", True),
        (0, "Annat", True),
    ]


def test_tree_that_is_narrowed_keeps_the_goals_above_for_their_places(reader, forest, municipality):
    chosen = in_tree(reader.get(url("tree"), {"level": "committee"}))
    assert chosen == [(0, "Generation", False), (1, "Period", False), (2, "Nämnd", True)]
    owned = in_tree(reader.get(url("tree"), {"owner": municipality.committees[0].pk}))
    assert owned == chosen
    assert in_tree(reader.get(url("tree"), {"q": "annat"})) == [(0, "Annat", True)]
    assert "Inga mål passar urvalet" in texts(reader.get(url("tree"), {"q": "finns inte"}))
    assert [title for _, title, _ in in_tree(reader.get(url("tree"), {"year": "2050"}))] == ["Generation"]


def test_tree_leaves_out_what_has_ended_unless_asked_for(browser, add_goal, strategist):
    goal = add_goal("Slut", adopted=True)
    actions.end_goal(goal=goal, on=TODAY, reason="Nått", expected_version=goal.version, by=strategist, at=AT)
    assert in_tree(browser.get(url("tree"))) == []
    assert in_tree(browser.get(url("tree"), {"state": "ended"})) == [(0, "Slut", True)]


def test_goals_carry_themes_from_several_sets(browser, add_goal):
    for key in ("four_perspectives", "six_goals"):
        theme_actions.theme_set_from_template(key=key, by=None, at=AT)
    chosen = tuple(Theme.objects.filter(name__in=("Barn", "Utbildning som grund")))
    add_goal("Med", themes=chosen)
    add_goal("Utan")
    for theme in chosen:
        assert [title for _, title, _ in in_tree(browser.get(url("tree"), {"theme": theme.pk}))] == ["Med"]


def counted(browser, address):
    browser.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize(("name", "most"), [("tree", 18), ("list", 15), ("indicators", 8)])
def test_lists_take_as_many_queries_for_few_goals_as_for_many(browser, add_goal, halve, publish, name, most):
    publish({"2022": (60, 70), "2026": (64, 70)})
    theme_actions.theme_set_from_template(key="four_perspectives", by=None, at=AT)
    themes = tuple(Theme.objects.all())

    def grow(start, stop):
        above = None
        for n in range(start, stop):
            halve(add_goal(f"mål {n}", level="generation", years=(2020, 2050), themes=themes))
            above = Goal.objects.order_by("pk").last()
            halve(add_goal(f"under {n}", parent=above, code=f"{n}"), kind="level", aim_kind="value", aim=Decimal(80))

    grow(0, 2)
    few = counted(browser, url(name))
    grow(2, 12)
    assert counted(browser, url(name)) == few
    assert few <= most


def test_goal_page_takes_as_many_queries_for_few_ties_as_for_many(browser, add_goal, halve, publish, municipality):
    publish({"2022": (60, 70), "2026": (64, 70)})
    documents = tuple(Document.objects.create(kind="plan", title=f"Plan {n}", owner=municipality.top) for n in range(8))
    small = add_goal("liten", adopted=True, documents=documents[:1])
    large = add_goal("stor", adopted=True, documents=documents)
    for goal, n in ((small, 1), (large, 6)):
        for year in range(2030, 2030 + n):
            halve(goal, by_year=year)
            add_goal("under", level="committee", years=(2026, 2026), parent=goal)
    few = counted(browser, url("goal", small.pk))
    assert counted(browser, url("goal", large.pk)) == few
    assert few <= 20


def test_goal_page_keeps_what_apart_from_how_and_shows_each_wording(reader, add_goal, strategist):
    goal = add_goal("Ett", adopted=True, how="Läxhjälp", how_by="Majoriteten")
    facts = actions.GoalFacts(
        level=goal.level,
        title="Två",
        owner=goal.owner,
        period_from=2023,
        period_to=2026,
        agreement="cross_party",
        desired_result=goal.desired_result,
        agreed_by=goal.agreed_by,
        agreed_on=goal.agreed_on,
    )
    actions.edit_goal(goal=goal, facts=facts, expected_version=1, by=strategist, at=AT, reason="Ny vår")
    shown = texts(reader.get(url("goal", goal.pk)))
    assert shown.index("Alla eller nästan alla partier") < shown.index("Lydelse 2") < shown.index("Lydelse 1")
    assert "Ny vår" in shown
    assert "Läxhjälp" in shown  # in the earlier wording
    assert "Ändra målet" not in shown


@pytest.mark.parametrize(
    ("language", "who", "state"),
    [
        ("sv", "Flickor jämfört med pojkar", "På väg"),
        ("en", "Girls compared with boys", "On track"),
        ("fi", "Tytöt verrattuna: pojat", "Etenee"),
    ],
)
def test_target_page_shows_the_answer_and_every_period_in_each_language(
    browser, strategist, add_goal, halve, publish, language, who, state
):
    publish({"2022": (60, 70), "2024": None, "2026": (64.5, 70)}, half=0.5)
    type(strategist).objects.filter(pk=strategist.pk).update(language=language)
    shown = texts(browser.get(url("target", halve(add_goal()).pk)))
    assert who in shown
    assert f'<span class="tag tag-ok">{state}</span>' in shown
    assert "2022" in shown
    assert '<th scope="row">2024</th>' not in shown  # hidden figures are absent, not styled away


def test_target_page_of_unpublished_figures_holds_no_number(browser, add_goal, halve, publish):
    publish({"2022": (61.7, 73.3)}, state="preparing")
    shown = texts(browser.get(url("target", halve(add_goal()).pk)))
    assert "Talet för 2022 är inte publicerat" in shown
    assert "61" not in shown
    assert "73,3" not in shown


def test_indicator_page_lists_the_goals_it_follows(reader, add_goal, halve, publish, indicator):
    publish({"2022": (60, 70)})
    for title in ("Ett", "Två"):
        halve(add_goal(title))
    assert "Godkända betyg" in texts(reader.get(url("indicators")))
    shown = texts(reader.get(url("indicator", indicator.pk)))
    assert "Ett" in shown
    assert "Två" in shown


def answered(browser, start, answers):
    response = browser.get(start, follow=True)
    for answer in answers:
        response = browser.post(response.request["PATH_INFO"], answer, follow=True)
    return response


WHAT = {"level": "term", "title": "Alla klarar skolan", "desired_result": "Fler når målen."}
AGREED = {"agreement": "cross_party", "agreed_by": "Alla partier", "agreed_on": "2026-04-01"}


def test_goal_is_added_and_adopted_through_the_pages(browser, add_goal, municipality):
    above = add_goal("Generation", level="generation", years=(2020, 2050))
    last = answered(
        browser,
        url("new_goal"),
        [
            WHAT,
            AGREED,
            {"how": "Läxhjälp", "how_by": "Majoriteten"},
            {"period_from": "2023", "period_to": "2026"},
            {"owner": municipality.top.pk, "code": "1.1", "parent": above.pk},
            {},
        ],
    )
    assert "Stämmer målet?" in texts(last)
    done = browser.post(last.request["PATH_INFO"], {"once_token": "x"}, follow=True)
    goal = Goal.objects.get(code="1.1")
    assert (goal.parent, goal.how_by, goal.state) == (above, "Majoriteten", "draft")
    assert "Ange som antaget" in texts(done)
    adopted = browser.post(url("adopt", goal.pk), {"version": "0", "once_token": "y"}, follow=True)
    assert "Målet är antaget" in texts(adopted)
    assert goal.versions.count() == 1


def test_pages_hold_the_tree_in_order_before_the_end(browser, add_goal, municipality):
    above = add_goal("Period", level="term", years=(2019, 2022))
    last = answered(
        browser, url("new_goal"), [{**WHAT, "level": "plan"}, AGREED, {}, {"period_from": "2026", "period_to": "2024"}]
    )
    assert texts(last).count("Målet slutar före det börjar") == 2
    last = answered(browser, url("new_goal"), [{"period_from": "2024", "period_to": "2026"}])
    wrong = browser.post(last.request["PATH_INFO"], {"owner": municipality.top.pk, "parent": above.pk})
    assert texts(wrong).count("Målet ovanför gäller andra år") == 2


def test_reworded_goal_asks_why_and_keeps_the_answer_for_a_corrected_form(browser, add_goal):
    goal = add_goal("Ett", adopted=True)
    browser.get(url("edit_goal", goal.pk), follow=True)
    browser.post(url("edit_goal_step", goal.pk, "what"), {**WHAT, "title": "Två"})
    last = browser.post(url("edit_goal_step", goal.pk, "why"), {"reason": ""}, follow=True)
    check = last.request["PATH_INFO"]
    refused = browser.post(check, {"once_token": "a"})
    assert refused.status_code == 422
    assert "Skriv varför" in texts(refused)
    browser.post(url("edit_goal_step", goal.pk, "why"), {"reason": "Ny överenskommelse"})
    browser.post(check, {"once_token": "b"})
    goal.refresh_from_db()
    assert (goal.title, goal.versions.first().reason) == ("Två", "Ny överenskommelse")


def test_change_that_another_made_first_is_shown_beside_ones_own(browser, client_as, user_of, municipality, add_goal):
    goal = add_goal("Ett")
    other = client_as(user_of("controller", municipality.top))
    for each, title in ((browser, "Min"), (other, "Hennes")):
        each.get(url("edit_goal", goal.pk), follow=True)
        each.post(url("edit_goal_step", goal.pk, "what"), {**WHAT, "title": title})
    check = url("edit_goal_step", goal.pk, "check")
    assert other.post(check).status_code == 302
    conflict = browser.post(check)
    assert conflict.status_code == 409
    assert ">Min<" in texts(conflict)
    assert ">Hennes<" in texts(conflict)
    assert Goal.objects.get(pk=goal.pk).title == "Hennes"
    assert "Spara min version" in texts(conflict)
    assert browser.post(check).status_code == 302
    assert Goal.objects.get(pk=goal.pk).title == "Min"


def test_target_is_set_through_the_pages_against_published_figures(browser, add_goal, publish, indicator, data_set):
    publish({"2022": (60, 70), "2023": None, "2024": (61, 70)})
    goal = add_goal()
    source = f"{data_set.pk}:{indicator.pk}"
    page = answered(browser, url("new_target", goal.pk), [{"source": source}, {"question": QUESTION}, {"kind": "gap"}])
    offered = dict(page.context["form"].fields["baseline_period"].choices)
    assert list(offered) == ["2024", "2022"]  # 2023 is not shown
    aim = {"how_far": "halve", "aim": "", "baseline_period": "2022", "by_year": "2030"}
    wrong = browser.post(page.request["PATH_INFO"], {**aim, "by_year": "2022"})
    assert "Året måste vara efter 2022" in texts(wrong)
    last = browser.post(page.request["PATH_INFO"], aim, follow=True)
    last = browser.post(last.request["PATH_INFO"], {"reason": "Vi vill mer."}, follow=True)
    assert "Stämmer målvärdet?" in texts(last)
    browser.post(last.request["PATH_INFO"], {"once_token": "a"})
    target = goal.targets.get()
    assert (target.kind, target.aim_kind, target.aim, target.question_key) == ("gap", "share", Decimal("0.5"), QUESTION)
    assert (target.group, target.group_texts["en"], target.reason) == ([["sex", "K"]], "Girls", "Vi vill mer.")


def test_target_for_everyone_is_a_level_and_is_not_asked_about_gaps(browser, add_goal, publish, indicator, data_set):
    publish({"2022": (60, 70)})
    goal = add_goal()
    page = answered(
        browser, url("new_target", goal.pk), [{"source": f"{data_set.pk}:{indicator.pk}"}, {"question": "all"}]
    )
    assert page.request["PATH_INFO"] == url("new_target_step", goal.pk, "aim")
    assert [way for way, _ in page.context["form"].fields["how_far"].choices] == ["value"]
    aim = {"how_far": "value", "aim": "", "baseline_period": "2022", "by_year": "2030"}
    assert texts(browser.post(page.request["PATH_INFO"], aim)).count("Skriv talet som ska nås") == 2
    assert "Tal att nå (frivilligt)" not in texts(page)
    worse = browser.post(page.request["PATH_INFO"], {**aim, "aim": "10"})
    assert "Talet är sämre än utgångsläget." in texts(worse)
    assert "Ja, det är ett medvetet val" in texts(worse)
    assert "medvetet val" not in texts(browser.post(page.request["PATH_INFO"], {**aim, "aim": "65"}, follow=True))
    meant = browser.post(page.request["PATH_INFO"], {**aim, "aim": "10", "meant": "on"})
    assert meant.status_code == 302
    last = browser.post(page.request["PATH_INFO"], {**aim, "aim": "80,5"}, follow=True)
    last = browser.post(last.request["PATH_INFO"], {}, follow=True)
    browser.post(last.request["PATH_INFO"], {"once_token": "a"})
    target = goal.targets.get()
    assert (target.kind, target.aim, target.question_key, target.group) == ("level", Decimal("80.5"), "", [])


def test_target_cannot_be_set_before_anything_is_published(browser, add_goal, publish):
    publish({"2022": (60, 70)}, state="preparing")
    assert "inga publicerade tal" in texts(browser.get(url("new_target", add_goal().pk)))


def test_withdrawn_target_stays_to_be_read(browser, add_goal, halve, publish):
    publish({"2022": (60, 70)})
    goal = add_goal()
    target = halve(goal)
    assert "Godkända betyg, Flickor jämfört med pojkar</a>" in texts(browser.get(url("tree")))
    assert browser.post(url("withdraw", target.pk), {"reason": ""}).status_code == 422
    browser.post(url("withdraw", target.pk), {"reason": "Fel mått", "once_token": "a"})
    shown = texts(browser.get(url("goal", goal.pk)))
    assert "Tillbakatagna målvärden" in shown
    assert "Målet har inga målvärden än" in shown
    assert "Tillbakataget 2026-05-01" in texts(browser.get(url("target", target.pk)))


def test_ended_goal_says_so_and_offers_no_change(browser, add_goal):
    goal = add_goal(adopted=True)
    assert browser.post(url("end", goal.pk), {"on": "2026-04-30", "reason": "x"}).status_code == 422
    done = browser.post(url("end", goal.pk), {"on": "2026-05-01", "reason": "Nått", "once_token": "a"}, follow=True)
    assert "Målet avslutades 2026-05-01" in texts(done)
    assert "Ändra målet" not in texts(done)
