"""Findings as open data: CSV and JSON, one row or object for each finding, numbers as they are published."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.findings import Finding
from jamlik.model.groupings import Group
from jamlik.model.provenance import decimal_text
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Audience
from jamlik.model.words import published
from jamlik.reports.context import context_of

__all__ = [
    "FINDING_COLUMNS", "finding_values", "findings_csv", "findings_json", "group_codes", "write_findings_csv",
    "write_findings_json",
]  # fmt: skip

SCHEMA = "jamlik.findings/1"
Value = str | int | float | bool | None


def group_codes(group: Group) -> str:
    """A group's canonical codes as text, for machines: `area=E03,sex=K`, `area=!E03`; empty for everyone."""
    return ",".join(f"{dimension}={code}" for dimension, code in group)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(published(value, 0))


def _first_explained(name: str) -> Callable[[Finding, AnalysisResult], Value]:
    def value(finding: Finding, _: AnalysisResult) -> Value:
        found: Value = getattr(finding.explained[0], name) if finding.explained else None
        return _whole(found) if name == "outside_n" and isinstance(found, float) else found

    return value


def _trend(name: str) -> Callable[[Finding, AnalysisResult], Value]:
    def value(finding: Finding, _: AnalysisResult) -> Value:
        found: Value = getattr(finding.trend, name) if finding.trend else None
        return found

    return value


def _plain(name: str) -> Callable[[Finding, AnalysisResult], Value]:
    def value(finding: Finding, _: AnalysisResult) -> Value:
        found: Value = getattr(finding, name)
        return found

    return value


def _people(name: str) -> Callable[[Finding, AnalysisResult], Value]:
    return lambda finding, _: _whole(getattr(finding, name))


FINDING_COLUMNS: Mapping[str, Callable[[Finding, AnalysisResult], Value]] = {
    **{name: _plain(name) for name in ("finding_id", "rank", "indicator", "period", "dimension")},
    "group": _plain("group_label"),
    "reference": _plain("reference_label"),
    **{name: _plain(name) for name in ("level", "level_reference", "gap", "gap_low", "gap_high", "p_value", "q_value")},
    "persons": _people("persons"),
    "certainty": _plain("certainty"),
    "sentence": _plain("sentence"),
    "indicator_name": lambda f, result: result.table.indicators[f.indicator].title(result.lang),
    "unit": lambda f, result: result.table.indicators[f.indicator].unit,
    "group_code": lambda f, _: group_codes(f.group),
    "reference_code": lambda f, _: group_codes(f.reference),
    "q_threshold": _plain("q_threshold"),
    "threshold": lambda f, result: result.table.indicators[f.indicator].threshold,
    "worse_off": _plain("worse_off"),
    **{name: _people(name) for name in ("persons_low", "persons_high", "persons_worse_off")},
    **{name: _plain(name) for name in ("ratio", "ratio_low", "ratio_high", "effect")},
    **{name: _people(name) for name in ("base_n", "reference_n")},
    "trend_first_period": _trend("first_period"),
    "trend_last_period": _trend("last_period"),
    "trend_first_gap": _trend("first_gap"),
    "trend_slope": _trend("slope"),
    "trend_slope_low": _trend("slope_low"),
    "trend_slope_high": _trend("slope_high"),
    "trend_level_slope": _trend("level_slope"),
    "trend_level_slope_low": _trend("level_slope_low"),
    "trend_level_slope_high": _trend("level_slope_high"),
    "trend_reference_slope": _trend("reference_slope"),
    "trend_p_value": _trend("p_value"),
    "trend_q_value": _trend("q_value"),
    "levelling": _trend("levelling"),
    "explained_covariate": _first_explained("covariate"),
    "explained": _first_explained("explained"),
    "unexplained": _first_explained("unexplained"),
    "unexplained_low": _first_explained("low"),
    "unexplained_high": _first_explained("high"),
    "unexplained_range_low": _first_explained("range_low"),
    "unexplained_range_high": _first_explained("range_high"),
    "explained_p_value": _first_explained("p_value"),
    "explained_outside_n": _first_explained("outside_n"),
    "covariate_may_be_unequal": _first_explained("may_be_unequal"),
    "adds": _plain("adds"),
    "status": _plain("status"),
    "method": _plain("method"),
    "question_key": _plain("question_key"),
}


def finding_values(finding: Finding, result: AnalysisResult) -> dict[str, Value]:
    """A rounded finding's values by column name."""
    return {name: value(finding, result) for name, value in FINDING_COLUMNS.items()}


def _csv_text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _decimal(value)
    return str(value)


def _decimal(value: float) -> str:
    """A number without exponent where a reader can do without: p-values far below zero keep theirs."""
    text = decimal_text(value)
    return text if "e" not in text or abs(value) < 1e-6 else format(Decimal(text), "f")


def findings_csv(result: AnalysisResult) -> str:
    """All findings as CSV: RFC 4180, comma, decimal point, an empty field where there is no number.

    Raises
    ------
    JamlikError
        For a result that is for its owner only: a table of open data has no place to say so.
    """
    if result.table.audience is not Audience.PUBLIC:
        raise JamlikError("result_not_public", kind=ErrorKind.RELEASE_REFUSED)
    rounded = context_of(result).result
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(FINDING_COLUMNS)
    for finding in rounded.findings:
        writer.writerow(_csv_text(value) for value in finding_values(finding, rounded).values())
    return buffer.getvalue()


def _readable(finding: Finding, result: AnalysisResult) -> dict[str, Any]:
    """A finding as an object with plain numbers; parts that are lists in the content stay lists."""
    values: dict[str, Any] = finding_values(finding, result)
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in values.items()
    }


def findings_json(result: AnalysisResult) -> str:
    """All findings as JSON.

    `content` is the canonical form of what is published, decimals as strings, with the levels of `tables.xlsx` by
    their fingerprint; `fingerprint` is the SHA-256 of its bytes as they stand in the file. `findings` repeats the
    findings with plain numbers, in the columns of the CSV.
    """
    context = context_of(result)
    rounded = context.result
    found = ",\n".join(
        json.dumps(_readable(finding, rounded), ensure_ascii=False, allow_nan=False) for finding in rounded.findings
    )
    head = f'"schema": "{SCHEMA}",\n"fingerprint": "{context.fingerprint}"'
    return f'{{\n{head},\n"content": {context.content},\n"findings": [\n{found}\n]\n}}\n'


def write_findings_csv(result: AnalysisResult, path: Path) -> None:
    """Write `findings.csv`, UTF-8 without a byte order mark."""
    path.write_bytes(findings_csv(result).encode())


def write_findings_json(result: AnalysisResult, path: Path) -> None:
    """Write `findings.json`, UTF-8."""
    path.write_bytes(findings_json(result).encode())
