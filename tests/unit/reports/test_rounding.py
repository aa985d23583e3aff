from __future__ import annotations

from dataclasses import replace

import pytest

from jamlik.model.findings import Certainty
from jamlik.model.tables import Status
from jamlik.reports.rounding import content_fingerprint, content_of, indicator_decimals, published_result
from tests.support.results import made_result

SUPPORT, LIBRARY = "local:ekonomiskt-bistand", "local:biblioteksbesok"


def test_percentages_have_one_decimal_and_small_means_two(result):
    assert indicator_decimals(result)[SUPPORT] == 1
    assert indicator_decimals(result)[LIBRARY] == 2


def test_rounding_twice_changes_nothing(result):
    once = published_result(result)
    assert published_result(once) == once


def test_numbers_are_rounded_to_what_is_published(result):
    first = replace(
        result.findings[0],
        level=12.3456,
        gap=-0.04,
        p_value=0.000123456,
        q_value=0.0123456,
        persons=17.6,
        ratio=1.23456,
    )
    found = published_result(replace(result, findings=(first,))).findings[0]
    assert (found.level, found.gap, found.persons, found.ratio) == (12.3, 0.0, 18.0, 1.235)
    assert (found.p_value, found.q_value) == (0.0001235, 0.01235)
    assert str(found.gap) == "0.0", "never minus zero"


def test_numbers_behind_a_status_are_dropped(result):
    finding = replace(result.findings[0], status=Status.SUPPRESSED)
    level = replace(next(x for x in result.levels if x.status is Status.SHOWN), status=Status.SUPPRESSED)
    found = published_result(replace(result, findings=(finding,), levels=(level,)))
    silent = found.findings[0]
    assert silent.certainty is Certainty.NOT_TESTABLE
    assert not any(isinstance(getattr(silent, name), float) for name in silent.__slots__)
    assert (silent.rank, silent.trend, silent.explained, silent.worse_off) == (None, None, (), "")
    assert not any(isinstance(getattr(found.levels[0], name), float) for name in level.__slots__)


def test_bounded_level_keeps_its_limits_and_nothing_else(result):
    bounded = next(x for x in result.levels if x.status is Status.BOUNDED)
    hostile = replace(bounded, value=97.3, low=96.0, high=98.0, count_n=12.0)
    found = published_result(replace(result, levels=(hostile,))).levels[0]
    assert (found.bound_low, found.bound_high) == (95.0, 100.0)
    assert (found.value, found.low, found.high, found.count_n) == (None, None, None, None)


def test_nan_is_refused(result):
    level = replace(next(x for x in result.levels if x.status is Status.SHOWN), value=float("nan"))
    with pytest.raises(ValueError, match="NaN"):
        published_result(replace(result, levels=(level,)))


def test_fingerprint_follows_content_and_not_how_it_was_run(result):
    run = replace(result.run, input_key="f" * 64, versions={"jamlik": "9.9"}, input_name="annan.csv")
    assert content_fingerprint(replace(result, run=run)) == content_fingerprint(result)
    assert content_fingerprint(made_result(areas=9)) != content_fingerprint(result)


def test_fingerprint_is_the_same_before_and_after_rounding(result, document):
    first = replace(result.findings[0], gap=(result.findings[0].gap or 0.0) + 1e-7)
    unrounded = replace(result, findings=(first, *result.findings[1:]))
    assert content_fingerprint(unrounded) == content_fingerprint(result) == document.fingerprint


def test_content_holds_no_sums_that_could_be_worked_backwards(result):
    assert "cells" not in content_of(result)
    assert "run" not in content_of(result)
