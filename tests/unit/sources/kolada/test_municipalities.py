"""Municipalities by code and name, and the groups of similar ones."""

from __future__ import annotations

import pytest

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.sources.kolada.municipalities import Municipality, matching_municipality, similar_group

NAMES = {
    "0126": "Huddinge",
    "0127": "Botkyrka",
    "0180": "Stockholm",
    "0305": "Håbo",
    "0643": "Habo",
    "1490": "Borås",
    "2580": "Luleå",
    "1280": "Malmö",
    "2132": "Nordanstig",
    "2583": "Haparanda",
    "1781": "Kristinehamn",
    "1290": "Kristianstad",
}
REGIONS = (Municipality("0000", "Riket", "L"), Municipality("0001", "Region Stockholm", "L"))
PLACES = (*REGIONS, *(Municipality(code, name) for code, name in NAMES.items()))
HUDDINGE = Municipality("0126", "Huddinge")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0126", "0126"),
        ("126", "0126"),
        (" Huddinge ", "0126"),
        ("HUDDINGE", "0126"),
        ("boras", "1490"),
        ("BORÅS", "1490"),
        ("Bora\u030as", "1490"),
        ("Huddinge kommun", "0126"),
        ("Stockholms stad", "0180"),
        ("Borås stad", "1490"),
        ("habo", "0643"),
        ("Håbo", "0305"),
        ("håbo kommun", "0305"),
    ],
)
def test_municipality_is_found_by_code_or_name(text, code):
    assert matching_municipality(text, among=PLACES).code == code


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Hudinge", "Huddinge (0126)"),
        ("Kristian", "Kristianstad (1290)"),
        ("0128", "Huddinge (0126)"),
        ("malmo u", "Malmö"),
    ],
)
def test_near_matches_are_suggested(text, near):
    with pytest.raises(JamlikError, match="Ingen kommun") as caught:
        matching_municipality(text, among=PLACES)
    assert caught.value.kind is ErrorKind.USAGE
    assert near in caught.value.do


@pytest.mark.parametrize("text", ["qqqqq", "", "   "])
def test_without_near_matches_the_form_is_told(text):
    with pytest.raises(JamlikError) as caught:
        matching_municipality(text, among=PLACES)
    assert "0126" in caught.value.do


@pytest.mark.parametrize("text", ["0000", "riket", "0001", "Region Stockholm"])
def test_country_and_region_are_no_municipality(text):
    with pytest.raises(JamlikError) as caught:
        matching_municipality(text, among=PLACES)
    assert "ingen kommun" in caught.value.why


def test_name_that_fits_several_is_told_with_their_codes():
    twins = [Municipality("1111", "Årby"), Municipality("2222", "Ärby")]
    with pytest.raises(JamlikError, match="Flera") as caught:
        matching_municipality("arby", among=twins)
    assert "1111" in caught.value.do
    assert "2222" in caught.value.do


def group(title, *codes):
    return {"id": title, "title": title, "members": [{"member_id": code, "member_title": code} for code in codes]}


def test_latest_overall_group_is_taken():
    found = similar_group(
        [
            group("Liknande kommuner, övergripande, Huddinge, 2024", "0180"),
            group("Liknande kommuner, övergripande, Huddinge, 2025", "1490", "0126", "0127"),
            group("Liknande kommuner, övergripande, Borås, 2026", "2580"),
            group("Liknande kommuner IFO, Huddinge, 2026", "2580"),
            group("Stockholms läns kommuner (ovägt medel)", "0126"),
        ],
        to=HUDDINGE,
    )
    assert (found.year, found.members, found.is_overall) == (2025, ("1490", "0127"), True)


def test_without_an_overall_group_the_latest_for_a_service_is_taken():
    found = similar_group(
        [
            group("Liknande kommuner IFO, Huddinge, 2023", "2580"),
            group("Liknande kommuner ekonomiskt bistånd, Huddinge, 2024", "1490"),
            {"id": "G", "title": "Liknande kommuner grundskola, Huddinge, 2025", "members": None},
            {"id": "G"},
        ],
        to=HUDDINGE,
    )
    assert (found.kind, found.is_overall) == ("ekonomiskt bistånd", False)


def test_members_may_be_plain_codes():
    plain = {"id": "G", "title": "Liknande kommuner, övergripande, Huddinge, 2025", "members": ["1490", "0127"]}
    assert similar_group([plain], to=HUDDINGE).members == ("1490", "0127")


def test_without_any_group_there_is_none():
    assert similar_group([group("Storstäder (ovägt medel)", "0180")], to=HUDDINGE) is None
