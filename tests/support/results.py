"""An invented analysis result to draw and write reports from: three indicators, sex × areas × periods.

Nothing here goes through the analysis: the numbers are drawn from a seed, rounded as a release would round them, and
some are hidden, bounded, missing or not applicable. `made_result()` is what most tests want.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jamlik.model.errors import Place, Problem, Severity
from jamlik.model.findings import Certainty, Explained, Finding, GapTrend, Level, Levelling
from jamlik.model.groupings import Dimension, Group, Role, dimension_label, group_of
from jamlik.model.indicators import Direction, Indicator, Kind
from jamlik.model.questions import Comparison, comparisons, finding_id, question_key
from jamlik.model.results import AnalysisResult, FamilyFacts, Geography, RunFacts
from jamlik.model.tables import Audience, Cell, GateSummary, ProtectedTable, Status
from jamlik.model.words import format_number

__all__ = ["AREA_NAMES", "INDICATORS", "made_geography", "made_result"]

SCHOOL, SUPPORT, LIBRARY = "local:behoriga-yrkesprogram", "local:ekonomiskt-bistand", "local:biblioteksbesok"

INDICATORS = {
    SCHOOL: Indicator(
        id=SCHOOL,
        name={
            "sv": "Elever i åk 9 som är behöriga till yrkesprogram, hemkommun, andel (%)",
            "en": "Pupils in year 9 eligible for vocational programmes, share (%)",
            "fi": "Ammatillisiin ohjelmiin hakukelpoiset 9. luokan oppilaat, osuus (%)",
        },
        kind=Kind.PROPORTION,
        direction=Direction.UP,
        threshold=3.0,
        source="Ekby kommun, utbildningsförvaltningen",
        theme="Skola",
    ),
    SUPPORT: Indicator(
        id=SUPPORT,
        name={"sv": "Vuxna med ekonomiskt bistånd, andel (%)", "en": "Adults with income support, share (%)"},
        kind=Kind.PROPORTION,
        direction=Direction.DOWN,
        threshold=1.0,
        source="Ekby kommun, socialförvaltningen",
        theme="Försörjning",
    ),
    LIBRARY: Indicator(
        id=LIBRARY,
        name={"sv": "Biblioteksbesök per person och år", "en": "Library visits per person and year"},
        kind=Kind.MEAN,
        unit="besök",
        direction=Direction.NEUTRAL,
        threshold=0.5,
        multiplier=1.0,
        source="Ekby kommun, kulturförvaltningen",
        theme="Kultur",
    ),
}
AREA_NAMES = [
    "Norra Ekby", "Centrum", "Björkhagen", "Vårby strand", "Gamla hamnen och Kvarnholmen", "Solbacken", "Ängsö",
    "Östra skogen", "Tallbo", "Lillsjön", "Häradsbacken", "Fridhem", "Kyrkbyn", "Stationsområdet", "Sjöänden",
    "Västra industriområdet med omnejd", "Rosendal", "Hagaby", "Nyhem", "Strömsnäs", "Backa", "Ekudden", "Lund",
    "Almvik", "Bergsätra", "Myrängen", "Sandviken", "Furuhöjd", "Kolartorp", "Snättringe", "Stuvsta", "Glömsta",
    "Loviseberg", "Mellanby", "Ytterby", "Innerby", "Skarpan", "Hult", "Tomteboda", "Åby", "Åkern", "Ösmo",
]  # fmt: skip
_BASE = {SCHOOL: (84.0, 3.5, 0.6, 120), SUPPORT: (5.2, -0.6, -0.15, 1400), LIBRARY: (6.1, 0.9, -0.1, 1500)}


@dataclass(frozen=True)
class _Plan:
    """What to draw: the size of everything."""

    areas: tuple[str, ...]
    periods: tuple[str, ...]
    hidden: bool
    lang: str


def _numbers(indicator: str, group: Group, period_index: int, plan: _Plan) -> tuple[float, float, float]:
    """Return level, half width of its interval and base, for a group; always the same for the same group."""
    mean, sex_gap, slope, base = _BASE[indicator]
    codes = dict(group)
    rng = random.Random(f"{indicator}|{codes.get('area', '')}")
    spread = {SCHOOL: 6.0, SUPPORT: 1.8, LIBRARY: 1.1}[indicator]
    area_effect = rng.gauss(0, spread) if "area" in codes else 0.0
    sex_effect = {"K": 0.5, "M": -0.5}.get(codes.get("sex", ""), 0.0) * sex_gap * rng.uniform(0.3, 1.9)
    noise = random.Random(f"{indicator}|{group}|{period_index}").gauss(0, spread / 9)
    level = mean + area_effect + sex_effect + slope * period_index + noise
    people = base * (len(plan.areas) if "area" not in codes else rng.uniform(0.6, 1.6))
    people = round(people / (2 if "sex" in codes else 1))
    if INDICATORS[indicator].kind is Kind.PROPORTION:
        level = min(max(level, 0.5), 99.5)
        error = math.sqrt(level * (100 - level) / people)
    else:
        level, error = max(level, 0.2), 7.0 / math.sqrt(people)
    return level, 1.96 * error, people


def _status(indicator: str, group: Group, period: str, plan: _Plan) -> Status:
    """Decide who is hidden: a few areas, both sexes together so that no cell follows from the area's total."""
    codes = dict(group)
    if not plan.hidden or "area" not in codes or len(plan.areas) < 6:
        return Status.SHOWN
    place, from_end = plan.areas.index(codes["area"]), len(plan.periods) - plan.periods.index(period)
    if indicator == SUPPORT and "sex" in codes and place in (4, 6) and from_end in (1, 2, 5):
        return Status.SUPPRESSED
    if indicator == SCHOOL and place in (5, 6) and from_end <= 2:
        return Status.SUPPRESSED
    if indicator == SCHOOL and place == 2 and from_end == 1 and "sex" in codes:
        return Status.BOUNDED if codes["sex"] == "K" else Status.SUPPRESSED
    if indicator == LIBRARY and place == 3 and period == plan.periods[0]:
        return Status.MISSING
    if indicator == LIBRARY and place == 7 and codes.get("sex") == "M":
        return Status.NOT_APPLICABLE
    return Status.SHOWN


