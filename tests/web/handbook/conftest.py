"""An analysis that is being written, and all it takes to send one in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest

from jamlik.web.handbook import actions, review_actions
from jamlik.web.handbook.models import Analysis
from jamlik.web.handbook.queries import row_of_finding
from tests.web.assessments.conftest import asked, at, finding_of, open_round

__all__ = ["asked", "at", "finding_of", "open_round"]

GROUNDS = ("sex", "gender_identity", "ethnicity", "religion", "disability", "sexual_orientation", "age")


@pytest.fixture
def scene(municipality, user_of, finding_of, at) -> SimpleNamespace:
    """A quick analysis of a unit about one difference, and the people around it."""
    unit = municipality.units[0][0]
    finding = finding_of(municipality.committees[0], rank=1)
    writer = user_of("unit_manager", unit)
    analysis = actions.begin_analysis(
        unit=unit, set_name="equality", depth="quick", title="Läxhjälp", findings=[finding], by=writer, at=at
    )
    return SimpleNamespace(
        unit=unit,
        finding=finding,
        row=row_of_finding(finding.pk),
        writer=writer,
        head=user_of("head", municipality.departments[0]),
        registrar=user_of("registrar", municipality.committees[0]),
        analysis=analysis,
        at=at,
    )


@pytest.fixture
def answer(scene) -> Callable[..., None]:
    """Answer a row of a question, as the latest to have seen it."""

    def save(question: str, row: str = "answer", analysis: Analysis | None = None, **value: object) -> None:
        where = analysis or scene.analysis
        there = where.answers.filter(question_key=question, row_key=row).first()
        actions.save_answer(
            analysis=where,
            question=question,
            row=row,
            value=value,
            expected_version=there.version if there else 0,
            by=scene.writer,
            at=scene.at,
        )

    return save


@pytest.fixture
def whole(scene, answer) -> Analysis:
    """The analysis with all that a quick one must have."""
    answer("q01_subject", answer="Läxhjälp på högstadiet")
    answer("q05_target_group", answer="Elever i årskurs 7 till 9.")
    answer("q06_absent", answer="De som arbetar efter skolan.")
    answer("q07_grounds", **dict.fromkeys(GROUNDS, "considered"))
    answer("q08_children", answer="no")
    answer("q09_minorities", answer="no")
    answer("q17_verdict", scene.row, verdict="no_difference", why="Den är för liten.")
    answer("q34_enough", answer="yes", why="Skillnaden är liten.")
    return scene.analysis


@pytest.fixture
def sent(scene, whole) -> Analysis:
    """The whole analysis, sent in."""
    return review_actions.submit(analysis=whole, follow_up_on=date(2027, 9, 1), by=scene.writer, at=scene.at)
