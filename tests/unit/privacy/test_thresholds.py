"""What the rules call sensitive, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

from jamlik.model.errors import JamlikError
from jamlik.privacy.thresholds import PRESETS, Reason, Rules, rules_named, sensitivity

TABLE = """
rules             yes base  count base_hidden reason
default             0    0  no    no          NONE
default             0   50  yes   no          NOBODY
default             1   50  yes   no          SMALL_COUNT
default             4   50  yes   no          SMALL_COUNT
default             5   50  no    no          NONE
default            45   50  no    no          NONE
default            46   50  yes   no          SMALL_COMPLEMENT
default            50   50  yes   no          EVERYBODY
default             5    9  yes   no          SMALL_BASE
default             5   10  no    no          NONE
default             2    4  yes   yes         SMALL_BASE
survey             12   29  yes   no          SMALL_BASE
survey             12   30  no    no          NONE
skolverket          5    9  yes   yes         SMALL_BASE
skolverket          5   10  no    no          NONE
already_published   1    2  no    no          NONE
already_published   0   50  no    no          NONE
"""


@pytest.mark.parametrize("row", [line.split() for line in TABLE.strip().splitlines()[1:]], ids=" ".join)
def test_sensitivity_of_a_share_follows_the_rules(row):
    name, yes, base, count, base_hidden, reason = row
    found = sensitivity(rules=PRESETS[name], yes=np.array([float(yes)]), base=np.array([float(base)]))
    assert found.count.tolist() == [count == "yes"]
    assert found.base.tolist() == [base_hidden == "yes"]
    assert Reason(int(found.reason[0])).name == reason


def test_sensitivity_of_a_mean_looks_at_the_base_alone():
    base = np.array([0.0, 3, 9, 10])
    found = sensitivity(rules=PRESETS["default"], yes=np.full(4, np.nan), base=base)
    assert found.count.tolist() == [False, True, True, False]
    assert found.base.tolist() == [False, True, False, False]


def test_sensitivity_of_a_bare_count_looks_at_the_count_alone():
    found = sensitivity(rules=PRESETS["default"], yes=np.array([0.0, 1, 4, 5]), base=np.full(4, np.nan))
    assert found.count.tolist() == [False, True, True, False]
    assert not found.base.any()


def test_sensitivity_of_events_has_no_complement():
    found = sensitivity(
        rules=PRESETS["default"], yes=np.array([48.0, 50, 60]), base=np.array([50.0] * 3), complement=False
    )
    assert not found.count.any()


def test_presets_require_the_width_of_the_count_less_one():
    assert all(rules.width == rules.minimum_count - 1 for rules in PRESETS.values())


def test_rules_that_protect_nothing_are_refused():
    with pytest.raises(ValueError, match="too little"):
        Rules(name="lax", minimum_count=2, width=1)
    with pytest.raises(ValueError, match="too little"):
        Rules(name="narrow", width=1)


def test_rules_named_unknown_says_which_there_are():
    with pytest.raises(JamlikError, match="skolverket"):
        rules_named("loose")
