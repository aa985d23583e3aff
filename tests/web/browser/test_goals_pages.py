"""Goals in Chromium: axe on every page, light and dark; setting a target with the keyboard alone, without scripts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from jamlik.web.goals import actions, list_actions
from jamlik.web.goals.models import Goal, Target
from jamlik.web.register import theme_actions
from jamlik.web.register.models import Document, Theme
from tests.support.chromium import faults
from tests.web.browser.hands import Keys
from tests.web.goals.conftest import (
    AT,
    QUESTION,
    TODAY,
    WOMEN,
    add_goal,
    data_set,
    frozen,
    indicator,
    publish,
    strategist,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["add_goal", "data_set", "frozen", "indicator", "publish", "strategist"]


@pytest.fixture
def addresses(add_goal, publish, data_set, indicator, strategist, municipality) -> dict[str, str]:
    """Every page of the app, with something on it."""
    publish({"2020": (58, 71), "2022": (60, 70), "2024": (62, 70), "2026": (64.5, 70)}, half=0.6)
    theme_actions.theme_set_from_template(key="four_perspectives", by=None, at=AT)
    themes = tuple(Theme.objects.all()[:2])
    strategy = Document.objects.create(kind="strategy", title="Strategi för ett jämlikt Ekby", owner=municipality.top)
    told = {"desired_result": "Alla barn har samma chans att klara skolan, var de än bor.", "themes": themes}
    generation = add_goal(
        "Utbildning som bär genom livet", level="generation", years=(2020, 2050), code="1", adopted=True, **told
    )
    term = add_goal(
        "Alla klarar skolan",
        code="1.1",
        parent=generation,
        adopted=True,
        documents=(strategy,),
        how="Läxhjälp på alla skolor och fler lärare där behoven är störst.",
        how_by="Majoriteten",
        **told,
    )
    below = add_goal(
        "Skillnaden i betyg halveras",
        level="committee",
        years=(2026, 2026),
        code="1.1.1",
        parent=term,
        owner=municipality.committees[0],
    )
    ended = add_goal("Fler når gymnasiet", code="9", adopted=True)
    actions.end_goal(goal=ended, on=TODAY, reason="Nått", expected_version=1, by=strategist, at=AT)
    shared = {
        "goal": term,
        "indicator": indicator,
        "data_set": data_set,
        "question_key": QUESTION,
        "group": [list(pair) for pair in WOMEN],
        "group_texts": {"sv": "Flickor"},
        "reference_texts": {"sv": "Pojkar"},
        "baseline_period": "2022",
    }
    gap = Target.objects.create(kind="gap", aim_kind="share", aim=Decimal("0.5"), by_year=2030, **shared)
    Target.objects.create(kind="level", aim=Decimal(80), by_year=2030, **shared)
    Target.objects.create(kind="gap", aim=Decimal(0), by_year=2040, withdrawn_on=TODAY, **shared)
    rows = [
        {"row": "2", "code": "1.1", "title": "Alla klarar skolan och trivs"},
        {
            "row": "3",
            "code": "1.2",
            "title": "Trygga skolor",
            "level": "term",
            "period_from": "2023",
            "period_to": "2026",
        },
    ]
    kept = list_actions.keep_list(file_name="mål.xlsx", owner=municipality.top, rows=rows, by=strategist, at=AT)
    broken = [{"row": "2", "code": "", "title": "Utan nummer"}]
    wrong = list_actions.keep_list(file_name="fel.xlsx", owner=municipality.top, rows=broken, by=strategist, at=AT)

    def url(name, *args):
        return reverse(f"goals:{name}", args=args)

    found = {name: url(name) for name in ("tree", "list", "indicators", "upload", "new_goal")}
    found |= {"chosen": url("tree") + "?level=committee", "goal": url("goal", term.pk), "draft": url("goal", below.pk)}
    found |= {
        "ended": url("goal", ended.pk),
        "target": url("target", gap.pk),
        "indicator": url("indicator", indicator.pk),
    }
    found |= {"end": url("end", term.pk), "withdraw": url("withdraw", gap.pk)}
    found |= {"review": url("review", kept.pk), "review-wrong": url("review", wrong.pk)}
    steps = ("what", "agreed", "how", "years", "place", "ties", "why")
    found |= {f"step-{step}": url("edit_goal_step", term.pk, step) for step in steps}
    return found | {"new_target": url("new_target", below.pk)}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(addresses, strategist, page_as, axe_source, width, scheme):
    page = page_as(strategist, width=width, scheme=scheme)
    assert faults(page, addresses, axe_source, f"goals-{width}-{scheme}") == {}


def test_a_target_is_set_with_the_keyboard_alone_and_without_scripts(publish, add_goal, strategist, page_as):
    publish({"2022": (60, 70), "2026": (64.5, 70)}, half=0.6)
    goal = add_goal(adopted=True)
    keys = Keys(page_as(strategist, scripts=False))
    keys.open(reverse("goals:new_target", args=[goal.pk]))
    keys.select("source", "Godkända betyg")
    keys.press("Fortsätt")
    keys.select("question", "Flickor")
    keys.press("Fortsätt")
    keys.choose("kind", "gap")
    keys.press("Fortsätt")
    keys.choose("how_far", "halve")
    keys.select("baseline_period", "2022")
    keys.write("by_year", "2030")
    keys.press("Fortsätt")
    keys.press("Fortsätt")
    keys.press("Sätt målvärdet")
    keys.sees("Skillnaden ska halveras till 2030, räknat från 2022.")
    keys.sees("På väg")
    assert Goal.objects.get(pk=goal.pk).targets.count() == 1
