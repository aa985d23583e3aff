"""The services of Ekby as data: who is in each file, what is measured of them, and how the file is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jamlik.model.groupings import AgeBand, Dimension, Role
from jamlik.model.indicators import Direction, Indicator, Kind
from jamlik.sources.ekby.places import area_names, small_area_names, small_area_parents

__all__ = [
    "SERVICES",
    "YEARS",
    "Covariate",
    "FileStyle",
    "Outcome",
    "ServiceSpec",
    "ekby_dimensions",
    "ekby_indicators",
    "service_spec",
]

YEARS = (2019, 2020, 2021, 2022, 2023, 2024)
"""The years of the data; a school year counts as the year it ends."""


@dataclass(frozen=True, slots=True)
class Covariate:
    """A covariate with its levels in order and the share of people at each."""

    name: str
    header: str
    shares: Mapping[str, float]
    may_be_unequal: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is measured, and what it is for people whom no plant touches.

    Parameters
    ----------
    slug, header : str
        The indicator is `local:<slug>`; `header` is its column in the file.
    name : tuple of str
        The indicator's name in Swedish, English and Finnish.
    base : tuple of float
        The latest year's level for each level of the covariate (one number where it makes no difference), as a
        probability or in the unit of the mean.
    trend : float
        Change of everybody's level per year, same scale.
    spread : float
        For a mean: the standard deviation of a person's value (`even`), or its ratio to the mean (`skewed`).
    shape : str
        `yes` (Bernoulli), `even` (symmetric and bounded at three standard deviations), `skewed` (gamma).
    step : float
        Values are rounded to multiples of it, up or down by chance so that the mean stays what it was.
    response : float
        Share of people with an answer, whoever they are.
    """

    slug: str
    header: str
    name: tuple[str, str, str]
    base: tuple[float, ...]
    direction: Direction
    threshold: float
    theme: str
    unit: str = "%"
    trend: float = 0.0
    spread: float = 0.0
    shape: str = "yes"
    step: float = 1.0
    response: float = 1.0

    @property
    def id(self) -> str:
        """The indicator's identity."""
        return f"local:{self.slug}"

    @property
    def multiplier(self) -> float:
        """What a probability or mean is multiplied by to be in the indicator's unit."""
        return 100.0 if self.shape == "yes" else 1.0


@dataclass(frozen=True, slots=True)
class FileStyle:
    """How the service's system writes its file."""

    encoding: str = "utf-8"
    newline: str = "\n"
    decimal: str = "."
    yes: str = "Ja"
    no: str = "Nej"
    missing: str = ""
    period_header: str = "År"
    sex_words: Mapping[str, str] = field(default_factory=lambda: {"K": "K", "M": "M"})
    age_words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """One service's file: its people each year and how they divide.

    `people` is the number of rows a year, `women` the share of girls or women, `ages` the share in each age band
    (empty where the file has no ages). Sex, age, area and covariate are independent of each other unless a plant says
    otherwise.
    """

    name: str
    title: str
    people: tuple[int, ...]
    women: float
    ages: Mapping[AgeBand, float]
    covariate: Covariate | None
    outcomes: tuple[Outcome, ...]
    style: FileStyle
    school_years: bool = False

    @property
    def periods(self) -> tuple[str, ...]:
        """Canonical period codes, oldest first."""
        if self.school_years:
            return tuple(f"{year - 1}/{year % 100:02d}" for year in YEARS)
        return tuple(str(year) for year in YEARS)


_GIRLS = {"K": "Flicka", "M": "Pojke"}
_WOMEN = {"K": "Kvinna", "M": "Man"}

