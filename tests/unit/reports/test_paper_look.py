"""Forms and handbooks on paper: what is read or written on stands out from its paper, in colour and in gray."""

from __future__ import annotations

import re

import pytest

from jamlik.reports.templating import style
from tests.unit.charts.test_look import contrast

TOKENS = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", style("tokens")))
PAPERS = (TOKENS["ground"], TOKENS["ground-soft"])


def colours(sheet: str, what: str) -> dict[str, str]:
    """Colours that a sheet gives to `what`, by the selectors that have them."""
    text = style(sheet)
    own = TOKENS | dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", text))
    found = {}
    for selectors, rules in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        for value in re.findall(rf"(?:^|;)\s*{what}:[^;]*?(#[0-9a-f]{{6}}|var\(--[\w-]+\))", rules):
            name = " ".join(selectors.split("*/")[-1].split())
            found[name] = value if value.startswith("#") else own[value[6:-1]]
    return found


@pytest.mark.parametrize("sheet", ["form", "book"])
def test_text_stands_out_from_its_paper(sheet):
    found = colours(sheet, "color")
    assert len(found) >= 6
    assert {name for name, colour in found.items() if min(contrast(colour, paper) for paper in PAPERS) < 4.5} == set()


def test_boxes_and_the_lines_to_write_on_stand_out_from_their_paper():
    asked = colours("form", "border(?:-bottom)?")
    drawn = [name for name in asked if re.search(r"input|textarea|\.box|\.ruled", name)]
    assert len(drawn) == 3
    assert min(contrast(asked[name], paper) for name in drawn for paper in PAPERS) >= 3


@pytest.mark.parametrize("sheet", ["form", "book"])
def test_paper_is_a4(sheet):
    assert re.search(r"@page \{\s*size: A4;", style(sheet))
