"""Targets are judged by what is published, and by nothing else."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jamlik.web.goals import actions, queries
from jamlik.web.goals.models import Goal, Target
from jamlik.web.goals.progress import ProgressState, Unsure
from jamlik.web.goals.series import Asked, published_points
from jamlik.web.goals.telling import told
from jamlik.web.register.rules import BrokenRuleError
from tests.web.goals.conftest import AT, KEY, QUESTION, TODAY, WOMEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(data_set):
    return Asked(data_set.pk, KEY, WOMEN, QUESTION)


@pytest.fixture
def halve(add_goal, data_set, indicator):
    """A target to halve the gap from 2022 by 2030."""

    def make(goal=None, **changed):
        given = {
            "goal": goal or add_goal(),
            "kind": "gap",
            "indicator": indicator,
            "data_set": data_set,
            "question_key": QUESTION,
            "group": [list(pair) for pair in WOMEN],
            "group_texts": {"sv": "Flickor"},
            "reference_texts": {"sv": "Pojkar"},
            "aim_kind": "share",
            "aim": Decimal("0.5"),
            "baseline_period": "2022",
            "by_year": 2030,
        }
        return Target.objects.create(**{**given, **changed})

    return make


def periods(points):
    return [point.period for point in points]


def test_nothing_unpublished_is_used(publish, asked):
    publish({"2022": (60, 70)}, state="preparing")
    publish({"2023": (60, 70)}, state="withdrawn")
    publish({"2024": (60, 70)}, released_on=TODAY + dt.timedelta(days=1))
    assert published_points([asked])[asked] == ()
    publish({"2025": (60, 70)}, released_on=TODAY)
    assert periods(published_points([asked])[asked]) == ["2025"]


def test_hidden_figures_are_no_points(publish, asked):
    publish({"2022": (60, 70), "2023": None})
    assert periods(published_points([asked])[asked]) == ["2022"]


def test_later_release_counts_where_a_period_is_published_twice(publish, asked):
    publish({"2022": (60, 70)})
    publish({"2022": (61, 70), "2023": (63, 70)})
    points = published_points([asked])[asked]
    assert [point.gap.value for point in points] == [-9, -7]
    assert points[0].level.value == 61


def test_period_with_levels_but_no_finding_gets_its_gap_from_the_two_levels(publish, asked):
    publish({"2020": (58, 70), "2022": (60, 70)}, findings=["2022"])
    first = published_points([asked])[asked][0]
    assert first.gap.value == -12
    assert (first.gap.low, first.gap.high) == (pytest.approx(-12 - 2**0.5), pytest.approx(-12 + 2**0.5))


def test_points_carry_both_levels_with_their_intervals(publish, asked):
    publish({"2022": (60, 70)})
    point = published_points([asked])[asked][0]
    assert (point.level.value, point.level.low, point.level.high) == (60, 59, 61)
    assert (point.reference.value, point.reference.low) == (70, 69)


def test_everyones_level_needs_no_question(publish, data_set):
    publish({"2022": (60, 70)})
    everyone = Asked(data_set.pk, KEY, ())
    assert published_points([everyone])[everyone][0].level.value == 65


def test_same_question_of_another_data_set_is_not_mixed_in(publish, asked):
    publish({"2022": (60, 70)})
    other = Asked(asked.data_set + 1, KEY, WOMEN, QUESTION)
    assert published_points([other])[other] == ()


def test_progress_follows_the_figures_from_published_to_withdrawn(publish, halve):
    target = halve()
    assert queries.progress(target).unsure is Unsure.NO_BASELINE
    publish({"2022": (60, 70)})
    assert queries.progress(target).unsure is Unsure.NO_LATER
    analysis = publish({"2022": (60, 70), "2026": (67, 70)})
    assert queries.progress(target).state is ProgressState.REACHED
    analysis.releases.update(state="withdrawn", withdrawn_at=AT)
    assert queries.progress(target).unsure is Unsure.NO_LATER


def test_level_and_gap_targets_on_one_question_are_judged_apart(publish, halve):
    publish({"2022": (60, 70), "2026": (58, 59)})
    gap = halve()
    level = halve(kind="level", aim_kind="value", aim=Decimal(80))
    assert queries.progress(gap).levelled_down
    assert queries.progress(level).state is ProgressState.NOT_ON_TRACK


def test_levelling_down_is_never_shown_as_success(publish, halve):
    publish({"2022": (60, 70), "2026": (58, 59)})
    shown = told(queries.judged([halve()])[0])
    assert shown.state == "Nått"
    assert shown.look == "warn"
    assert "Enligt nivåerna minskade skillnaden bara för att pojkar fick det sämre." in " ".join(shown.lines)
    assert "Det är ingen förbättring." in shown.lines


@pytest.mark.parametrize(
    ("latest", "said", "look"),
    [
        ((62, 66), "mest för att pojkar fick det sämre. En mindre del kom av att flickor", "warn"),
        ((63, 67), "lika mycket för att pojkar fick det sämre som för att flickor", "warn"),
        ((65, 69), "mest för att flickor fick det bättre. Men pojkar fick det också sämre.", "ok"),
        ((66, 70), "minskade skillnaden för att flickor fick det bättre.", "ok"),
    ],
)
def test_who_lost_and_who_gained_is_named_and_half_a_success_is_none(publish, halve, latest, said, look):
    publish({"2022": (60, 70), "2026": latest})
    shown = told(queries.judged([halve()])[0])
    assert (shown.state, shown.look) == ("På väg", look)
    assert said in " ".join(shown.lines)
    assert "Det är ingen förbättring." not in shown.lines
    assert "Skillnaden har säkert minskat." in shown.lines


def test_target_is_told_with_figures_and_uncertainty(publish, halve):
    publish({"2022": (60, 70), "2026": (64, 70)}, half=0.5)
    shown = told(queries.judged([halve()])[0])
    assert shown.who == "Flickor jämfört med pojkar"
    assert shown.aim == "Skillnaden ska halveras till 2030, räknat från 2022."
    assert shown.state == "På väg"
    assert (
        "Skillnaden var 10,0 procentenheter (9,3 till 10,7) 2022 och är 6,0 procentenheter (5,3 till 6,7) 2026."
        in shown.lines
    )
    assert "Talet att nå är 5,0 procentenheter. I jämn takt vore det 7,5 procentenheter nu." in shown.lines
    assert [row.period for row in shown.rows] == ["2022", "2026"]


def test_goals_of_a_question_and_of_an_indicator_are_found_back(publish, halve, add_goal, indicator):
    publish({"2022": (60, 70)})
    first, second = add_goal("ett"), add_goal("två")
    for goal, year in ((first, 2030), (second, 2030), (second, 2028)):
        halve(goal, by_year=year)
    halve(add_goal("tre"), withdrawn_on=TODAY)
    assert queries.serving([QUESTION, "x"]) == {QUESTION: [first, second]}
    found, judged = queries.indicator_with_goals(indicator.pk)
    assert found == indicator
    assert {each.target.goal for each in judged} == {first, second}
    assert queries.indicators_with_goals().get().goals_n == 2


def test_judging_many_targets_takes_as_many_queries_as_one(publish, halve, add_goal):
    publish({"2022": (60, 70), "2026": (64, 70)})
    halve()

    def counted():
        with CaptureQueriesContext(connection) as caught:
            found = queries.judged(Target.objects.select_related("indicator", "data_set"))
        return len(found), len(caught)

    one = counted()
    for _ in range(5):
        halve(Goal.objects.first())
        halve(Goal.objects.first(), kind="level", aim_kind="value", aim=Decimal(80), question_key="", group=[])
    many = counted()
    assert (one[0], many[0]) == (1, 11)
    assert one[1] == many[1] == 3


def test_target_is_refused_where_no_figure_is_published(publish, add_goal, data_set, indicator, strategist, asked):
    publish({"2022": (60, 70), "2023": None})
    goal = add_goal()

    def set_target(**changed):
        given = {
            "kind": "gap",
            "indicator": indicator,
            "data_set": data_set,
            "aim_kind": "share",
            "aim": Decimal("0.5"),
            "baseline_period": "2022",
            "by_year": 2030,
            "points": published_points([asked])[asked],
            "question_key": QUESTION,
            "group": WOMEN,
        }
        return actions.add_target(goal=goal, facts=actions.TargetFacts(**{**given, **changed}), by=strategist, at=AT)

    for changed, reason in [
        ({"baseline_period": "2023"}, "baseline_not_shown"),
        ({"baseline_period": "1999"}, "baseline_not_shown"),
        ({"by_year": 2022}, "year_before_baseline"),
        ({"aim": Decimal(1)}, "share_below_one"),
        ({"kind": "level"}, "share_of_a_level"),
        ({"aim_kind": "value", "aim": Decimal(-1)}, "gap_is_a_size"),
        ({"aim_kind": "value", "aim": Decimal(30)}, "worse_than_baseline"),
        ({"kind": "level", "aim_kind": "value", "aim": Decimal(1)}, "worse_than_baseline"),
    ]:
        with pytest.raises(BrokenRuleError) as broken:
            set_target(**changed)
        assert broken.value.reason == reason
    assert set_target(kind="level", aim_kind="value", aim=Decimal(1), meant=True).aim == 1
    assert set_target().group == [["sex", "K"]]
