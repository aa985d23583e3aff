"""What an indicator's title and description say, and which series holds its margin of error."""

from __future__ import annotations

import pytest

from jamlik.model.indicators import Direction, Kind
from jamlik.sources.kolada import indicators, kolada_indicator, kolada_unit, kolada_warnings, uncertainty_series
from jamlik.sources.kolada.indicators import ended_year, is_true


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("Invånare med bra självskattat hälsotillstånd, andel (%)", "%"),
        ("Medborgarundersökningen - Trygg utomhus i området där du bor när det är mörkt ute, andel(%)", "%"),
        ("Vuxna biståndsmottagare (18+ år) med långvarigt ekonomiskt bistånd, andel (%) av befolkningen", "%"),
        ("Arbetslöshet 16-24 år, årsmedelvärde, andel (%) (-2024)", "%"),
        ("Befolkningsförändring i antal invånare sedan föregående år, procent", "%"),
        ("Lungcancer, dödlighet, 25+ år, antal/100 000 inv", "antal/100 000 inv"),
        (
            "Höftfrakturer bland personer 80+, 3-årsm, antal vårdtillfällen /100 000 inv",
            "antal vårdtillfällen/100 000 inv",
        ),
        ("Deltagartillfällen i idrottsföreningar, antal/inv 7-20 år", "antal/inv 7-20 år"),
        ("Mediannettoinkomst, kr/inv 20+", "kr/inv 20+"),
        ("Sjukpenningtalet, 16–64 år, dagar/registrerad försäkrad", "dagar/registrerad försäkrad"),
        ("Medianskuld hos Kronofogden, kr", "kr"),
        ("Lönesumma, boställets belägenhet/nattbefolkning, mkr", "mkr"),
        ("Ginikoefficient - förvärvsinkomst, index", "index"),
        ("Medarbetarengagemang (HME) totalt kommunen - Totalindex", "index"),
        ("Medarbetarengagemang (HME) totalt kommunen - Ledarskapsindex, senaste mätning på tre år", "index"),
        ("Ohälsotal, dagar", "dagar"),
        ("Väntetid i antal dagar från ansökan vid nybesök till beslut inom försörjningsstöd, median", "dagar"),
        (
            "Utredningstid i antal dagar från ansökan till beslut om LSS-insats (alla insatser), median (- 2024)",
            "dagar",
        ),
        ("Medelålder, år", "år"),
        ("Invånare 16-64 år, antal", "antal"),
        ("Antal invånare per förtroendevald kommunpolitiker", "antal"),
        ("Framskrivning, förväntat antal invånare 80+ om 5 år", "antal"),
        ("Brukarbedömning HVB, antal svar", "antal"),
        ("Utrikes födda i kommunfullmäktige, balanstal", "balanstal"),
        ("Elever i åk. 9, meritvärde, hemkommun, genomsnitt (17 ämnen)", "poäng"),
        ("Nöjd Medborgar-index - Tillgång till gångvägar/cykelvägar, medelbetyg (skala 0-10)", "skala 0-10"),
        ("Brukarbedömning särskilt boende äldreomsorg - boendemiljö, medelvärde", ""),
        ("", ""),
    ],
)
def test_unit_is_read_from_the_end_of_the_title(title, unit):
    assert kolada_unit(title) == unit


@pytest.mark.parametrize(
    ("title", "year"),
    [("A, andel (%) (-2021)", 2021), ("B, median (- 2024)", 2024), ("C (1998-)", None), ("D (17 ämnen)", None)],
)
def test_ended_series_says_when(title, year):
    assert ended_year(title) == year


def test_booleans_come_in_many_forms():
    assert all(is_true(value) for value in (True, 1, "1", "true", "True", 1))
    assert not any(is_true(value) for value in (False, 0, None, "", "0", "false", [], {}))


@pytest.fixture
def known(monkeypatch):
    """A project catalogue with two indicators, one under each form of the id."""
    rows = {
        "kolada:N15428": {
            "id": "kolada:N15428",
            "name_sv": "Behöriga till yrkesprogram",
            "name_en": "Eligible",
            "direction": "up",
            "threshold": 2.0,
            "warning": "Räknas efter hemkommun.",
        },
        "N00953": {"id": "N00953", "name": {"sv": "Lön"}, "direction": "target", "target": 100, "sibling": "kolada:N9"},
    }
    monkeypatch.setattr(indicators, "catalogue", lambda: rows)


