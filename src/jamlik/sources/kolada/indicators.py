"""Kolada's indicator objects as `Indicator`: unit, direction, what to beware of, and the series of their margins."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any

from jamlik.model.indicators import Direction, Indicator, Kind, catalogue

__all__ = [
    "SOURCE",
    "ended_year",
    "is_true",
    "is_uncertainty",
    "kolada_indicator",
    "kolada_unit",
    "kolada_warnings",
    "uncertainty_series",
]

SOURCE = "Kolada (RKA)"

_ENDED = re.compile(r"\s*\(\s*[-–]\s*((?:19|20)\d\d)\s*\)\s*$")
_PLAIN_UNITS = {
    "antal": "antal",
    "balanstal": "balanstal",
    "dagar": "dagar",
    "index": "index",
    "kr": "kr",
    "kvot": "kvot",
    "mkr": "mkr",
    "procent": "%",
    "timmar": "timmar",
    "tkr": "tkr",
    "år": "år",
}
_TRAPS = {
    "N05832": "Balanstalet 1,0 betyder lika andel som i befolkningen, fast beskrivningen säger gånger 100.",
    "N07609": "Titeln talar om otrygghet, men talet är andelen som känner sig trygga.",
    "N09888": "Antalen per kön är avrundade till närmaste 5; delarna blir inte summan.",
    "N11800": "Andelen kan bli över 100 %, eftersom barn från andra kommuner räknas.",
    "U00915": "Små antal: se flera år tillsammans.",
    "U30751": "Ett högt tal kan betyda mer våld eller att fler upptäcks: det är varken bra eller dåligt.",
}
_SIGNS = (
    (
        r"glidande\s+\w*medelvärde|\bår T-\d till T\b|\b(?:två|tre|fyra|fem)årsmedelvärde|\b\d-årsm",
        "Medelvärde över flera år: åren delar svar med varandra.",
    ),
    (r"förutom mätåret T även på år T\+1", "Mäts vart fjärde år; samma tal upprepas åren mellan."),
    (r"avrundad\w* till närmaste", "Talen är avrundade i källan; delarna behöver inte bli summan."),
)


def is_true(value: object) -> bool:
    """Whether Kolada means yes: `true`, `1`, `"1"` and `"true"` all occur."""
    return value is True or (isinstance(value, int | float | str) and str(value).strip().casefold() in {"1", "true"})


def ended_year(title: str) -> int | None:
    """Last year of an indicator that Kolada no longer publishes (`…, andel (%) (-2021)`), else None."""
    match = _ENDED.search(title)
    return int(match[1]) if match else None


def kolada_unit(title: str) -> str:
    """Unit from the end of an indicator's title; empty when the title does not say.

    `andel (%)` gives `%`; `antal/100 000 inv`, `kr/inv 20+` and the like are kept as they are written.
    """
    plain = " ".join(_ENDED.sub("", title).split())
    folded = plain.casefold()
    tail = plain.rpartition(",")[2].strip()
    counted = tail.casefold().startswith("antal") and "%" not in tail  # the share may be in what is counted
    if re.search(r"\(%\)|%|\bprocent$", folded) and not counted:
        return "%"
    if re.search(r"\w\s?/\s?[\w(]", tail) and re.match(r"(?:antal|kr|tkr|mkr|dagar|timmar|recept)\b", tail):
        return re.sub(r"\s*/\s*", "/", tail)
    if tail.casefold() in _PLAIN_UNITS:
        return _PLAIN_UNITS[tail.casefold()]
    return _unit_in_words(folded, tail.casefold())


def _unit_in_words(title: str, tail: str) -> str:
    if "betygspoäng" in title or "meritvärde" in title:
        return "poäng"
    if scale := re.search(r"\((skala \d+-\d+)\)$", tail):
        return scale[1]
    if re.search(r"index\b", title):
        return "index"
    if re.search(r"(?:antal dagar|tid i dagar)", title):
        return "dagar"
    if (
        title.startswith("antal ")
        or tail.startswith("antal")
        or tail.endswith("antal svar")
        or re.search(r"(?:, |förväntat )antal ", title)
    ):
        return "antal"
    return ""


def kolada_warnings(kpi: Mapping[str, Any]) -> tuple[str, ...]:
    """What a reader must know before reading the figures: known traps, repeated or averaged years, ended series."""
    facts = _known(str(kpi["id"]))
    warnings = [text for text in (_TRAPS.get(str(kpi["id"]), ""), str(facts.get("warning", "") or "")) if text]
    described = f"{kpi.get('title') or ''} {kpi.get('description') or ''}"
    warnings += [text for pattern, text in _SIGNS if re.search(pattern, described, re.IGNORECASE)]
    if ended := ended_year(str(kpi.get("title") or "")):
        warnings.append(f"Upphörde {ended}: inga nyare tal kommer.")
    return tuple(dict.fromkeys(warnings))


def _known(kpi_id: str) -> Mapping[str, object]:
    """What the project's own catalogue says, under either form of the identifier."""
    try:
        known = catalogue()
    except FileNotFoundError:
        return {}
    return known.get(f"kolada:{kpi_id}") or known.get(kpi_id) or {}