def _groups(plan: _Plan) -> Iterator[Group]:
    yield ()
    yield from (group_of(area=area) for area in plan.areas)
    yield from (group_of(area=area, sex=sex) for area in plan.areas for sex in "KM")
    yield from (group_of(sex=sex) for sex in "KM")


def _level(indicator: str, period: str, group: Group, plan: _Plan) -> Level:
    status = _status(indicator, group, period, plan)
    if status is Status.BOUNDED:
        return Level(indicator, period, group, status, bound_low=95.0, bound_high=100.0, reason="~100")
    if status is not Status.SHOWN:
        return Level(indicator, period, group, status, reason=".." if status is Status.MISSING else "")
    value, half, people = _numbers(indicator, group, plan.periods.index(period), plan)
    decimals = 1 if INDICATORS[indicator].unit == "%" else 2
    top = 100.0 if INDICATORS[indicator].unit == "%" else math.inf
    whole, *_ = _numbers(indicator, (), plan.periods.index(period), plan)
    return Level(
        indicator,
        period,
        group,
        status,
        base_n=people,
        count_n=round(people * value / 100) if top == 100.0 else None,
        value=round(value, decimals),
        low=round(max(value - half, 0.0), decimals),
        high=round(min(value + half, top), decimals),
        shrunken=round(0.8 * value + 0.2 * whole, decimals) if set(dict(group)) == {"area"} else None,
    )


def _cell(level: Level) -> Cell:
    return Cell(
        level.indicator,
        level.period,
        level.group,
        level.status,
        base_n=level.base_n,
        count_n=level.count_n,
        value=level.value if level.count_n is None else None,
        low=level.bound_low,
        high=level.bound_high,
        reason=level.reason,
    )


def _dimensions(plan: _Plan) -> dict[str, Dimension]:
    sexes = {"sv": ("Kvinnor", "Män"), "en": ("Women", "Men"), "fi": ("Naiset", "Miehet")}[plan.lang]
    names = {area: AREA_NAMES[i % len(AREA_NAMES)] for i, area in enumerate(plan.areas)}
    return {
        "area": Dimension("area", Role.AREA, names, title="Kommundel"),
        "sex": Dimension("sex", Role.SEX, dict(zip("KM", sexes, strict=True)), title="Kön"),
    }


def _named(group: Group, dimensions: Mapping[str, Dimension]) -> str:
    order = sorted(group, key=lambda pair: pair[0] != "sex")
    texts = [dimensions[d].labels[c] if not c.startswith("!") else "övriga kommunen" for d, c in order]
    return " i ".join(texts) or "alla"


def _reference_level(comparison: Comparison, by_group: Mapping[Group, Level]) -> Level | None:
    """The level of the reference; for "the rest" the total stands in, which is near enough for an invented figure."""
    plain = tuple((d, c) for d, c in comparison.reference if not c.startswith("!"))
    return by_group.get(plain)


