"""Has the gap closed? The answers, and how often they are right when the truth is known."""

import numpy as np
import pytest

from jamlik import stats
from jamlik.analysis.change import GapAnswer, MeasuredGap, gap_change
from jamlik.model.findings import Levelling
from jamlik.model.indicators import Direction


def gap(value, half, level=None, reference=None):
    return MeasuredGap(value, value - half, value + half, level, reference)


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        (gap(-12, 3), gap(-1, 3), GapAnswer.CLOSED),
        (gap(12, 3), gap(1, 3), GapAnswer.CLOSED),
        (gap(-12, 3), gap(-6, 3), GapAnswer.SMALLER),
        (gap(-12, 3), gap(-4, 7), GapAnswer.SMALLER),  # cannot be told from nothing, but most of it may be left
        (gap(-12, 3), gap(-18, 3), GapAnswer.LARGER),
        (gap(-12, 0.5), gap(-12.5, 0.5), GapAnswer.UNCHANGED),
        (gap(-12, 3), gap(-11, 3), GapAnswer.CANNOT_TELL),
        (gap(-12, 3), MeasuredGap(None, None, None), GapAnswer.CANNOT_TELL),
        (gap(-12, 3), MeasuredGap(-3.0, None, None), GapAnswer.CANNOT_TELL),
    ],
)
def test_gap_change_answers(before, after, answer):
    assert gap_change(before, after, threshold=2.0).answer is answer


def test_gap_change_that_turned_round_and_grew_is_larger_and_says_so():
    found = gap_change(gap(-5, 2), gap(12, 2), threshold=2.0)
    assert found.answer is GapAnswer.LARGER
    assert found.turned
    assert found.change == pytest.approx(7)


def test_gap_change_that_turned_round_is_never_closed_unless_surely_small():
    assert gap_change(gap(-20, 2), gap(5, 2), threshold=2.0).answer is GapAnswer.SMALLER
    assert gap_change(gap(-20, 2), gap(1, 0.5), threshold=2.0).answer is GapAnswer.CLOSED


def test_gap_change_names_levelling_down():
    down = gap_change(gap(-10, 1, 60, 70), gap(-1, 1, 60, 61), direction=Direction.UP, threshold=2.0)
    up = gap_change(gap(-10, 1, 60, 70), gap(-1, 1, 69, 70), direction=Direction.UP, threshold=2.0)
    unknown = gap_change(gap(-10, 1, 60, 70), gap(-1, 1, 69, 70), threshold=2.0)
    assert (down.answer, down.levelling) == (GapAnswer.CLOSED, Levelling.DOWN)
    assert (up.answer, up.levelling) == (GapAnswer.CLOSED, Levelling.UP)
    assert unknown.levelling is Levelling.UNKNOWN


def test_gap_change_is_the_same_whichever_side_is_called_the_group():
    one = gap_change(gap(-10, 2), gap(-3, 3), threshold=2.0)
    other = gap_change(gap(10, 2), gap(3, 3), threshold=2.0)
    assert one == other


def test_gap_change_refuses_what_is_no_interval():
    with pytest.raises(ValueError, match="interval"):
        gap_change(MeasuredGap(5.0, 6.0, 7.0), gap(1, 1))
    with pytest.raises(ValueError, match="threshold"):
        gap_change(gap(1, 1), gap(1, 1), threshold=-1.0)


def simulated(rng, *, before, after, n, draws):
    """The answers and the change's interval in `draws` draws of two independent years of people."""

    def gaps(levels):
        yes, other = (rng.binomial(n, level, draws) for level in levels)
        found = stats.proportion_difference(count=yes, total=n, count_reference=other, total_reference=n)
        return [100 * x for x in (found.value, found.low, found.high)]

    years = zip(*gaps(before), *gaps(after), strict=True)
    return [gap_change(MeasuredGap(*map(float, y[:3])), MeasuredGap(*map(float, y[3:])), threshold=2.0) for y in years]


def share(found, *answers):
    return sum(x.answer in answers for x in found) / len(found)


def test_gap_change_interval_covers_the_true_change_in_simulation():
    rng = np.random.default_rng(20)
    found = simulated(rng, before=(0.60, 0.75), after=(0.66, 0.75), n=400, draws=2000)
    covered = np.mean([x.low <= -6.0 <= x.high for x in found])
    assert 0.935 <= covered <= 0.97


def test_gap_change_finds_no_change_where_there_is_none_in_simulation():
    rng = np.random.default_rng(21)
    found = simulated(rng, before=(0.60, 0.75), after=(0.60, 0.75), n=400, draws=2000)
    assert share(found, GapAnswer.CLOSED, GapAnswer.SMALLER) <= 0.035
    assert share(found, GapAnswer.LARGER) <= 0.035
    assert share(found, GapAnswer.CLOSED) <= 0.005


def test_gap_change_tells_closed_from_smaller_in_simulation():
    rng = np.random.default_rng(22)
    closed = simulated(rng, before=(0.55, 0.75), after=(0.75, 0.75), n=1000, draws=1000)
    half_left = simulated(rng, before=(0.55, 0.75), after=(0.65, 0.75), n=1000, draws=1000)
    assert share(closed, GapAnswer.CLOSED) >= 0.9
    assert share(half_left, GapAnswer.SMALLER) >= 0.85
    assert share(half_left, GapAnswer.CLOSED) <= 0.03


def test_gap_change_says_unchanged_only_of_large_samples_in_simulation():
    rng = np.random.default_rng(23)
    small = simulated(rng, before=(0.60, 0.75), after=(0.60, 0.75), n=300, draws=500)
    large = simulated(rng, before=(0.60, 0.75), after=(0.60, 0.75), n=50_000, draws=500)
    assert share(small, GapAnswer.UNCHANGED) == 0
    assert share(large, GapAnswer.UNCHANGED) >= 0.95
