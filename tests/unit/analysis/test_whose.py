"""The area an analysis is for: the file's own areas, one's own among them, and how much there is to compare."""

from __future__ import annotations

import pytest

from jamlik.analysis.incoming import Correction, corrected, looked_at
from jamlik.analysis.intake import opened
from jamlik.analysis.study import study_of_file
from jamlik.analysis.whose import own_area
from jamlik.model.errors import JamlikError

AREAS = {"0126": "Huddinge", "0581": "Norrköpings kommun", "0180": "Stockholm", "1440": "Ale"}


def silent(step, share):
    """Tell nobody."""


@pytest.mark.parametrize(
    ("code", "name", "wanted"),
    [
        ("0126", "Något annat", "0126"),
        ("kommun", "Huddinge kommun", "0126"),
        ("x", "norrköping", "0581"),
        ("x", "Stockholms stad", "0180"),
        ("x", "Alevik", ""),
        ("x", "Er kommun", ""),
        ("x", "", ""),
    ],
)
def test_own_municipality_is_found_by_code_or_name(code, name, wanted):
    assert own_area(AREAS, code=code, name=name) == wanted


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    lines = ["År;Kommun;Kommunkod;Kön;Antal elever;Antal behöriga"]
    for code, name, girls, boys in (("0126", "Huddinge", 400, 300), ("1440", "Ale", 200, 190), ("0581", "Ort", 90, 99)):
        lines += [f"2025;{name};{code};Flickor;500;{girls}", f"2025;{name};{code};Pojkar;500;{boys}"]
    path = tmp_path_factory.mktemp("whose") / "elever.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def seen_with(file, focus):
    first = looked_at(file, key=b"k", progress=silent)
    description = corrected(first.description, Correction(focus=focus))
    return looked_at(file, key=b"k", progress=silent, description=description)


def test_areas_are_told_with_how_many_comparisons_come(file, tmp_path):
    every, one = looked_at(file, key=b"k", progress=silent), seen_with(file, "0126")
    assert dict(every.about["areas"]) == {"0126": "Huddinge", "1440": "Ale", "0581": "Ort"}
    assert (every.about["focus_name"], one.about["focus_name"]) == ("", "Huddinge")
    assert dict(one.about["areas"]) == dict(every.about["areas"])
    found = study_of_file(opened(file), progress=silent)
    assert every.about["asked_n"] == len(found.results["sv"].findings) > one.about["asked_n"] > 0


@pytest.mark.parametrize(("focus", "like"), [("9999", ""), ("0127", "0126"), ("huddinge", "0126"), ("Hudinge", "Hud")])
def test_area_that_the_file_does_not_have_is_refused_with_those_that_are_there(file, focus, like):
    with pytest.raises(JamlikError, match="finns inte i filen") as told:
        seen_with(file, focus)
    assert "Huddinge, Ort, Ale" in told.value.why
    assert like in told.value.do