def _finding(
    comparison: Comparison, indicator: str, period: str, by_group: Mapping[Group, Level], plan: _Plan
) -> Finding:
    mine, other = by_group[comparison.group], _reference_level(comparison, by_group)
    key = question_key(indicator=indicator, comparison=comparison)
    dimensions = _dimensions(plan)
    labels = _named(comparison.group, dimensions), _named(comparison.reference, dimensions)
    start: dict[str, Any] = {
        "finding_id": finding_id(key=key, period=period),
        "question_key": key,
        "rank": None,
        "indicator": indicator,
        "period": period,
        "dimension": dimension_label(comparison.group),
        "group": comparison.group,
        "reference": comparison.reference,
        "group_label": labels[0],
        "reference_label": labels[1],
    }
    values = [level.value for level in (mine, other) if level is not None and level.value is not None]
    if other is None or len(values) < 2 or mine.low is None or other.low is None:
        hidden = mine if mine.status is not Status.SHOWN else other or mine
        return Finding(
            **start, status=hidden.status, certainty=Certainty.NOT_TESTABLE,
            sentence=f"{labels[0]} jämfört med {labels[1]}: siffrorna får inte visas.",
        )  # fmt: skip
    gap = values[0] - values[1]
    error = math.hypot((values[0] - mine.low) / 1.96, (values[1] - other.low) / 1.96)
    fact = INDICATORS[indicator]
    better = fact.better(values[0], values[1])
    persons = round(-gap / 100 * (mine.base_n or 0)) if fact.unit == "%" else None
    unit = "procentenheter" if fact.unit == "%" else fact.unit
    more = "högre" if gap > 0 else "lägre"
    sentence = (
        f"{labels[0]} har {format_number(values[0], 1)} och {labels[1]} {format_number(values[1], 1)}. "
        f"Det är {format_number(abs(gap), 1)} {unit} {more}."
    )
    return Finding(
        **start, status=Status.SHOWN, certainty=Certainty.UNCLEAR, level=values[0], level_reference=values[1],
        gap=round(gap, 2), gap_low=round(gap - 1.96 * error, 2), gap_high=round(gap + 1.96 * error, 2),
        ratio=round(values[0] / values[1], 3), p_value=round(math.erfc(abs(gap) / error / math.sqrt(2)), 6),
        persons=persons, worse_off={1: "reference", -1: "group", 0: ""}[better],
        persons_worse_off=abs(persons) if persons is not None and better else None,
        effect=round(abs(gap) / fact.threshold, 2), base_n=mine.base_n, reference_n=other.base_n,
        method="invented", sentence=sentence,
    )  # fmt: skip


def _judged(findings: list[Finding]) -> tuple[Finding, ...]:
    """Give every finding its q-value (Benjamini–Hochberg), certainty and rank."""
    testable = sorted((f for f in findings if f.p_value is not None), key=lambda f: f.p_value or 0.0)
    smallest, q = 1.0, {}
    for place in range(len(testable), 0, -1):
        smallest = min(smallest, (testable[place - 1].p_value or 0.0) * len(testable) / place)
        q[testable[place - 1].finding_id] = smallest

    def certainty(f: Finding) -> Certainty:
        near = 0.0 if (f.gap_low or 0) * (f.gap_high or 0) < 0 else min(abs(f.gap_low or 0), abs(f.gap_high or 0))
        if q[f.finding_id] >= 0.05:
            return Certainty.UNCLEAR
        return Certainty.CLEAR if near > INDICATORS[f.indicator].threshold else Certainty.INDICATED

    order = {Certainty.CLEAR: 0, Certainty.INDICATED: 1, Certainty.UNCLEAR: 2}
    judged = [replace(f, q_value=round(q[f.finding_id], 6), certainty=certainty(f)) for f in testable]
    judged.sort(key=lambda f: (order[f.certainty], -(f.effect or 0.0), f.finding_id))
    ranked = [replace(f, rank=place) for place, f in enumerate(judged, start=1)]
    return (*ranked, *(f for f in findings if f.p_value is None))


def _with_extras(findings: tuple[Finding, ...], plan: _Plan) -> tuple[Finding, ...]:
    """Give the first finding a trend and an explanation, so that a report has every kind of sentence to set."""
    if not findings or findings[0].gap is None or len(plan.periods) < 2:
        return findings
    first, gap = findings[0], findings[0].gap
    trend = GapTrend(
        plan.periods[0], plan.periods[-1], round(gap * 1.6, 1), round(-gap * 0.1, 2), round(-gap * 0.1 - 0.4, 2),
        round(-gap * 0.1 + 0.4, 2), 0.012, 0.04, Levelling.UP,
    )  # fmt: skip
    explained = Explained(
        "foraldrars_utbildning", round(gap * 0.6, 1), round(gap * 0.3, 1), round(gap * 0.9, 1), 0.003,
        round(gap * 0.4, 1), round(gap * 0.5, 1), round(gap * 0.75, 1), 12.0, True,
    )  # fmt: skip
    return (replace(first, trend=trend, explained=(explained,)), *findings[1:])


