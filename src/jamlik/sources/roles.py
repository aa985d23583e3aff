"""What each column is taken for, by its name and what is in it; and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from jamlik.model.dataset import ColumnRole, RowKind
from jamlik.model.groupings import is_total_word, parsed_age, parsed_sex
from jamlik.model.periods import parsed_period
from jamlik.sources.answers import NO, YES
from jamlik.sources.figures import figures_of
from jamlik.sources.inspection import Evidence
from jamlik.sources.koladafile import KPI_PATTERN
from jamlik.sources.naming import area_level, measure_kind, name_says
from jamlik.sources.pairs import Numbers, count_and_base
from jamlik.sources.profile import ColumnProfile

__all__ = ["Guess", "first_guesses", "is_numbered_group", "is_person_column", "row_kind"]

_LABELLED_AREA = re.compile(r"(?:\d{2}|\d{4}) [A-ZÅÄÖ][a-zåäö]")
_MOST_SEX, _MOST_PERIODS = 12, 400
_REPEATED = 1.5
_MOST_GROUPS = 200  # a text with more different values than this divides no file of persons


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column is taken for; `extra` holds more of `Column`'s fields."""

    role: ColumnRole
    evidence: Evidence
    dimension: str = ""
    check: bool = False
    extra: Mapping[str, object] = field(default_factory=dict)


def _ignored(code: str, **values: str) -> Guess:
    return Guess(ColumnRole.IGNORE, Evidence(code, values))


def _shares(profile: ColumnProfile, fits: Callable[[str], object]) -> float:
    """Share of the filled, unmarked cells whose text fits."""
    marks = {seen.mark for seen in profile.marks}
    texts = {text: n for text, n in profile.values.items() if text not in marks}
    cells = sum(texts.values())
    return sum(n for text, n in texts.items() if fits(text)) / cells if cells else 0.0


def is_person_column(profile: ColumnProfile) -> str:
    """Why a column is about one person and is left alone: `id`, `contact`, `birth`, `free_text`; or nothing."""
    if name_says(profile.name, "birth"):
        return "birth"
    if name_says(profile.name, "contact"):
        return "contact"
    if name_says(profile.name, "id"):
        return "id"
    if not profile.is_number and profile.distinct_n > 200 and profile.typical_length > 25:
        return "free_text"
    return ""


def _sex(profile: ColumnProfile) -> Guess | None:
    if not profile.distinct_n or profile.distinct_n > _MOST_SEX:
        return None
    named = name_says(profile.name, "sex")
    fitting = _shares(profile, lambda text: parsed_sex(text) is not None or is_total_word(text))
    if named and fitting > 0.5:
        return Guess(ColumnRole.SEX, Evidence("sex_name"), "sex")
    found = {parsed_sex(text) for text in profile.values if len(text) > 1 or text in "KM"}
    if fitting == 1.0 and {"K", "M"} <= found:
        return Guess(ColumnRole.SEX, Evidence("sex_values"), "sex")
    return None


def _age(profile: ColumnProfile) -> Guess | None:
    if not profile.distinct_n or profile.distinct_n > 200:
        return None

    def is_age(text: str) -> bool:
        return parsed_age(text.removesuffix(".0")) is not None or is_total_word(text)

    def is_band(text: str) -> bool:
        return is_age(text) and not text.isdigit() and any(sign in text.casefold() for sign in ("år", "+", "-", "–"))

    if name_says(profile.name, "age") and _shares(profile, is_age) > 0.8:
        return Guess(ColumnRole.AGE, Evidence("age_name"), "age", extra={"age_breaks": _breaks(profile)})
    banded = _shares(profile, is_band)
    if not profile.is_number and banded > 0.9 and _shares(profile, lambda t: parsed_period(t) is not None) < 0.1:
        return Guess(ColumnRole.AGE, Evidence("age_values"), "age")
    return None


def _breaks(profile: ColumnProfile) -> tuple[int, ...]:
    """Bands for single years of age: fewer for children than for a whole population; none for a handful of years."""
    ages = [
        band.low for text in profile.values if (band := parsed_age(text.removesuffix(".0"))) and band.low == band.high
    ]
    if len(set(ages)) <= 8:
        return ()
    low, high = min(ages), max(ages)
    cuts = (0, 6, 10, 13, 16, 19) if high <= 21 else (0, 6, 13, 16, 20, 30, 45, 65, 80)
    inside = [cut for cut in cuts if low < cut <= high]
    first = max((cut for cut in cuts if cut <= low), default=low)
    return (first, *inside)


def _period(profile: ColumnProfile) -> Guess | None:
    if not profile.distinct_n or profile.distinct_n > _MOST_PERIODS:
        return None
    fitting = _shares(profile, lambda text: parsed_period(text) is not None)
    if name_says(profile.name, "period") and fitting > 0.9:
        return Guess(ColumnRole.PERIOD, Evidence("period_name"))
    recent = profile.low is None or (profile.low >= 1980 and (profile.high or 0) <= 2100)
    if fitting == 1.0 and recent and profile.distinct_n <= 60 and not measure_kind(profile.name):
        return Guess(ColumnRole.PERIOD, Evidence("period_values"), check=True)
    return None