def kolada_indicator(kpi: Mapping[str, Any]) -> Indicator:
    """One object from `/kpi` as an `Indicator` of kind `value`.

    Parameters
    ----------
    kpi : mapping
        `id` and, where known, `title`, `description`, `operating_area`.

    Returns
    -------
    Indicator
        Name, direction, target and threshold from the project's catalogue where it knows the indicator; otherwise
        Kolada's title and neutral. The unit is the title's, else the catalogue's. The description is Kolada's own,
        after its title and before our warnings.
    """
    kpi_id = str(kpi["id"])
    title = " ".join(str(kpi.get("title") or kpi_id).split())
    facts = _known(kpi_id)
    warnings = " ".join(kolada_warnings(kpi))
    described = " ".join(str(kpi.get("description") or "").split())
    parts = [f"{title}.", described, f"Observera: {warnings}" if warnings else ""]
    target = facts.get("target")
    threshold = facts.get("threshold")
    return Indicator(
        id=f"kolada:{kpi_id}",
        name=_names(facts, title),
        kind=Kind.VALUE,
        unit=kolada_unit(title) or str(facts.get("unit") or ""),
        direction=_direction(facts.get("direction")),
        target=float(target) if isinstance(target, int | float) else None,
        threshold=float(threshold) if isinstance(threshold, int | float) else 0.0,
        multiplier=1.0,
        description={"sv": " ".join(part for part in parts if part)},
        source=SOURCE,
        theme=str(facts.get("theme") or kpi.get("operating_area") or ""),
    )


def _names(facts: Mapping[str, object], title: str) -> dict[str, str]:
    named = facts.get("name")
    names = {str(lang): str(text) for lang, text in named.items() if text} if isinstance(named, Mapping) else {}
    if isinstance(named, str) and named:
        names["sv"] = named
    names.update({lang: str(facts[f"name_{lang}"]) for lang in ("sv", "en", "fi") if facts.get(f"name_{lang}")})
    return {"sv": title} | names


def _direction(text: object) -> Direction:
    try:
        return Direction(str(text))
    except ValueError:
        return Direction.NEUTRAL


def is_uncertainty(kpi: Mapping[str, Any]) -> bool:
    """Whether an indicator is another's margin of error (`Osäkerhetstal - …`)."""
    return str(kpi.get("title") or "").strip().casefold().startswith("osäkerhetstal")


_DROPPED = (
    r"^osäkerhetstal(?:et)?\s*[-–:]\s*",
    r"^(?:medborgarundersökningen|ntu)\s*[-–:]\s*",
    r"\(\s*[-–]\s*\d{4}\s*\)",
    r"\bandel\b|\(%\)|%",
    r"\b16(?:-84|\+)(?:\s+år)?|\bkommun\b",
)
_ALIKE = 0.9


def _subject(title: str) -> str:
    """What a survey question is about, without what the two titles write differently."""
    text = title.casefold()
    for pattern in _DROPPED:
        text = re.sub(pattern, " ", text.strip())
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def uncertainty_series(kpis: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Survey indicator → the indicator that holds its margin of error, by id.

    The project's catalogue (`sibling`) goes first, then equal titles, then titles that differ by a slip of the pen
    (`bibilotek`): at least 90 % alike, with the same numbers in them, and each margin used once.

    Parameters
    ----------
    kpis : iterable of mapping
        The whole catalogue, or at least the indicators and their margins.
    """
    margins, subjects, known = {}, defaultdict(list), {}
    for kpi in kpis:
        kpi_id, title = str(kpi["id"]), str(kpi.get("title") or "")
        if is_uncertainty(kpi):
            margins[kpi_id] = _subject(title)
        else:
            subjects[_subject(title)].append(kpi_id)
            if sibling := str(_known(kpi_id).get("sibling") or ""):
                known[kpi_id] = sibling.removeprefix("kolada:")
    found = {kpi_id: margin for kpi_id, margin in known.items() if margin in margins}
    used = set(found.values())
    unmatched = []
    for margin, subject in margins.items():
        if margin in used:
            continue
        if owners := subjects.get(subject):
            found.update({owner: margin for owner in owners if owner not in found})
        else:
            unmatched.append((margin, subject))
    for margin, subject in unmatched:
        if nearest := _nearest(subject, subjects):
            found.update({owner: margin for owner in subjects[nearest] if owner not in found})
    return found


def _nearest(subject: str, subjects: Mapping[str, list[str]]) -> str:
    """The one subject that differs by a slip of the pen, or an empty text."""
    match = SequenceMatcher(autojunk=False)
    match.set_seq2(subject)
    best, score = "", _ALIKE
    for other in subjects:
        match.set_seq1(other)
        if match.real_quick_ratio() < score or match.quick_ratio() < score:
            continue
        ratio = match.ratio()
        if ratio > score and re.findall(r"\d+", other) == re.findall(r"\d+", subject):
            best, score = other, ratio
    return best