def made_geography(areas: tuple[str, ...], *, seed: int = 1) -> Geography:
    """Polygons that tile an invented municipality: a grid whose inner corners are moved about."""
    rng = random.Random(seed)
    across = math.ceil(math.sqrt(len(areas)))
    down = math.ceil(len(areas) / across)
    corner = {
        (i, j): (
            round(17.9 + (i + rng.uniform(-0.3, 0.3)) * 0.03, 6),
            round(59.3 - (j + rng.uniform(-0.3, 0.3)) * 0.02, 6),
        )
        for i in range(2 * across + 1)
        for j in range(2 * down + 1)
    }
    shapes: dict[str, Mapping[str, Any]] = {}
    for place, area in enumerate(areas):
        i, j = 2 * (place % across), 2 * (place // across)
        around = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1), (0, 0)]
        ring = [list(corner[i + di, j + dj]) for di, dj in around]
        shapes[area] = {"type": "Polygon", "coordinates": [ring]}
    return Geography("area", shapes, source="Ekby kommun (påhittad karta)")


def _chosen(indicator: str, asked: tuple[Comparison, ...]) -> tuple[Comparison, ...]:
    """About eight comparisons an indicator: the sexes, a few areas, the sexes within a few areas."""
    sex = [c for c in asked if c.dimension == "sex"]
    area = [c for c in asked if c.dimension == "area"][: 4 if indicator == SCHOOL else 3]
    both = [c for c in asked if c.dimension == "sex+area" and c.varies == "sex"]
    start = list(INDICATORS).index(indicator) * 2
    return (*sex, *area, *both[start : start + 4])


def made_result(
    *,
    lang: str = "sv",
    areas: int = 8,
    periods: int = 6,
    hidden: bool = True,
    geography: bool = True,
    indicators: tuple[str, ...] = (SCHOOL, SUPPORT, LIBRARY),
) -> AnalysisResult:
    """An invented analysis result.

    Parameters
    ----------
    lang : str
        Language of labels; sentences are Swedish whatever it is.
    areas, periods : int
        How many (at most 42 areas have names of their own). With `hidden`, at least six areas are needed for cells
        to be suppressed, bounded, missing or not applicable.
    geography : bool
        Whether there is a map.
    indicators : tuple of str
        Which of `INDICATORS`.
    """
    plan = _Plan(
        tuple(f"{n:02d}" for n in range(1, areas + 1)),
        tuple(str(2025 - periods + n) for n in range(1, periods + 1)),
        hidden,
        lang,
    )
    dimensions = _dimensions(plan)
    chosen = {name: INDICATORS[name] for name in sorted(indicators)}
    levels = tuple(
        _level(name, period, group, plan)
        for name in chosen
        for period in plan.periods
        for group in sorted(_groups(plan))
    )
    asked = comparisons(list(dimensions.values()))
    latest = plan.periods[-1]
    by_group = {name: {x.group: x for x in levels if (x.indicator, x.period) == (name, latest)} for name in chosen}
    findings = [_finding(c, name, latest, by_group[name], plan) for name in chosen for c in _chosen(name, asked)]
    ranked = _with_extras(_judged(findings), plan)
    hidden_n = sum(level.status is Status.SUPPRESSED for level in levels)
    table = ProtectedTable(
        indicators=chosen,
        dimensions=dimensions,
        cells={(x.indicator, x.period, x.group): _cell(x) for x in levels},
        audience=Audience.PUBLIC,
        gate=GateSummary("default", len(levels), hidden_n, 5.0, 7.0 if hidden_n else None),
    )
    tested = [f for f in ranked if f.p_value is not None]
    return AnalysisResult(
        title="Skillnader i Ekby kommun",
        source="Ekby kommun (påhittad)",
        licence="CC0-1.0",
        lang=lang,
        table=table,
        levels=levels,
        findings=ranked,
        periods=plan.periods,
        latest=dict.fromkeys(chosen, latest),
        family=FamilyFacts(
            tested_n=len(tested), asked_n=len(ranked), not_testable_n=len(ranked) - len(tested),
            clear_n=sum(f.certainty is Certainty.CLEAR for f in tested),
            indicated_n=sum(f.certainty is Certainty.INDICATED for f in tested), confidence=0.95,
        ),
        run=RunFacts("0" * 64, "ekby.csv", {"jamlik": "0.1.0"}, {"lang": lang}),
        problems=(
            Problem("total_is_not_sum", Severity.NOTE, Place("ekby.csv", 17, "antal"), 2),
            Problem("text_in_number", Severity.SKIPPED, Place("ekby.csv", 212, "antal"), 1),
        ),
        notes=("Besök räknas per person och år.",),
        names={f"{d.name}:{code}": label for d in dimensions.values() for code, label in d.labels.items()},
        geography=made_geography(plan.areas) if geography else None,
    )  # fmt: skip
