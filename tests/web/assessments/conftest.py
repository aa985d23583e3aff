"""Differences that somebody has to judge, in the small municipality."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from jamlik.web.assessments import round_actions
from jamlik.web.assessments.models import Round
from jamlik.web.organisation.models import Unit
from jamlik.web.statistics.models import Analysis, DataSet, Finding, Import, Indicator, Observation

AT = datetime(2027, 2, 1, 8, tzinfo=UTC)


@pytest.fixture
def at() -> datetime:
    return AT


def _in_use(finding: Finding) -> Finding:
    """Give a finding an observation of the data set's analysis, as an import in use does."""
    imported, _ = Import.objects.get_or_create(
        data_set=finding.data_set, number=1, defaults={"state": "in_use", "uploaded_at": AT}
    )
    analysis, _ = Analysis.objects.get_or_create(
        imported=imported, defaults={"content": "{}", "fingerprint": "f", "made_at": AT}
    )
    finding.current = Observation.objects.create(
        finding=finding, analysis=analysis, certainty="clear", status="shown", numbers=finding.numbers
    )
    finding.save(update_fields=["current"])
    return finding


@pytest.fixture
def finding_of(db) -> Callable[..., Finding]:
    """Make a finding in a committee; one question per `question`, numbers where `gap` is given."""

    def make(owner: Unit, question: str = "q1", period: str = "2026", **fields: object) -> Finding:
        data_set, _ = DataSet.objects.get_or_create(
            owner=owner, title="Betyg", defaults={"created_at": AT, "origin_key": f"k{owner.pk}"}
        )
        indicator, _ = Indicator.objects.get_or_create(key="local:betyg", defaults={"name_sv": "Betyg i årskurs 9"})
        gap = fields.pop("gap", None)
        numbers = {}
        if gap is not None:
            value, low, high = gap
            numbers = {
                "gap": str(value),
                "gap_low": str(low),
                "gap_high": str(high),
                "level": str(60 + value),
                "level_reference": "60",
                "threshold": "1",
                "direction": "up",
            }
        sentence = f"Pojkar skiljer sig från flickor ({question}, {period})."
        made = {
            "data_set": data_set,
            "owner": owner,
            "question_key": question,
            "finding_id": f"{question}@{period}",
            "period": period,
            "period_start": float(period),
            "indicator": indicator,
            "certainty": "clear",
            "sentence": sentence,
            "texts": {"sv": {"sentence": sentence, "group": "Pojkar", "reference": "Flickor"}},
            "gap": None if gap is None else gap[0],
            "numbers": numbers,
            "made_at": AT,
        }
        finding = Finding.objects.create(**{**made, "newest": True, **fields})
        return _in_use(finding)

    return make


@pytest.fixture
def open_round(municipality, user_of, at) -> Round:
    """An open round for the whole municipality, with the cap of five."""
    controller = user_of("controller", municipality.top)
    made = round_actions.plan_round(
        kind="annual",
        title="Årsredovisning 2026",
        owner=municipality.top,
        opens_on=date(2027, 1, 15),
        due_on=date(2027, 3, 1),
        cap=5,
        by=controller,
        at=at,
    )
    round_actions.open_round(round_=made, by=controller, at=at)
    return made


@pytest.fixture
def asked(municipality, finding_of, open_round, user_of, at) -> Callable[..., list]:
    """Ask a unit to judge a number of findings in the open round."""

    def ask(unit: Unit, n: int = 3, committee: Unit | None = None, name: str = "q") -> list:
        owner = committee or municipality.committees[0]
        findings = [finding_of(owner, f"{name}{number}", rank=number) for number in range(1, n + 1)]
        analyst = user_of("analyst", municipality.top)
        return round_actions.assign_findings(findings=findings, unit=unit, round_=open_round, by=analyst, at=at)

    return ask
