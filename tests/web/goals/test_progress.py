"""How far a target has come: the answers, and how often they are right when the truth is known."""

import numpy as np
import pytest

from jamlik import stats
from jamlik.model.findings import Levelling
from jamlik.model.indicators import Direction
from jamlik.web.goals.progress import Aim, Limits, Moving, Point, ProgressState, Unsure, progress_of

pytestmark = pytest.mark.either
HALVE = Aim("gap", "2022", 2030, share=0.5)
CLOSE = Aim("gap", "2022", 2030, value=0.0)
AT_LEAST_80 = Aim("level", "2022", 2030, value=80.0)
UP, DOWN = Direction.UP, Direction.DOWN


def around(value, half=None):
    return None if value is None else Limits(value, *((None, None) if half is None else (value - half, value + half)))


def point(year, *, gap=None, level=None, reference=None, half=1.0):
    return Point(str(year), float(year), around(level, half), around(reference, half), around(gap, half))


def gaps(*pairs, half=1.0):
    return [point(year, gap=gap, half=half) for year, gap in pairs]


@pytest.mark.parametrize(
    ("series", "state"),
    [
        (gaps((2022, -10), (2026, -7)), ProgressState.ON_TRACK),  # the even pace is 7.5
        (gaps((2022, -10), (2026, -9.8)), ProgressState.NOT_ON_TRACK),
        (gaps((2022, -10), (2026, -13)), ProgressState.NOT_ON_TRACK),
        (gaps((2022, -10), (2026, -8)), ProgressState.CANNOT_TELL),  # surely smaller, perhaps not fast enough
        (gaps((2022, -10), (2026, -7), half=4), ProgressState.CANNOT_TELL),
        (gaps((2022, -10), (2026, -2)), ProgressState.REACHED),
        (gaps((2022, -10), (2030, -4.9)), ProgressState.CANNOT_TELL),
        (gaps((2022, -10), (2030, -3)), ProgressState.REACHED),
        (gaps((2022, -10), (2030, -8)), ProgressState.NOT_REACHED),
        (gaps((2022, -10), (2031, -8)), ProgressState.NOT_REACHED),
    ],
)
def test_progress_of_a_gap_to_be_halved(series, state):
    assert progress_of(series, HALVE).state is state


def test_progress_is_the_same_whichever_side_is_called_the_group():
    for latest in (-9, -7, -5, -2, 3):
        one = progress_of(gaps((2022, -10), (2026, latest)), HALVE)
        other = progress_of(gaps((2022, 10), (2026, -latest)), HALVE)
        assert (one.state, one.moving, one.aimed, one.expected) == (
            other.state,
            other.moving,
            other.aimed,
            other.expected,
        )


@pytest.mark.parametrize("scale", [0.01, 1000])
def test_progress_is_the_same_in_any_unit(scale):
    for latest in (-13, -9.8, -8, -7, -2):
        series = gaps((2022, -10), (2026, latest))
        scaled = gaps((2022, -10 * scale), (2026, latest * scale), half=scale)
        assert progress_of(series, HALVE).state is progress_of(scaled, HALVE).state


def test_progress_tells_what_is_aimed_at_and_where_an_even_pace_would_be():
    found = progress_of(gaps((2022, -10), (2024, -9), (2026, -7)), HALVE)
    assert found.aimed == pytest.approx(5)
    assert found.expected == pytest.approx(7.5)
    assert (found.baseline.period, found.latest.period) == ("2022", "2026")


def test_progress_of_a_level_tells_the_pace_in_the_indicators_own_direction():
    series = [point(2022, level=70), point(2026, level=76)]
    found = progress_of(series, AT_LEAST_80, direction=UP)
    assert (found.state, found.aimed, found.expected) == (ProgressState.ON_TRACK, 80, pytest.approx(75))


@pytest.mark.parametrize(
    ("first", "latest", "year", "state"),
    [
        (70, 76, 2026, ProgressState.ON_TRACK),
        (70, 71, 2026, ProgressState.NOT_ON_TRACK),
        (70, 82, 2026, ProgressState.REACHED),
        (70, 80.5, 2030, ProgressState.CANNOT_TELL),
        (70, 78, 2030, ProgressState.NOT_REACHED),
        (83, 84, 2026, ProgressState.REACHED),
        (83, 76, 2026, ProgressState.NOT_ON_TRACK),  # already there at the start: the target is to hold it
    ],
)
def test_progress_of_a_level_that_should_rise(first, latest, year, state):
    assert progress_of([point(2022, level=first), point(year, level=latest)], AT_LEAST_80, direction=UP).state is state


def test_progress_of_a_level_that_should_fall():
    aim = Aim("level", "2022", 2030, value=10.0)
    assert (
        progress_of([point(2022, level=20), point(2026, level=14)], aim, direction=DOWN).state is ProgressState.ON_TRACK
    )
    assert (
        progress_of([point(2022, level=20), point(2026, level=8)], aim, direction=DOWN).state is ProgressState.REACHED
    )
    assert progress_of([point(2022, level=20), point(2026, level=8)], aim).state is ProgressState.REACHED


def test_progress_without_direction_goes_the_way_the_target_lies():
    rising = progress_of([point(2022, level=70), point(2026, level=76)], AT_LEAST_80)
    assert rising.state is ProgressState.ON_TRACK


