"""Leaks that need no arithmetic: something said of a number that is not shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from tests.attack.reading import Group, Key, Release, texts_of

__all__ = ["leaks_in_cells", "leaks_in_findings", "leaks_in_run", "unpublished_numbers"]

_SILENT = (
    *("level", "level_reference", "gap", "gap_low", "gap_high", "ratio", "ratio_low", "ratio_high", "p_value"),
    *("q_value", "q_threshold", "persons", "persons_low", "persons_high", "persons_worse_off", "effect", "base_n"),
    *("reference_n", "rank", "trend"),
)
_TOLD_ANYWAY = frozenset(
    "finding_id indicator period dimension group reference certainty sentence adds indicator_name unit group_code "
    "reference_code status method question_key threshold".split()
)
_DIRECTION = re.compile(r"\b(högre|lägre|fler|färre|mer|mindre|bättre|sämre|större|minskat|ökat)\b")


def _used(group: Group) -> tuple[Group, ...]:
    """The cells a side is made of: everybody but one is a whole less a part."""
    if not any(code.startswith("!") for _, code in group):
        return (group,)
    whole = tuple(pair for pair in group if not pair[1].startswith("!"))
    return (whole, tuple((name, code.removeprefix("!")) for name, code in group))


def leaks_in_findings(release: Release) -> Iterator[str]:
    """Findings that say something of a cell that is not shown, now, in an earlier year or in a layer."""
    rows = {row["finding_id"]: row for row in release.rows}
    by_indicator = {(row["indicator"], row.get("threshold", "")) for row in release.rows}
    if len(by_indicator) > len({name for name, _ in by_indicator}):
        yield "the practical threshold differs between findings of one indicator"
    for finding in release.findings:
        sides = [group for side in ("group", "reference") for group in _used(finding[side])]
        name, period = finding["indicator"], finding["period"]
        if finding["status"] == "shown":
            periods = {period, *(_ends(finding["trend"]))}
            layers = {part["covariate"] for part in finding["explained"]}
            asked = [(name, p, g) for p in periods for g in sides]
            asked += [(name, period, g) for covariate in layers for g in _layers(release, sides, covariate)]
            yield from (f"{finding['finding_id']} rests on {key}" for key in asked if _hidden(release, key))
            continue
        yield from _spoken(finding, rows.get(finding["finding_id"], {}))


def _ends(trend: Mapping[str, Any] | None) -> tuple[str, ...]:
    return (trend["first_period"], trend["last_period"]) if trend else ()


def _layers(release: Release, sides: list[Group], covariate: str) -> Iterator[Group]:
    for code in release.dimensions[covariate]["labels"]:
        yield from (tuple(sorted((*group, (covariate, code)))) for group in sides)


def _hidden(release: Release, key: Key) -> bool:
    return key in release.cells and release.cells[key].hidden


def _spoken(finding: Mapping[str, Any], row: Mapping[str, str]) -> Iterator[str]:
    """What a finding that is not shown says all the same, in findings.json and findings.csv."""
    said = [name for name in _SILENT if finding.get(name) is not None]
    said += [name for name in ("worse_off", "explained") if finding.get(name)]
    said += [f"{name} in csv" for name, text in row.items() if text and name not in _TOLD_ANYWAY]
    if finding["certainty"] != "not_testable" or finding.get("method"):
        said.append("certainty or method")
    names = (finding["group_label"], finding["reference_label"])
    sentence = finding["sentence"]
    for label in sorted(names, key=len, reverse=True):
        sentence = sentence.replace(label, "")
    sentence = sentence.partition(": ")[2] or sentence
    if re.search(r"\d", sentence) or _DIRECTION.search(sentence):
        said.append(f"sentence {finding['sentence']!r}")
    yield from (f"{finding['finding_id']} is not shown but says {each}" for each in said)


def leaks_in_cells(release: Release) -> Iterator[str]:
    """Rows of the sheet that hold a number though they say that it is not shown."""
    yield from (f"{key} is not shown but says {release.cells[key].numbers}" for key in release.hidden
                if release.cells[key].numbers)  # fmt: skip


def leaks_in_run(release: Release) -> Iterator[str]:
    """Facts of the run that tell more than the tables do."""
    protection = release.run.get("protection", {})
    known = {"rules", "audience", "cells", "hidden", "required_width", "narrowest_width"}
    yield from (f"run.json tells {name}" for name in protection.keys() - known)
    if protection and protection["hidden"] > len(release.hidden):
        yield f"run.json counts {protection['hidden']} hidden cells, the sheet {len(release.hidden)}"
    family = release.run.get("family", {})
    tested = sum(finding["p_value"] is not None for finding in release.findings)
    if family and family["tested"] != tested:
        yield f"run.json counts {family['tested']} tests, the findings {tested}"


def unpublished_numbers(release: Release) -> Iterator[str]:
    """Decimal numbers on a page or in a picture that stand in no table, and any with too many digits."""
    published = {round(number, places) for number in (*_numbers(release), *_apart(release)) for places in range(5)}
    for name, text in texts_of(release.folder):
        if name.startswith(("report.html", "report.pdf/")):
            bare = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", text, flags=re.S)
            found = re.findall(r"(?<![\d,.])\d+,\d+(?![\d,.])", unescape(bare).replace("\xa0", " "))
            yield from (f"{name}: {n}" for n in sorted(set(found)) if float(n.replace(",", ".")) not in published)
    for row in release.rows:
        for column, text in row.items():
            match = re.fullmatch(r"-?\d+\.(\d*?)0*", text)
            chance = column.endswith(("p_value", "q_value", "q_threshold"))
            if match and len(match[1].lstrip("0") if chance else match[1]) > 4:
                yield f"findings.csv: {column} = {text}"
    yield from (f"findings.json: {path} = {text}" for path, text in _texts(release.findings, "") if _long(path, text))


def _long(path: str, text: str) -> bool:
    digits = re.sub(r"[^\d]", "", text.partition("e")[0]).lstrip("0")
    return bool(re.fullmatch(r"-?\d+\.\d+(e-?\d+)?", text)) and len(digits) > 7 and not path.endswith("_id")


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _texts(each, f"{path}/{name}")
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each, path)
    elif value is not None:
        yield path, str(value)


def _apart(release: Release) -> Iterator[float]:
    """How far women and men, or two years, lie from each other by published levels: charts say that in words."""
    periods = {period for _, period, _ in release.cells}
    for (name, period, group), seen in release.cells.items():
        other = tuple(("sex", "M") if pair == ("sex", "K") else pair for pair in group)
        for key in ((name, period, other), *((name, then, group) for then in periods)):
            against = release.cells.get(key)
            if against is not None and seen.level is not None and against.level is not None:
                yield abs(seen.level - against.level)


def _numbers(release: Release) -> Iterator[float]:
    for seen in release.cells.values():
        yield from (abs(number) for number in seen.numbers)
    for part in (release.findings, release.indicators):
        for _, text in _texts(part, ""):
            if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", text):
                yield abs(float(text))
