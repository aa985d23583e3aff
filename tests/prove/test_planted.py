"""Planted gaps are found and little that is not there is reported: ten draws always, two hundred under `prove`."""

from __future__ import annotations

import pytest

from jamlik.model.findings import Certainty
from jamlik.sources.ekby import SERVICES
from tests.support.draws import SURE, Score, analysed_draw, scored


def _require_promised(score: Score, record: pytest.RecordProperty) -> None:  # type: ignore[name-defined]
    found, found_error = score.share_found()
    false, false_error = score.share_false()
    alone = score.found_alone / score.oracle_alone
    record("figures", f"{score}")
    print(
        f"\nplanted {score.planted} (hidden {score.hidden}); of the oracle's {score.oracle} finds {found:.3f} "
        f"± {found_error:.3f} found; of an oracle's that makes one test {alone:.3f}; reported {score.reported} "
        f"({score.clear} clear), false {false:.3f} ± {false_error:.3f}; {dict(score.kinds)}"
    )
    assert found >= 0.95 - 2 * found_error
    assert false <= 0.05 + 2 * false_error


@pytest.mark.slow
def test_planted_ten_draws_found_and_few_false(record_property: pytest.RecordProperty) -> None:  # type: ignore[name-defined]
    _require_promised(scored(range(10)), record_property)


@pytest.mark.prove
def test_planted_two_hundred_draws_found_and_few_false(record_property: pytest.RecordProperty) -> None:  # type: ignore[name-defined]
    _require_promised(scored(range(1000, 1200)), record_property)


def _runs_with_a_clear_finding(seeds: range) -> tuple[int, int]:
    runs = [analysed_draw(spec.name, seed=seed, plants=())[0] for seed in seeds for spec in SERVICES]
    return sum(any(f.certainty in SURE for f in run.findings) for run in runs), len(runs)


@pytest.mark.slow
def test_nothing_planted_findings_are_as_rare_as_promised() -> None:
    some, runs = _runs_with_a_clear_finding(range(5))
    assert runs == 25
    assert some <= 4  # at most 5 % each: more than 4 of 25 has a probability under 1 %


@pytest.mark.prove
def test_nothing_planted_many_runs_findings_are_as_rare_as_promised() -> None:
    some, runs = _runs_with_a_clear_finding(range(2000, 2100))
    print(f"\nnothing planted: {some} of {runs} runs report anything")
    assert some / runs <= 0.05 + 3 * (0.05 * 0.95 / runs) ** 0.5


@pytest.mark.slow
def test_ekby_has_differences_that_are_clear() -> None:
    result, _ = analysed_draw("idrott", seed=1)
    assert any(f.certainty is Certainty.CLEAR for f in result.findings)
