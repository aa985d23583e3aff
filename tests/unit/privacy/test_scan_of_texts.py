"""What a person writes is looked through more widely than a file: slips in a number and phone numbers point out too."""

from __future__ import annotations

import pytest

from jamlik.privacy.scan import points_somebody_out


@pytest.mark.parametrize(
    "text",
    [
        "Det gäller 19700101-1234.",  # a slip: the check digit is wrong
        "Eleven 120304-5678",
        "121264-1111",  # a day with 60 added, wrong check digit
        "850709-9805",
        "Ring 070-123 45 67.",
        "0701234567",
        "Ring +46 70 123 45 67",
        "+358 40 123 4567",
        "0046701234567",
        "Växel 033-35 70 00",
        "anna@ekby.se",
    ],
)
def test_what_points_somebody_out_is_seen(text):
    assert points_somebody_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Skillnaden är 7,2 till 11,8 procentenheter.",
        "2026-12-13",
        "Läsåret 2024-2025, dnr UN 2027/12, § 45.",
        "Kostar 1 200 000 kr, eller 120000-150000 kr.",
        "Organisationsnummer 212000-1234",
        "Skollagen (2010:800) 3 kap. 5 a §",
        "Diarienummer 070-2026",
        "Av 1070 1234 elever",
        "Måtten N15428 och U60813, 0,705 till 0,712",
        "20240301-20240430",
    ],
)
def test_ordinary_figures_and_references_point_nobody_out(text):
    assert not points_somebody_out(text)
