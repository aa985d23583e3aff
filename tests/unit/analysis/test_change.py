"""Has the gap closed? The answers, and how often they are right when the truth is known."""

import numpy as np
import pytest

from jamlik import stats
from jamlik.analysis.change import GapAnswer, GapLeft, MeasuredGap, Mover, gap_change
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


@pytest.mark.parametrize(
    ("before", "after", "mover"),
    [
        ((60.0, 70.0), (69.0, 70.0), Mover.WORSE_OFF),
        ((60.0, 70.0), (75.0, 76.0), Mover.WORSE_OFF),  # both got better
        ((60.0, 70.0), (66.0, 67.0), Mover.MOSTLY_WORSE_OFF),
        ((60.0, 70.0), (64.5, 65.5), Mover.BOTH),
        ((61.6, 77.2), (64.5, 69.9), Mover.MOSTLY_BETTER_OFF),
        ((60.0, 70.0), (60.0, 61.0), Mover.BETTER_OFF),
        ((60.0, 70.0), (58.0, 59.0), Mover.BETTER_OFF),  # both got worse
        ((60.0, 70.0), (66.0, 64.0), Mover.BOTH),  # turned round
        ((60.0, 70.0), (None, 65.0), Mover.UNKNOWN),
        ((60.0, 70.0), (60.0, 75.0), Mover.UNKNOWN),  # the levels tell of another gap than the one that shrank
        ((70.0, 60.0), (69.0, 70.0), Mover.UNKNOWN),
    ],
)
@pytest.mark.parametrize("direction", [Direction.UP, Direction.DOWN])
@pytest.mark.parametrize("turned", [False, True])
def test_gap_change_says_how_much_came_from_which_side(before, after, mover, direction, turned):
    """The same whether more or less is better, and whichever side is called the group."""
    sign = 1 if direction is Direction.UP else -1
    side = -1 if turned else 1
    first, last = ([None if level is None else sign * level for level in pair][::side] for pair in (before, after))
    found = gap_change(
        gap(-15 * sign * side, 1, *first), gap(-5 * sign * side, 2, *last), direction=direction, threshold=2.0
    )
    assert (found.answer, found.mover) == (GapAnswer.SMALLER, mover)


def test_gap_change_names_no_mover_without_a_direction_or_a_smaller_gap():
    assert gap_change(gap(-15, 1, 60, 75), gap(-5, 1, 70, 75)).mover is Mover.UNKNOWN
    grown = gap_change(gap(-5, 1, 70, 75), gap(-15, 1, 60, 75), direction=Direction.UP)
    assert (grown.answer, grown.mover) == (GapAnswer.LARGER, Mover.UNKNOWN)
    unsure = gap_change(gap(-15, 9, 60, 75), gap(-5, 9, 70, 75), direction=Direction.UP)
    assert (unsure.answer, unsure.mover) == (GapAnswer.CANNOT_TELL, Mover.UNKNOWN)


@pytest.mark.parametrize(
    ("after", "answer", "left"),
    [
        (MeasuredGap(-5.4, -11.8, 1.1), GapAnswer.SMALLER, GapLeft.UNSURE),  # smaller for sure, gone or not
        (gap(-5, 3), GapAnswer.SMALLER, GapLeft.SURE),
        (gap(-3, 3), GapAnswer.CLOSED, GapLeft.UNSURE),  # an end at nought holds nought
        (gap(-1, 0.5), GapAnswer.CLOSED, GapLeft.SMALL),  # surely there, surely too small to matter
        (gap(0, 0), GapAnswer.CLOSED, GapLeft.SMALL),
        (gap(-13, 14), GapAnswer.CANNOT_TELL, GapLeft.UNSURE),
        (MeasuredGap(None, None, None), GapAnswer.CANNOT_TELL, GapLeft.UNKNOWN),
        (MeasuredGap(-3.0, None, None), GapAnswer.CANNOT_TELL, GapLeft.UNKNOWN),
    ],
)
def test_gap_change_says_what_can_be_said_of_what_is_left(after, answer, left):
    found = gap_change(gap(-15.6, 6), after, threshold=2.0)
    assert (found.answer, found.left) == (answer, left)


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
