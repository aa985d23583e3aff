"""What every part of a report needs at hand: the rounded result, looked up by indicator, and numbers as text."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jamlik.model.findings import Finding, Level
from jamlik.model.groupings import Dimension, Group, Role
from jamlik.model.indicators import Indicator
from jamlik.model.provenance import canonical_json
from jamlik.model.results import AnalysisResult
from jamlik.model.tables import Status
from jamlik.model.words import MINUS, format_number, format_percent, format_signed, phrase, words
from jamlik.reports.document import TableCell
from jamlik.reports.rounding import content_of, indicator_decimals, published_result

__all__ = ["SHOWN", "Context", "capitalised", "context_of"]

SHOWN = frozenset({Status.SHOWN, Status.PERTURBED})
_DIMENSION_ORDER = {Role.SEX: 0, Role.AGE: 1, Role.AREA: 2, Role.CATEGORY: 3, Role.COVARIATE: 4}


@dataclass(frozen=True, slots=True)
class Context:
    """The rounded result with its look-ups; all text comes out in the result's language.

    `content` is the canonical JSON of everything published, `fingerprint` its SHA-256.
    """

    result: AnalysisResult
    decimals: Mapping[str, int]
    levels: Mapping[tuple[str, str], Mapping[Group, Level]]
    findings: Mapping[str, tuple[Finding, ...]]
    content: str
    fingerprint: str

    @property
    def lang(self) -> str:
        """Language of every text."""
        return self.result.lang

    def say(self, key: str, **values: object) -> str:
        """A text of `reports.toml`, its values filled in."""
        return phrase(self.lang, f"reports.{key}", **values)

    def knows(self, key: str) -> bool:
        """Whether `reports.toml` has a text."""
        return key in words(self.lang, "reports")

    def indicator(self, name: str) -> Indicator:
        """The indicator with an id."""
        return self.result.table.indicators[name]

    def title(self, name: str) -> str:
        """An indicator's name."""
        return self.indicator(name).title(self.lang)

    def unit(self, name: str) -> str:
        """An indicator's unit as a gap is told in it: percentage points for per cent."""
        unit = self.indicator(name).unit
        return self.say("unit.points") if unit == "%" else unit

    def source_line(self) -> str:
        """`Källa: …`, as every table and chart must name it."""
        return self.say("source", source=self.source())

    def source(self) -> str:
        """The source's name; Kolada asks to be named in its own way, and a file without a source is named itself."""
        source = self.result.source.strip()
        if "kolada" in source.casefold() and "bearbetning" not in source.casefold():
            return self.say("source_kolada")
        return source.rstrip(".") or self.say("source_unknown", name=self.result.run.input_name)

    def headline(self, finding: Finding) -> str:
        """The first sentence of a finding: what is measured and the two levels; all of it if that cannot be told."""
        text = finding.sentence
        place = text.find(finding.reference_label, len(self.title(finding.indicator)))
        end = text.find(". ", place + len(finding.reference_label)) if place >= 0 else -1
        return text[: end + 1] if end >= 0 else text

    def without_title(self, finding: Finding) -> str:
        """A finding's sentence under its indicator's heading, where the name need not be said again."""
        return capitalised(finding.sentence.removeprefix(f"{self.title(finding.indicator)}: "))

    def periods(self) -> str:
        """The first and last period."""
        found = self.result.periods
        return f"{found[0]}–{found[-1]}" if len(found) > 1 else "".join(found)

    def dimensions(self) -> tuple[Dimension, ...]:
        """All dimensions, sex first, then age, area and the others."""
        return tuple(sorted(self.result.table.dimensions.values(), key=lambda d: (_DIMENSION_ORDER[d.role], d.name)))

    def dimension_name(self, name: str) -> str:
        """What a dimension, or a combination such as `sex+area`, is called."""
        return " × ".join(self._one_dimension(part) for part in name.split("+"))

    def _one_dimension(self, name: str) -> str:
        """The file's own word for an area where it is a word (`kommun`, not `baskod2010`), else the report's."""
        dimension = self.result.table.dimensions.get(name)
        if dimension and dimension.role is Role.AREA and dimension.title.isalpha():
            return dimension.title.lower()
        if self.knows(f"dimension.{name}"):
            return self.say(f"dimension.{name}")
        return (dimension.title if dimension else "") or name.replace("_", " ")

    def code_name(self, dimension: str, code: str) -> str:
        """What a code is called; `!x` never occurs in a level."""
        known = self.result.names.get(f"{dimension}:{code}")
        labels = self.result.table.dimensions[dimension].labels if dimension in self.result.table.dimensions else {}
        return known or labels.get(code, code)

    def group_name(self, group: Group) -> str:
        """What a group is called: `Kvinnor, Norra Ekby`; everyone for the empty group."""
        order = {dimension.name: place for place, dimension in enumerate(self.dimensions())}
        pairs = sorted(group, key=lambda pair: order.get(pair[0], len(order)))
        return capitalised(", ".join(self.code_name(*pair) for pair in pairs)) or self.say("labels.all_groups")

    def number(self, value: float | None, decimals: int) -> str:
        """A number as the language writes it, or the words for no number."""
        return self.say("labels.no_number") if value is None else format_number(value, decimals, self.lang)

    def level(self, value: float, name: str) -> str:
        """A level with its unit where that is per cent."""
        decimals = self.decimals[name]
        if self.indicator(name).unit == "%":
            return format_percent(value, decimals, self.lang)
        return format_number(value, decimals, self.lang)

    def signed(self, value: float, name: str) -> str:
        """A gap with its sign."""
        return format_signed(value, self.decimals[name], self.lang)

    def interval(self, low: float | None, high: float | None, decimals: int) -> str:
        """`1,2 till 3,4`; empty when there is none."""
        if low is None or high is None:
            return ""
        texts = format_number(low, decimals, self.lang), format_number(high, decimals, self.lang)
        if self.lang == "fi" and texts[1].startswith(MINUS):
            return f"{texts[0]} … {texts[1]}"
        return self.say("labels.interval", low=texts[0], high=texts[1])

    def status(self, status: Status) -> str:
        """The word that stands in place of a number."""
        shared = words(self.lang, "charts.status").get(status.value)
        return shared or self.say(f"status.{status.value}")

    def level_cell(self, level: Level | None) -> TableCell:
        """A level's number, its limits, or the word for why there is none."""
        if level is None:
            return TableCell(self.status(Status.MISSING), "word")
        if level.status in SHOWN and level.value is not None:
            return TableCell(self.level(level.value, level.indicator))
        if level.status is Status.BOUNDED and level.bound_low is not None and level.bound_high is not None:
            decimals = self.decimals[level.indicator]
            low, high = (format_number(x, decimals, self.lang) for x in (level.bound_low, level.bound_high))
            return TableCell(self.say("labels.between", low=low, high=high), "word")
        return TableCell(self.status(Status.MISSING if level.status in SHOWN else level.status), "word")

    def count_cell(self, value: float | None) -> TableCell:
        """A whole number of people, or nothing where there is none to tell."""
        return TableCell("" if value is None else format_number(value, 0, self.lang))

    def p_value(self, value: float | None) -> str:
        """A p- or q-value: three decimals, or below 0.001."""
        if value is None:
            return ""
        if value < 0.001:
            return self.say("labels.below_p", value=format_number(0.001, 3, self.lang))
        return format_number(value, 3, self.lang)

    def latest(self, name: str) -> str:
        """The period that an indicator's findings are about."""
        return self.result.latest.get(name) or (self.result.periods[-1] if self.result.periods else "")


def capitalised(text: str) -> str:
    """The text with a capital first letter; `str.capitalize` would make the rest small."""
    return text[:1].upper() + text[1:]


def _by_indicator(findings: Sequence[Finding]) -> Mapping[str, tuple[Finding, ...]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        found[finding.indicator].append(finding)
    return {name: tuple(items) for name, items in found.items()}


_last: tuple[AnalysisResult, Context] | None = None


def context_of(result: AnalysisResult) -> Context:
    """Round a result and make its look-ups; the latest is kept, since one result goes to several writers in turn."""
    global _last
    if _last is None or _last[0] is not result:
        _last = (result, _made(result))
    return _last[1]


def _made(result: AnalysisResult) -> Context:
    rounded = published_result(result)
    content = canonical_json(content_of(rounded))
    levels: dict[tuple[str, str], dict[Group, Level]] = defaultdict(dict)
    for level in rounded.levels:
        levels[level.indicator, level.period][level.group] = level
    return Context(
        result=rounded,
        decimals=indicator_decimals(result),
        levels=dict(levels),
        findings=_by_indicator(rounded.findings),
        content=content,
        fingerprint=hashlib.sha256(content.encode()).hexdigest(),
    )