def test_indicator_takes_direction_and_threshold_from_the_catalogue(known):
    found = kolada_indicator(
        {
            "id": "N15428",
            "title": "Elever i åk 9 som är behöriga, andel (%)",
            "description": "Antal  elever. Källa: SCB.",
            "operating_area": "Grundskola",
        }
    )
    assert found.id == "kolada:N15428"
    assert found.name == {"sv": "Behöriga till yrkesprogram", "en": "Eligible"}
    assert (found.kind, found.unit, found.direction, found.threshold) == (Kind.VALUE, "%", Direction.UP, 2.0)
    assert found.theme == "Grundskola"
    assert found.description["sv"] == (
        "Elever i åk 9 som är behöriga, andel (%). Antal elever. Källa: SCB. Observera: Räknas efter hemkommun."
    )


def test_indicator_with_a_target_keeps_it(known):
    found = kolada_indicator({"id": "N00953", "title": "Kvinnors medianlön, andel (%)"})
    assert (found.direction, found.target, found.title("sv")) == (Direction.TARGET, 100.0, "Lön")


def test_indicator_that_nobody_knows_is_neutral_and_named_as_in_kolada(known):
    found = kolada_indicator({"id": "N1", "title": "Något nytt, antal/1000 inv"})
    assert (found.direction, found.threshold, found.unit) == (Direction.NEUTRAL, 0.0, "antal/1000 inv")
    assert found.name == {"sv": "Något nytt, antal/1000 inv"}
    bare = kolada_indicator({"id": "N2"})
    assert (bare.title("sv"), bare.unit) == ("N2", "")


def test_indicator_does_without_a_catalogue(monkeypatch):
    def absent():
        raise FileNotFoundError

    monkeypatch.setattr(indicators, "catalogue", absent)
    assert kolada_indicator({"id": "N1", "title": "A, kr"}).direction is Direction.NEUTRAL


@pytest.mark.parametrize("trap", ["N07609", "N05832", "N11800"])
def test_known_traps_are_warned_about(trap):
    assert kolada_warnings({"id": trap, "title": "Namn"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("är ett glidande flerårsmedelvärde för åren T till T-3", "flera år"),
        ("avser år T-3 till T.", "flera år"),
        ("publiceras den förutom mätåret T även på år T+1, T+2 och T+3", "vart fjärde år"),
    ],
)
def test_warning_is_read_from_the_description(text, said):
    (warning,) = kolada_warnings({"id": "X1", "title": "Namn, andel (%)", "description": text})
    assert said in warning


def test_ended_series_is_warned_about():
    assert kolada_warnings({"id": "X1", "title": "Namn, andel (%) (-2021)"}) == (
        "Upphörde 2021: inga nyare tal kommer.",
    )
    assert kolada_warnings({"id": "X1", "title": "Namn, andel (%)"}) == ()


def series(*titles):
    return uncertainty_series({"id": f"X{n}", "title": title} for n, title in enumerate(titles))


def test_margin_belongs_to_the_indicator_with_the_same_title():
    found = series(
        "Osäkerhetstal - Andel invånare 16-84 år med bra självskattat hälsotillstånd, andel (%)",
        "Invånare med bra självskattat hälsotillstånd, andel (%)",
        "Osäkerhetstal - Kommunens arbete fungerar bra, andel (%)",
        "Medborgarundersökningen - Kommunens arbete fungerar bra, andel (%)",
    )
    assert found == {"X1": "X0", "X3": "X2"}


def test_margin_with_a_slip_of_the_pen_is_found():
    title = "Bra utbud av böcker och tidskrifter i kommunens {}, andel (%)"
    found = series(
        "Osäkerhetstal - " + title.format("bibilotek"),
        "Medborgarundersökningen - " + title.format("bibliotek"),
        "Medborgarundersökningen - " + title.replace("Bra", "Bra digitalt").format("bibliotek"),
    )
    assert found == {"X1": "X0"}


def test_margin_is_not_given_to_another_age_or_subject():
    assert not series(
        "Osäkerhetstal - Invånare 20-29 år med god hälsa och gott om tid, andel (%)",
        "Invånare 30-39 år med god hälsa och gott om tid, andel (%)",
        "Osäkerhetstal - Låg tillit",
        "Nöjd med biblioteket",
    )


def test_margin_named_in_the_catalogue_goes_first(known):
    kpis = [{"id": "N00953", "title": "Kvinnors lön"}, {"id": "N9", "title": "Osäkerhetstal - något helt annat"}]
    assert uncertainty_series(kpis) == {"N00953": "N9"}
