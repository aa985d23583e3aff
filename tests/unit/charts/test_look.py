"""Colours that everybody can tell apart, letters that can be read, scales that are round."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jamlik.charts import palette
from jamlik.charts.axes import class_limits, scale_for, spread
from jamlik.charts.lettering import broken, text_width


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lightness(colour):
    """CIE L*, 0 to 100: what is left of a colour in a grey print."""
    y = luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


STYLES = [*palette.SEXES.values(), palette.ONE]


def test_contrast_of_black_and_white_is_what_wcag_says():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("style", STYLES)
def test_marks_and_letters_stand_out_from_the_paper(style):
    assert contrast(style.mark, palette.PAPER) >= 3
    assert contrast(style.letters, palette.PAPER) >= 4.5


@pytest.mark.parametrize("colour", [palette.INK, palette.MUTED])
@pytest.mark.parametrize("paper", [palette.PAPER, palette.ROW])
def test_plain_letters_stand_out_from_paper_and_headings(colour, paper):
    assert contrast(colour, paper) >= 4.5


def test_women_and_men_differ_in_grey_and_in_shape():
    women, men = palette.SEXES["K"], palette.SEXES["M"]
    assert abs(lightness(women.mark) - lightness(men.mark)) >= 20
    assert women.shape != men.shape


def test_women_and_men_are_neither_pink_nor_blue():
    for style in palette.SEXES.values():
        red, green, blue = (int(style.mark[i : i + 2], 16) for i in (1, 3, 5))
        assert not (blue > green + 40), "blue"
        assert not (red > 150 and blue > 100), "pink"


@pytest.mark.parametrize("dichromat", ["protan", "deutan"])
def test_women_and_men_differ_for_the_colour_blind(dichromat):
    """Viénot 1999: what red and green become when one kind of cone is missing."""
    weights = {"protan": ((0.112, 0.888), (0.112, 0.888)), "deutan": ((0.292, 0.708), (0.292, 0.708))}[dichromat]

    def seen(colour):
        parts = [(int(colour[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5)]
        mixed = [w[0] * parts[0] + w[1] * parts[1] for w in weights] + [parts[2]]
        return [p ** (1 / 2.2) for p in mixed]

    assert math.dist(seen(palette.SEXES["K"].mark), seen(palette.SEXES["M"].mark)) > 0.25


def test_classes_of_the_map_darken_evenly_and_print_in_grey():
    steps = [lightness(colour) for colour in palette.CLASSES]
    assert steps == sorted(steps, reverse=True)
    assert min(a - b for a, b in pairwise(steps)) >= 10


@pytest.mark.parametrize("fill", [*palette.CLASSES, palette.PAPER])
def test_label_on_a_fill_can_be_read(fill):
    assert contrast(palette.label_colour(fill), fill) >= 4.5


numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 2))


@given(st.lists(numbers, min_size=1, max_size=30), st.integers(2, 7))
def test_scale_holds_every_value_and_has_few_round_marks(values, ticks):
    scale = scale_for(values, ticks=ticks)
    assert scale.low <= min(values) <= max(values) <= scale.high
    assert 2 <= len(scale.ticks) <= 2 * ticks + 3
    assert scale.low < scale.high
    steps = {round(b - a, 6) for a, b in pairwise(scale.ticks)}
    assert max(steps) - min(steps) <= 1e-4 * max(steps)
    assert all(round(tick, scale.decimals) == tick for tick in scale.ticks)


@given(st.lists(st.floats(0, 100).map(lambda v: round(v, 1)), min_size=1, max_size=30))
def test_scale_of_percentages_stays_within_them(values):
    scale = scale_for(values, floor=0.0, top=100.0)
    assert scale.low >= 0
    assert scale.high <= 100
    assert scale.low <= min(values)
    assert max(values) <= scale.high


def test_scale_takes_in_zero_when_asked():
    scale = scale_for([3.0, 4.0], zero=True)
    assert 0.0 in scale.ticks
    assert scale_for([]).low < scale_for([]).high


@given(st.lists(numbers, min_size=2, max_size=40), st.integers(0, 2))
def test_class_limits_are_few_inside_and_in_order(values, decimals):
    rounded = [round(value, decimals) for value in values]
    limits = class_limits(rounded, decimals=decimals)
    assert list(limits) == sorted(set(limits))
    assert len(limits) <= 4
    if len(set(rounded)) > 1:
        assert limits
        assert all(min(rounded) < limit <= max(rounded) for limit in limits)
    else:
        assert limits == ()


@given(st.lists(st.floats(0, 200), min_size=1, max_size=6))
def test_labels_moved_apart_keep_their_order_and_distance(places):
    moved = spread(places, gap=17, low=0, high=200)
    order = sorted(range(len(places)), key=lambda i: places[i])
    for first, second in pairwise(order):
        assert moved[second] - moved[first] >= 17 - 0.5
    assert all(-0.5 <= place <= 200.5 for place in moved)


def test_labels_far_apart_are_not_moved():
    assert spread([10.0, 100.0], gap=17, low=0, high=200) == (10.0, 100.0)


def test_width_of_text_is_that_of_the_font():
    ttfont = pytest.importorskip("fontTools.ttLib")
    for name, bold in (("DejaVuSans.ttf", False), ("DejaVuSans-Bold.ttf", True)):
        try:
            font = ttfont.TTFont(f"/usr/share/fonts/truetype/dejavu/{name}")
        except OSError:
            pytest.skip("DejaVu Sans is not installed")
        glyphs, advances = font.getBestCmap(), font["hmtx"]
        for text in (
            "Gamla hamnen och Kvarnholmen",
            "Elever i åk 9 som är behöriga, andel (%)",
            "Kvinnor 88,3",
            "−13,3",
        ):
            real = sum(advances[glyphs[ord(letter)]][0] for letter in text) / font["head"].unitsPerEm * 13
            assert text_width(text, 13, bold=bold) == pytest.approx(real, rel=0.05)


LONG = "Elever i åk 9 som är behöriga till yrkesprogram, hemkommun, andel (%)"


def test_long_name_breaks_at_spaces_and_loses_nothing():
    lines = broken(LONG, 200, 13, lines=6)
    assert " ".join(lines) == LONG
    assert all(text_width(line, 13) <= 200 for line in lines)


def test_word_wider_than_the_line_is_divided_with_a_hyphen():
    lines = broken("stadsdelsnämndsområdesindelning", 100, 13, lines=6)
    assert len(lines) > 1
    assert all(line.endswith("-") for line in lines[:-1])
    assert "".join(line.rstrip("-") for line in lines) == "stadsdelsnämndsområdesindelning"


def test_text_with_too_many_lines_ends_in_an_ellipsis():
    lines = broken(LONG, 120, 13, lines=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert text_width(lines[-1], 13) <= 120


@given(st.text("abcdefåäö ", min_size=1, max_size=80), st.integers(40, 300), st.integers(1, 4))
def test_broken_text_fits_its_box(text, width, lines):
    found = broken(text, width, 12, lines=lines)
    assert 1 <= len(found) <= lines
    assert all(text_width(line, 12) <= width + 40 for line in found)
