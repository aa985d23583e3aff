"""Letting results out: what a release would tell, beside the one before, and that it is for everyone at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.findings import Certainty, Finding
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Audience, Status

__all__ = ["Preview", "Released", "preview", "publish", "withdraw"]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would tell, in numbers that may be told.

    `new_n` and `gone_n` count questions that the earlier release did not answer, or that this one no longer does;
    `differing_n` those answered with other numbers for the same period.
    """

    findings_n: int
    shown_n: int
    hidden_n: int
    clear_n: int
    indicated_n: int
    new_n: int = 0
    gone_n: int = 0
    differing_n: int = 0


@dataclass(frozen=True, slots=True)
class Released:
    """A result that was let out; `withdrawn` says why it was taken back, and is empty while it is out."""

    fingerprint: str
    released_on: str
    withdrawn: str = ""


def preview(result: AnalysisResult, *, before: AnalysisResult | None = None) -> Preview:
    """What letting a result out would tell, beside what is out already.

    Raises
    ------
    JamlikError
        Of kind `release_refused` when the result is for its owner only.
    """
    _require_public(result)
    certainty = Counter(finding.certainty for finding in result.findings)
    own, old = _answers(result), _answers(before) if before else {}
    return Preview(
        findings_n=len(result.findings),
        shown_n=sum(finding.status is Status.SHOWN for finding in result.findings),
        hidden_n=sum(finding.status is Status.SUPPRESSED for finding in result.findings),
        clear_n=certainty[Certainty.CLEAR],
        indicated_n=certainty[Certainty.INDICATED],
        new_n=sum(key not in old for key in own) if before else 0,
        gone_n=sum(key not in own for key in old),
        differing_n=sum(key in old and old[key] != numbers for key, numbers in own.items()),
    )


def publish(result: AnalysisResult, *, fingerprint: str, on: str) -> Released:
    """Let a result out under the fingerprint of its frozen content.

    Raises
    ------
    JamlikError
        Of kind `release_refused` when the result is for its owner only, or nothing in it may be shown.
    """
    _require_public(result)
    if not any(level.status in (Status.SHOWN, Status.PERTURBED) for level in result.levels):
        raise JamlikError("nothing_to_publish", kind=ErrorKind.RELEASE_REFUSED)
    return Released(fingerprint, on)


def withdraw(released: Released, *, reason: str) -> Released:
    """Take a release back. It stays on record: what has been told cannot be made untold.

    Raises
    ------
    JamlikError
        Of kind `usage` without a reason, or when it is withdrawn already.
    """
    if released.withdrawn or not reason.strip():
        raise JamlikError(
            "release_not_withdrawn",
            why="withdrawn_already" if released.withdrawn else "no_reason",
            do="" if released.withdrawn else "give_reason",
            kind=ErrorKind.USAGE,
        )
    return Released(released.fingerprint, released.released_on, reason.strip())


def _require_public(result: AnalysisResult) -> None:
    if result.table.audience is not Audience.PUBLIC:
        raise JamlikError("result_not_public", kind=ErrorKind.RELEASE_REFUSED)


def _answers(result: AnalysisResult) -> Mapping[str, tuple[object, ...]]:
    return {finding.finding_id: _numbers(finding) for finding in result.findings if finding.status is Status.SHOWN}


def _numbers(finding: Finding) -> tuple[object, ...]:
    return (finding.level, finding.level_reference, finding.gap, finding.gap_low, finding.gap_high, finding.persons)
