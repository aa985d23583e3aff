"""Goals in Chromium: axe on every page, light and dark; setting a target with the keyboard alone, without scripts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from jamlik.web.goals import actions, list_actions
from jamlik.web.goals.models import Goal, Target
from jamlik.web.register import theme_actions
from jamlik.web.register.models import Document, Theme
from tests.web.browser.looking import SHOTS, violations
from tests.web.browser.test_assessments_pages import browser, page_of
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
__all__ = ["add_goal", "browser", "data_set", "frozen", "indicator", "page_of", "publish", "strategist"]


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
            page.screenshot(path=f"{SHOTS}/goals-{name}-{width}-{scheme}.png", full_page=True)
        if found or page.evaluate("document.documentElement.scrollWidth") > width:
            wrong[name] = found or "scrolls sideways"
    assert wrong == {}
    assert refused == []


def test_a_target_is_set_with_the_keyboard_alone_and_without_scripts(
    publish, add_goal, strategist, page_of, axe_source
):
    publish({"2022": (60, 70), "2026": (64.5, 70)}, half=0.6)
    goal = add_goal(adopted=True)
    page = page_of(strategist, scripts=False)
    page.goto(reverse("goals:new_target", args=[goal.pk]))

    def reach(label: str) -> None:
        """Tab to a control; it must be reached within a page's worth of stops."""
        wanted = page.get_by_label(label, exact=True) if label != "Fortsätt" else page.get_by_role("button", name=label)
        wanted = wanted.first
        for _ in range(40):
            page.keyboard.press("Tab")
            if wanted.evaluate("node => node === document.activeElement"):
                return
        raise AssertionError(f"{label} was not reached")

    def go_on() -> None:
        page.keyboard.press("Enter")

    for label in ("Vilket mått visar om målet nås?", "Vem gäller målvärdet?"):
        reach(label)
        page.keyboard.press("ArrowDown")
        if label.startswith("Vem"):
            page.keyboard.press("ArrowDown")
        reach("Fortsätt")
        go_on()
    reach("Skillnaden mellan grupperna")
    page.keyboard.press("Space")
    reach("Fortsätt")
    go_on()
    reach("Halvera skillnaden")
    page.keyboard.press("Space")
    reach("Räknat från")
    page.keyboard.press("ArrowDown")
    reach("Senast år")
    page.keyboard.type("2030")
    reach("Fortsätt")
    go_on()
    reach("Fortsätt")
    go_on()
    button = page.get_by_role("button", name="Sätt målvärdet")
    button.focus()
    page.keyboard.press("Enter")
    assert "Skillnaden ska halveras till 2030, räknat från 2022." in page.locator("main").inner_text()
    assert "På väg" in page.locator("main").inner_text()
    assert Goal.objects.get(pk=goal.pk).targets.count() == 1
