"""What the tests of goals share: goals, and figures that have been published."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from jamlik.model.findings import Level
from jamlik.model.frozen import levels_content
from jamlik.model.provenance import canonical_json
from jamlik.model.questions import Comparison, question_key
from jamlik.model.tables import Status
from jamlik.web.core import clock
from jamlik.web.goals import actions
from jamlik.web.goals.models import Target
from jamlik.web.statistics.models import Analysis, DataSet, Finding, Import, Indicator, LevelRows, Observation, Release

AT = dt.datetime(2026, 5, 1, 8, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 5, 1)
WOMEN, MEN = (("sex", "K"),), (("sex", "M"),)
KEY = "local:godkand"
QUESTION = question_key(indicator=KEY, comparison=Comparison(WOMEN, MEN, "sex"))
TEXTS = {
    "sv": {"group": "Flickor", "reference": "Pojkar", "sentence": "Det skiljer."},
    "en": {"group": "Girls", "reference": "Boys", "sentence": "They differ."},
    "fi": {"group": "Tytöt", "reference": "Pojat", "sentence": "Ero."},
}


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def strategist(user_of, municipality):
    return user_of("strategist", municipality.top)


@pytest.fixture
def add_goal(strategist, municipality):
    """Add a goal; with `adopted`, one that is agreed to."""

    def make(
        title="Alla klarar skolan", *, level="term", years=(2023, 2026), adopted=False, owner=None, by=None, **facts
    ):
        if adopted:
            facts = {"desired_result": "Fler når målen.", "agreed_by": "Alla partier", "agreed_on": TODAY, **facts}
        given = actions.GoalFacts(
            level=level,
            title=title,
            owner=owner or municipality.top,
            period_from=years[0],
            period_to=years[1],
            agreement=facts.pop("agreement", "cross_party"),
            **facts,
        )
        goal = actions.add_goal(facts=given, by=by or strategist, at=AT)
        if adopted:
            actions.adopt_goal(goal=goal, expected_version=goal.version, by=by or strategist, at=AT)
        return goal

    return make


@pytest.fixture
def indicator(db):
    return Indicator.objects.create(
        key=KEY,
        name_sv="Godkända betyg",
        name_en="Passed",
        name_fi="Hyväksytyt",
        direction="up",
        unit="%",
        threshold="2",
    )


@pytest.fixture
def data_set(municipality):
    return DataSet.objects.create(title="Betyg", owner=municipality.committees[0], created_at=AT)


def level(period, group, value, half=1.0, status=Status.SHOWN):
    shown = status is Status.SHOWN
    return Level(
        KEY,
        period,
        group,
        status,
        value=value if shown else None,
        low=value - half if shown else None,
        high=value + half if shown else None,
    )


@pytest.fixture
def publish(data_set, indicator):
    """Publish an analysis: {period: (women, men)} in per cent, each with an interval; None is hidden."""

    def make(figures, *, released_on=TODAY, state="published", half=1.0, findings=None):
        number = Import.objects.filter(data_set=data_set).count() + 1
        imported = Import.objects.create(data_set=data_set, number=number, state="in_use", uploaded_at=AT)
        analysis = Analysis.objects.create(imported=imported, content="{}", fingerprint=f"{number:064d}", made_at=AT)
        rows = []
        for period, pair in figures.items():
            hidden = pair is None
            for group, value in zip((WOMEN, MEN), pair or (0, 0), strict=True):
                rows.append(level(period, group, value, half, Status.SUPPRESSED if hidden else Status.SHOWN))
            if not hidden:
                rows.append(level(period, (), sum(pair) / 2, half))
        LevelRows.objects.create(analysis=analysis, indicator=KEY, place=0, rows=levels_content(rows))
        for period in figures if findings is None else findings:
            _observe(analysis, period, figures[period], half)
        Release.objects.create(
            analysis=analysis,
            state=state,
            released_on=released_on,
            fingerprint=analysis.fingerprint,
            published_at=AT + dt.timedelta(minutes=number),
            withdrawn_at=AT if state == "withdrawn" else None,
        )
        return analysis

    def _observe(analysis, period, pair, half):
        finding, _ = Finding.objects.get_or_create(
            data_set=data_set,
            finding_id=f"{QUESTION}@{period}",
            defaults={
                "owner": data_set.owner,
                "question_key": QUESTION,
                "period": period,
                "period_start": float(period[:4]),
                "indicator": indicator,
                "dimension": "sex",
                "made_at": AT,
            },
        )
        numbers = {"group": WOMEN, "reference": MEN, "level": None, "level_reference": None, "gap": None}
        if pair is not None:
            gap, wide = pair[0] - pair[1], 1.4 * half
            numbers |= {"level": pair[0], "level_reference": pair[1]}
            numbers |= {"gap": gap, "gap_low": gap - wide, "gap_high": gap + wide}
        Observation.objects.create(
            finding=finding,
            analysis=analysis,
            certainty="clear" if pair else "not_testable",
            status="shown" if pair else "suppressed",
            numbers=json.loads(canonical_json(numbers)),
            texts=TEXTS,
        )

    return make


@pytest.fixture
def browser(client_as, strategist):
    return client_as(strategist)


@pytest.fixture
def halve(data_set, indicator):
    def make(goal, **changed):
        given = {
            "goal": goal,
            "kind": "gap",
            "indicator": indicator,
            "data_set": data_set,
            "question_key": QUESTION,
            "group": [list(pair) for pair in WOMEN],
            "group_texts": {"sv": "Flickor", "en": "Girls", "fi": "Tytöt"},
            "reference_texts": {"sv": "Pojkar", "en": "Boys", "fi": "Pojat"},
            "aim_kind": "share",
            "aim": Decimal("0.5"),
            "baseline_period": "2022",
            "by_year": 2030,
        }
        return Target.objects.create(**{**given, **changed})

    return make
