"""The same differences worked out again from the raw files, with the csv module, plain arithmetic and statsmodels."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from statsmodels.stats.proportion import confint_proportions_2indep

__all__ = [
    "AREA_MEASURES",
    "Counts",
    "area_figures",
    "area_sides",
    "difference",
    "election_sides",
    "kolada_values",
    "school_side",
]

Counts = tuple[float, float]  # with the outcome, all
AREA_MEASURES = {
    "local:sysselsatta_20_64": ("employed_aged_20_64", "population_aged_20_64"),
    "local:eftergymnasial_3_ar_25_64": (
        "educational_level_higher_education_min_3_years_aged_25_64",
        "population_aged_25_64",
    ),
    "local:lag_inkomst_20_plus": ("low_income_aged_gt_20", "population_aged_gt_20"),
    "local:ekonomiskt_bistand_18_64": ("ekbist_18_64_tot", "population_aged_18_64"),
}


def _packed_rows(file: Path) -> list[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def codes_of(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(",")) if text else {}


def area_figures(file: Path) -> dict[tuple[str, str, str, str], int]:
    """Figures of the base areas by measure, year, area and sex; what is empty is left out."""
    return {
        (row["matt"], row["ar"], row["baskod2010"], row["kon"]): int(row["varde"])
        for row in _packed_rows(file)
        if row["varde"] and row["varde"].isdigit()
    }


def area_sides(figures: Mapping[tuple[str, str, str, str], int]) -> Callable[[str, str, str], Counts | None]:
    """Counts of a group by indicator, period and codes; None where a part is unknown (0 is what the source hides)."""
    areas = sorted({area for _, _, area, _ in figures})

    def side(indicator: str, period: str, group: str) -> Counts | None:
        codes = codes_of(group)
        area, sex = codes.get("area", ""), codes.get("sex", "")
        chosen = [a for a in areas if not area or a == area or (area.startswith("!") and a != area[1:])]
        parts = [(a, s) for a in chosen for s in ((sex,) if sex else ("K", "M"))]
        sums = []
        for measure in AREA_MEASURES[indicator]:
            found = [figures.get((measure, period, a, s), 0) for a, s in parts]
            if 0 in found:
                return None
            sums.append(float(sum(found)))
        return sums[0], sums[1]

    return side


def election_sides(file: Path, municipality: str) -> Callable[[str], Counts]:
    """Votes and voters of a district, of all but one (`!`), or of all, in one municipality."""
    book = load_workbook(file, read_only=True)
    sheet = next(s for s in book.worksheets if s.max_row and s.max_row > 1000)
    rows = list(sheet.iter_rows(values_only=True))
    book.close()
    start = next(i for i, row in enumerate(rows) if "Kommunkod" in row)
    head = [str(name or "") for name in rows[start]]
    place = {name: head.index(name) for name in ("Kommunkod", "Valdistriktskod", "Antal röstberättigade")}
    votes = head.index("Antal röstande")
    counts: dict[str, Counts] = {}
    for row in rows[start + 1 :]:
        if str(row[place["Kommunkod"]]).zfill(4) != municipality:
            continue
        entitled, voting = row[place["Antal röstberättigade"]], row[votes]
        if isinstance(entitled, int | float) and isinstance(voting, int | float) and 0 < voting <= entitled:
            counts[str(row[place["Valdistriktskod"]]).zfill(8)] = (float(voting), float(entitled))

    def side(group: str) -> Counts:
        code = next(iter(codes_of(group).values()), "")
        kept = [c for name, c in counts.items() if not code or name == code or (code[0] == "!" and name != code[1:])]
        return sum(c[0] for c in kept), sum(c[1] for c in kept)

    return side


@dataclass(frozen=True)
class SchoolRow:
    """A line of the school export."""

    area: str
    organiser: str
    sex: str
    pupils: str
    shares: tuple[str, ...]


_SEXES = {"Flickor": "K", "Pojkar": "M", "Samtliga": ""}


def school_rows(file: Path) -> Iterable[SchoolRow]:
    text = file.read_text(encoding="utf-8-sig")
    lines = csv.reader(io.StringIO(text[text.index("Kommun;Kommun-kod") :]), delimiter=";")
    next(lines)
    for line in lines:
        if len(line) >= 11 and line[5] in _SEXES:
            organiser = "" if line[4] == "Samtliga" else line[4]
            yield SchoolRow(line[1].zfill(4), organiser, _SEXES[line[5]], line[6], tuple(line[7:11]))


def school_side(file: Path, column: int) -> Callable[[str], Counts | None]:
    """Eligible pupils and pupils of one line of the export, where both are plain numbers."""
    lines = {(row.area, row.organiser, row.sex): row for row in school_rows(file)}

    def side(group: str) -> Counts | None:
        codes = codes_of(group)
        row = lines.get((codes.get("area", ""), codes.get("typ_av_huvudman", ""), codes.get("sex", "")))
        if row is None:
            return None
        try:
            n = float(row.pupils.replace(" ", "").replace("\xa0", ""))
            return n * float(row.shares[column].replace(",", ".")) / 100, n
        except ValueError:
            return None

    return side


def kolada_values(file: Path, municipality: str) -> dict[tuple[str, str], dict[str, float]]:
    """Values by indicator and year, by sex."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in _packed_rows(file):
        if row["municipality"] == municipality and row["value"]:
            found.setdefault((row["kpi"], row["period"]), {})[row["gender"]] = float(row["value"])
    return found


def difference(group: Counts, reference: Counts, *, confidence: float = 0.95) -> tuple[float, ...]:
    """Level, reference's level, gap and its Newcombe limits, in percent."""
    low, high = confint_proportions_2indep(
        *group, *reference, method="newcomb", compare="diff", alpha=1 - confidence, correction=False
    )
    levels = 100 * group[0] / group[1], 100 * reference[0] / reference[1]
    return (*levels, levels[0] - levels[1], 100 * low, 100 * high)