SERVICES: tuple[ServiceSpec, ...] = (
    ServiceSpec(
        name="grundskola",
        title="Grundskola årskurs 9, Ekby kommun",
        people=(760, 768, 772, 780, 788, 796),
        women=0.49,
        ages={},
        covariate=Covariate(
            "foraldrars_utbildning",
            "Föräldrars utbildning",
            {"Grundskola": 0.20, "Gymnasium": 0.42, "Eftergymnasial": 0.38},
        ),
        outcomes=(
            Outcome(
                slug="behorig_till_gymnasiet",
                header="Behörig till gymnasiet",
                name=(
                    "Elever i årskurs 9 som är behöriga till gymnasiet",
                    "Pupils in year 9 who qualify for upper secondary school",
                    "Yhdeksäsluokkalaiset, jotka ovat kelpoisia lukioon",
                ),
                base=(0.44, 0.76, 0.92),
                trend=0.002,
                direction=Direction.UP,
                threshold=3.0,
                theme="Skola",
            ),
            Outcome(
                slug="meritvarde",
                header="Meritvärde",
                name=(
                    "Genomsnittligt meritvärde i årskurs 9",
                    "Average merit points in year 9",
                    "Keskimääräinen meriittipistemäärä yhdeksännellä luokalla",
                ),
                base=(198.0, 217.0, 239.0),
                trend=0.6,
                direction=Direction.UP,
                threshold=4.0,
                theme="Skola",
                unit="poäng",
                spread=29.0,
                shape="even",
                step=2.5,
            ),
        ),
        style=FileStyle(period_header="Läsår", sex_words=_GIRLS),
        school_years=True,
    ),
    ServiceSpec(
        name="forskola",
        title="Förskola, barn 1–5 år med ansökan om plats, Ekby kommun",
        people=(3480, 3460, 3450, 3430, 3420, 3400),
        women=0.49,
        ages={AgeBand(1, 2): 0.42, AgeBand(3, 5): 0.58},
        covariate=Covariate(
            "hushallets_inkomst",
            "Hushållets inkomst",
            {"Låg": 0.28, "Mellan": 0.44, "Hög": 0.28},
            may_be_unequal=True,
        ),
        outcomes=(
            Outcome(
                slug="inskriven",
                header="Inskriven",
                name=(
                    "Barn 1–5 år som är inskrivna i förskola",
                    "Children aged 1–5 enrolled in preschool",
                    "Esikouluun ilmoitetut 1–5-vuotiaat lapset",
                ),
                base=(0.74, 0.83, 0.90),
                trend=0.003,
                direction=Direction.UP,
                threshold=2.0,
                theme="Förskola",
            ),
            Outcome(
                slug="kotid_dagar",
                header="Kötid dagar",
                name=(
                    "Väntetid i dagar till plats i förskola",
                    "Days waited for a place in preschool",
                    "Odotusaika päivinä esikoulupaikkaan",
                ),
                base=(62.0,),
                trend=-0.8,
                direction=Direction.DOWN,
                threshold=2.0,
                theme="Förskola",
                unit="dagar",
                spread=0.5,
                shape="skewed",
            ),
        ),
        style=FileStyle(sex_words=_GIRLS, age_words={"1-2": "1–2 år", "3-5": "3–5 år"}),
    ),
    ServiceSpec(
        name="hemtjanst",
        title="Hemtjänst, personer 65 år och äldre, Ekby kommun",
        people=(1080, 1090, 1110, 1120, 1140, 1160),
        women=0.63,
        ages={AgeBand(65, 79): 0.36, AgeBand(80, None): 0.64},
        covariate=Covariate("behovsniva", "Behovsnivå", {"Lägre": 0.40, "Medel": 0.36, "Högre": 0.24}),
        outcomes=(
            Outcome(
                slug="nojd",
                header="Nöjd",
                name=(
                    "Personer med hemtjänst som är nöjda med sin hemtjänst",
                    "People with home care who are satisfied with it",
                    "Kotipalveluun tyytyväiset kotipalvelun asiakkaat",
                ),
                base=(0.86, 0.82, 0.77),
                direction=Direction.UP,
                threshold=3.0,
                theme="Äldre",
                response=0.94,
            ),
            Outcome(
                slug="beviljade_timmar",
                header="Beviljade timmar",
                name=(
                    "Beviljade timmar hemtjänst per månad",
                    "Hours of home care granted per month",
                    "Myönnetyt kotipalvelutunnit kuukaudessa",
                ),
                base=(14.0, 28.0, 52.0),
                trend=0.2,
                direction=Direction.NEUTRAL,
                threshold=1.5,
                theme="Äldre",
                unit="timmar",
                spread=0.5,
                shape="skewed",
                step=0.5,
            ),
            Outcome(
                slug="fast_omsorgskontakt",
                header="Fast omsorgskontakt",
                name=(
                    "Personer med hemtjänst som har en fast omsorgskontakt",
                    "People with home care who have a permanent care contact",
                    "Kotipalvelun asiakkaat, joilla on vakituinen hoivayhteyshenkilö",
                ),
                base=(0.66,),
                trend=0.015,
                direction=Direction.UP,
                threshold=3.0,
                theme="Äldre",
            ),
        ),
        style=FileStyle(
            encoding="cp1252",
            newline="\r\n",
            decimal=",",
            missing="..",
            age_words={"65-79": "65-79 år", "80-": "80 år och äldre"},
        ),
    ),
    ServiceSpec(
        name="bibliotek",
        title="Bibliotek, urval av invånare 7 år och äldre, Ekby kommun",
        people=(15_800, 15_900, 16_000, 16_100, 16_200, 16_300),
        women=0.5,
        ages={
            AgeBand(7, 15): 0.13,
            AgeBand(16, 24): 0.12,
            AgeBand(25, 44): 0.28,
            AgeBand(45, 64): 0.27,
            AgeBand(65, None): 0.20,
        },
        covariate=None,
        outcomes=(
            Outcome(
                slug="aktiv_lantagare",
                header="Aktiv låntagare",
                name=(
                    "Invånare 7 år och äldre som är aktiva låntagare",
                    "Residents aged 7 and over who are active borrowers",
                    "Aktiiviset lainaajat, 7 vuotta täyttäneet asukkaat",
                ),
                base=(0.34,),
                direction=Direction.UP,
                threshold=1.0,
                theme="Kultur och fritid",
            ),
            Outcome(
                slug="besokt_program",
                header="Besökt program",
                name=(
                    "Invånare 7 år och äldre som har besökt ett program på biblioteket",
                    "Residents aged 7 and over who have attended a library programme",
                    "Kirjaston tapahtumassa käyneet, 7 vuotta täyttäneet asukkaat",
                ),
                base=(0.31,),
                trend=0.004,
                direction=Direction.UP,
                threshold=1.0,
                theme="Kultur och fritid",
            ),
            Outcome(
                slug="fatt_paminnelse",
                header="Fått påminnelse",
                name=(
                    "Invånare 7 år och äldre som har fått en påminnelse om lån",
                    "Residents aged 7 and over who have had a reminder about a loan",
                    "Lainamuistutuksen saaneet, 7 vuotta täyttäneet asukkaat",
                ),
                base=(0.36,),
                direction=Direction.DOWN,
                threshold=1.0,
                theme="Kultur och fritid",
            ),
        ),
        style=FileStyle(
            yes="1",
            no="0",
            sex_words=_WOMEN,
            age_words={
                "7-15": "7–15 år",
                "16-24": "16–24 år",
                "25-44": "25–44 år",
                "45-64": "45–64 år",
                "65-": "65+ år",
            },
        ),
    ),
    ServiceSpec(
        name="idrott",
        title="Idrott och fritid, invånare 7–20 år, Ekby kommun",
        people=(9060, 9090, 9120, 9150, 9180, 9210),
        women=0.49,
        ages={AgeBand(7, 12): 0.45, AgeBand(13, 16): 0.29, AgeBand(17, 20): 0.26},
        covariate=None,
        outcomes=(
            Outcome(
                slug="foreningsmedlem",
                header="Föreningsmedlem",
                name=(
                    "Barn och unga 7–20 år som är medlemmar i en idrottsförening",
                    "Children and young people aged 7–20 who belong to a sports club",
                    "Urheiluseuraan kuuluvat 7–20-vuotiaat",
                ),
                base=(0.61,),
                trend=-0.003,
                direction=Direction.UP,
                threshold=2.0,
                theme="Kultur och fritid",
            ),
            Outcome(
                slug="svarat_pa_enkat",
                header="Svarat på enkät",
                name=(
                    "Barn och unga 7–20 år som har svarat på fritidsenkäten",
                    "Children and young people aged 7–20 who answered the leisure survey",
                    "Vapaa-ajan kyselyyn vastanneet 7–20-vuotiaat",
                ),
                base=(0.47,),
                trend=-0.01,
                direction=Direction.NEUTRAL,
                threshold=2.0,
                theme="Kultur och fritid",
            ),
        ),
        style=FileStyle(age_words={"7-12": "7–12", "13-16": "13–16", "17-20": "17–20"}),
    ),
)