def test_gap_that_shrank_by_levelling_down_is_named():
    series = [
        Point("2022", 2022.0, around(60, 1), around(70, 1), around(-10, 1)),
        Point("2026", 2026.0, around(59, 1), around(61, 1), around(-2, 1)),
    ]
    found = progress_of(series, HALVE, direction=UP)
    assert found.state is ProgressState.REACHED
    assert found.levelling is Levelling.DOWN
    assert found.levelled_down


def test_gap_that_shrank_because_the_worse_off_rose_is_no_levelling_down():
    series = [
        Point("2022", 2022.0, around(60, 1), around(70, 1), around(-10, 1)),
        Point("2026", 2026.0, around(69, 1), around(71, 1), around(-2, 1)),
    ]
    found = progress_of(series, HALVE, direction=UP)
    assert (found.levelling, found.levelled_down) == (Levelling.UP, False)


def test_level_that_rose_while_the_gap_grew_says_so():
    series = [
        Point("2022", 2022.0, around(60, 1), around(65, 1), around(-5, 1)),
        Point("2026", 2026.0, around(72, 1), around(90, 1), around(-18, 1)),
    ]
    found = progress_of(series, AT_LEAST_80, direction=UP)
    assert found.state is ProgressState.ON_TRACK
    assert found.widened


def test_gap_that_turned_round_and_is_large_the_other_way_is_not_reached():
    found = progress_of(gaps((2022, -10), (2026, 12)), HALVE)
    assert found.turned
    assert found.state is ProgressState.NOT_ON_TRACK
    assert progress_of(gaps((2022, -10), (2026, 3)), HALVE).state is ProgressState.REACHED


def test_gap_to_be_closed_is_reached_when_surely_within_what_matters():
    series = gaps((2022, -10), (2026, -0.5))
    assert progress_of(series, CLOSE, threshold=2.0).state is ProgressState.REACHED
    assert progress_of(series, CLOSE).state is ProgressState.REACHED  # closed, says gap_change
    assert progress_of(gaps((2022, -10), (2026, -6)), CLOSE, threshold=2.0).state is ProgressState.CANNOT_TELL


@pytest.mark.parametrize(
    ("series", "why"),
    [
        ([], Unsure.NO_BASELINE),
        (gaps((2023, -10), (2026, -7)), Unsure.NO_BASELINE),
        ([point(2022), point(2026, gap=-7)], Unsure.NO_BASELINE),
        (gaps((2022, -10)), Unsure.NO_LATER),
        (gaps((2018, -12), (2022, -10)), Unsure.NO_LATER),
        ([point(2022, gap=-10), point(2026)], Unsure.NO_LATER),
        ([point(2022, gap=-10), point(2026, gap=-7, half=None)], Unsure.NO_INTERVAL),
        (gaps((2022, -10), (2026, -7), half=4), Unsure.TOO_UNCERTAIN),
    ],
)
def test_progress_that_cannot_be_told_says_why(series, why):
    found = progress_of(series, HALVE)
    assert (found.state, found.unsure) == (ProgressState.CANNOT_TELL, why)


def test_hidden_latest_period_falls_back_on_the_last_one_shown():
    found = progress_of([*gaps((2022, -10), (2025, -7)), point(2026)], HALVE)
    assert found.latest.period == "2025"


def test_moving_is_said_apart_from_the_answer():
    assert progress_of(gaps((2022, -10), (2026, -8)), HALVE).moving is Moving.RIGHT
    assert progress_of(gaps((2022, -10), (2026, -13)), HALVE).moving is Moving.WRONG
    assert progress_of(gaps((2022, -10), (2026, -9.5)), HALVE).moving is Moving.UNSURE


def simulated(rng, *, before, after, n, year, draws=1000):
    """The answers in `draws` draws of two independent years of people."""

    def drawn(levels):
        yes, other = (rng.binomial(n, level, draws) for level in levels)
        found = stats.proportion_difference(count=yes, total=n, count_reference=other, total_reference=n)
        return np.stack([100 * found.value, 100 * found.low, 100 * found.high], axis=1)

    states = []
    for first, last in zip(drawn(before), drawn(after), strict=True):
        series = [Point("2022", 2022.0, gap=Limits(*first)), Point(str(year), float(year), gap=Limits(*last))]
        states.append(progress_of(series, HALVE, threshold=1.0).state)
    return {state: states.count(state) / draws for state in ProgressState}


def test_a_gap_that_has_not_changed_is_seldom_called_on_track_or_reached_in_simulation():
    found = simulated(np.random.default_rng(31), before=(0.60, 0.75), after=(0.60, 0.75), n=600, year=2026)
    assert found[ProgressState.ON_TRACK] + found[ProgressState.REACHED] <= 0.035


def test_a_gap_just_at_the_target_is_seldom_called_not_reached_or_reached_in_simulation():
    found = simulated(np.random.default_rng(32), before=(0.55, 0.75), after=(0.65, 0.75), n=800, year=2030)
    assert found[ProgressState.REACHED] <= 0.035
    assert found[ProgressState.NOT_REACHED] <= 0.035


def test_a_gap_surely_beyond_the_target_is_called_reached_in_simulation():
    found = simulated(np.random.default_rng(33), before=(0.55, 0.75), after=(0.73, 0.75), n=2000, year=2030)
    assert found[ProgressState.REACHED] >= 0.95


def test_a_gap_that_stands_still_to_the_end_is_called_not_reached_in_simulation():
    found = simulated(np.random.default_rng(34), before=(0.55, 0.75), after=(0.55, 0.75), n=2000, year=2030)
    assert found[ProgressState.NOT_REACHED] >= 0.95
