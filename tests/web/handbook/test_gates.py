"""Each rule of the handbook stops an analysis, written on the site or read from a form, until it holds."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from jamlik.handbook import cleaned, newest
from jamlik.web.core import clock
from jamlik.web.handbook import actions, filled, review_actions
from jamlik.web.handbook.rules import BreachesError
from tests.support.handbook import whole_answers
from tests.unit.handbook.test_gates import CASES, TODAY, row

EQUALITY = newest("equality")
ONE_OF_EACH = {told[0]: (question, key, part, value) for question, key, part, value, told in CASES.values()}
FOLLOWED = dt.date(2027, 9, 1)


@pytest.mark.parametrize("rule", sorted(ONE_OF_EACH))
def test_rule_stops_what_a_form_says_until_it_is_put_right_on_the_site(rule, scene, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    question, key, part, value = ONE_OF_EACH[rule]
    raw = whole_answers()
    right = {name: each for name, each in row(raw, question, key).items() if name != "row"}
    row(raw, question, key).pop(part)
    row(raw, question, key).update({part: value} if value else {})
    who = {"by": scene.writer, "at": scene.at}
    analysis = actions.begin_analysis(unit=scene.unit, set_name="equality", depth="full", title="Alla regler", **who)
    read = SimpleNamespace(analysis="", set=EQUALITY, answers=cleaned(EQUALITY, raw)[0], faults=())
    kept = filled.keep_filled(analysis=analysis, read=read, **who)
    seen = {each.place: each.version for each in filled.compared(kept, [])}
    assert filled.take_filled(filled=kept, chosen=(), seen=seen, **who) == len(seen)
    with pytest.raises(BreachesError) as stopped:
        review_actions.submit(analysis=analysis, follow_up_on=FOLLOWED, **who)
    assert {each.rule for each in stopped.value.found} == {rule}
    assert all(each.text(lang) for each in stopped.value.found for lang in ("sv", "en", "fi"))
    actions.save_answer(analysis=analysis, question=question, row=key, value=right, expected_version=1, **who)
    assert review_actions.submit(analysis=analysis, follow_up_on=FOLLOWED, **who).state == "submitted"