def service_spec(service: str) -> ServiceSpec:
    """The service's description.

    Raises
    ------
    KeyError
        There is no such service.
    """
    for spec in SERVICES:
        if spec.name == service:
            return spec
    names = ", ".join(spec.name for spec in SERVICES)
    raise KeyError(f"Ekby has no service called {service!r}; it has {names}")


def ekby_dimensions(service: str) -> tuple[Dimension, ...]:
    """The dimensions of a service's file, as a reader of it with its description gives them, the covariate last."""
    spec = service_spec(service)
    found = [Dimension("sex", Role.SEX, spec.style.sex_words, "Kön")]
    if spec.ages:
        found.append(Dimension("age", Role.AGE, {band.code: _age_label(band) for band in spec.ages}, "Ålder"))
    found.append(Dimension("area", Role.AREA, area_names(), "Kommundel"))
    parents = small_area_parents()
    found.append(Dimension("smaomrade", Role.AREA, small_area_names(), "Småområde", nested_in="area", parents=parents))
    if spec.covariate:
        labels = {level: level for level in spec.covariate.shares}
        unequal = spec.covariate.may_be_unequal
        title = spec.covariate.header
        found.append(Dimension(spec.covariate.name, Role.COVARIATE, labels, title, may_be_unequal=unequal))
    return tuple(found)


def _age_label(band: AgeBand) -> str:
    return f"{band.low} år och äldre" if band.high is None else f"{band.low}–{band.high} år"


def ekby_indicators(service: str) -> Mapping[str, Indicator]:
    """The indicators of a service's file by id, in the order of its columns."""
    return {
        outcome.id: Indicator(
            id=outcome.id,
            name=dict(zip(("sv", "en", "fi"), outcome.name, strict=True)),
            kind=Kind.PROPORTION if outcome.shape == "yes" else Kind.MEAN,
            unit=outcome.unit,
            direction=outcome.direction,
            threshold=outcome.threshold,
            multiplier=outcome.multiplier,
            theme=outcome.theme,
        )
        for outcome in service_spec(service).outcomes
    }