def _special(profile: ColumnProfile, others: Mapping[str, ColumnProfile]) -> Guess | None:
    """Columns of long files, weights, units."""
    if _shares(profile, re.compile(KPI_PATTERN).match) == 1.0:
        return Guess(ColumnRole.INDICATOR, Evidence("kpi_codes"))
    numbers = [p for p in others.values() if p.is_number and name_says(p.name, "value")]
    if name_says(profile.name, "measure") and not profile.is_number and profile.distinct_n > 1 and numbers:
        return Guess(ColumnRole.MEASURE, Evidence("measure_name"))
    if name_says(profile.name, "weight") and profile.is_number:
        return Guess(ColumnRole.WEIGHT, Evidence("weight_name"))
    if name_says(profile.name, "unit") and set(map(str.casefold, profile.values)) <= _UNITS:
        return Guess(ColumnRole.UNIT, Evidence("unit_name"))
    return None


_UNITS = {"%", "procent", "andel", "antal", "kr", "sek", "tkr", "mkr", "dagar", "index", "poäng", "st", "personer"}


def first_guesses(found: Mapping[str, ColumnProfile]) -> dict[str, Guess]:
    """Columns that name and content settle by themselves: sex, age, period, areas, persons' own columns."""
    guesses: dict[str, Guess] = {}
    taken: set[ColumnRole] = set()
    for name, profile in found.items():
        if not profile.filled_n:
            guesses[name] = _ignored("empty")
            continue
        if (reason := is_person_column(profile)) and not (reason == "free_text" and area_level(name)):
            guesses[name] = _ignored(reason)
            continue
        guess = _special(profile, found) or _sex(profile) or _age(profile) or _period(profile)
        level = area_level(name) or ("kommun" if _shares(profile, _LABELLED_AREA.match) > 0.9 else "")
        if guess is None and level and not measure_kind(name):
            guess = Guess(ColumnRole.AREA, Evidence("area_name"), extra={"level": level})
        if guess is None:
            continue
        once = guess.role in (ColumnRole.SEX, ColumnRole.AGE, ColumnRole.PERIOD, ColumnRole.MEASURE, ColumnRole.WEIGHT)
        if once and guess.role in taken:
            guess = _ignored("second", role=guess.role.value)
        taken.add(guess.role)
        guesses[name] = guess
    return guesses


def _is_key(profile: ColumnProfile, guess: Guess | None) -> bool:
    """Whether a column would tell rows of a table of cells apart."""
    if guess is not None:
        return guess.role in (
            ColumnRole.SEX,
            ColumnRole.AGE,
            ColumnRole.AREA,
            ColumnRole.PERIOD,
            ColumnRole.MEASURE,
            ColumnRole.INDICATOR,
        )
    return is_numbered_group(profile) or (not profile.is_number and profile.numbers_n == 0 and profile.text_n > 0)


def is_numbered_group(profile: ColumnProfile) -> bool:
    """Whether whole numbers name groups (`Årskurs`, `Enhetskod`) and count nothing."""
    named = name_says(profile.name, "category") or "kod" in profile.name.casefold()
    return profile.is_number and profile.whole and not profile.text_n and named and not measure_kind(profile.name)


def _figures(frame: pl.DataFrame, names: Sequence[str], decimal: str) -> dict[str, Numbers]:
    return {
        name: figures_of(frame[name], decimal=decimal)[0].fill_null(float("nan")).cast(pl.Float64).to_numpy()
        for name in names
    }


def row_kind(
    frame: pl.DataFrame, found: Mapping[str, ColumnProfile], guesses: Mapping[str, Guess], *, wide: bool, decimal: str
) -> tuple[RowKind | None, Evidence]:
    """Whether rows are persons; None when they are cells, whose sort is told by their columns."""
    roles = {guess.role for guess in guesses.values()}
    if ColumnRole.INDICATOR in roles or ColumnRole.MEASURE in roles:
        return None, Evidence("rows_long")
    if wide:
        return None, Evidence("rows_wide")
    if any(guess.evidence.code in ("id", "birth", "contact") for guess in guesses.values()):
        return RowKind.PERSONS, Evidence("rows_id")
    keys = [name for name, profile in found.items() if _is_key(profile, guesses.get(name))]
    different = frame.select(keys).n_unique() if keys else 1
    if frame.height >= _REPEATED * different:
        return RowKind.PERSONS, Evidence("rows_repeated", {"rows": str(frame.height), "groups": str(different)})
    numbers = [
        name
        for name, profile in found.items()
        if profile.is_number and name not in guesses and not is_numbered_group(profile)
    ]
    if keys and different == frame.height and (pair := count_and_base(_figures(frame, numbers, decimal))) is not None:
        return None, Evidence("rows_once", {"groups": str(different), "count": pair[0], "base": pair[1]})
    if not any(measure_kind(name) in ("count", "share") for name in numbers):
        few = [name for name in keys if name in guesses or found[name].distinct_n <= _MOST_GROUPS]
        groups = frame.select(few).n_unique() if few else 1
        if len(few) < len(keys) and frame.height >= _REPEATED * groups:
            return RowKind.PERSONS, Evidence("rows_repeated", {"rows": str(frame.height), "groups": str(groups)})
    if any(measure_kind(name) or name_says(name, "value") for name in numbers):
        return None, Evidence("rows_once", {"groups": str(different)})
    flags = [p for p in found.values() if 0 < p.distinct_n <= 3 and {t.casefold() for t in p.values} <= YES | NO | {""}]
    if flags and len(flags) >= len(numbers):
        return RowKind.PERSONS, Evidence("rows_answers", {"column": flags[0].name})
    return None, Evidence("rows_once", {"groups": str(different)})
