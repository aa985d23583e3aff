"""The first page: what was asked, what matters most, what is closing, what cannot be told, how to read it."""

from __future__ import annotations

from collections.abc import Sequence

from jamlik.model.findings import Certainty, Finding, Levelling
from jamlik.model.groupings import Role
from jamlik.model.tables import Status
from jamlik.model.words import format_number, joined
from jamlik.reports.context import Context
from jamlik.reports.document import (
    Block,
    Bullets,
    Definitions,
    Facts,
    Figure,
    FindingItem,
    FindingList,
    Paragraph,
    Section,
)
from jamlik.reports.grids import told

__all__ = ["finding_item", "main_findings", "overview_section", "summary_section"]

_TOP = 10
_FEW = 5
_CHANGES = 4
_NAMED = 4
_SURE = frozenset({Certainty.CLEAR, Certainty.INDICATED})
_LEVEL = 0.05


def main_findings(context: Context) -> tuple[Finding, ...]:
    """The differences the summary names: at most ten, ranked, at least likely."""
    ranked = (f for f in context.result.findings if f.rank is not None and f.certainty in _SURE and told(f))
    return tuple(ranked)[:_TOP]


def _persons(context: Context, finding: Finding) -> str:
    """How many people it is about, told for the side that is worse off, as the finding's sentence tells it."""
    n, group = finding.persons, finding.group_label
    if finding.worse_off == "reference" and finding.persons_worse_off is not None:
        if any(code.startswith("!") for _, code in finding.reference):
            return ""
        n, group = finding.persons_worse_off, finding.reference_label
    if not n:
        return ""
    if abs(n) < _FEW:
        return context.say("finding.persons_few", n=_FEW)
    key = "finding.persons_more" if n > 0 else "finding.persons_fewer"
    return context.say(key, n=format_number(abs(n), 0, context.lang), group=group)


def _gap(context: Context, finding: Finding) -> str:
    if finding.gap is None:
        return ""
    name = finding.indicator
    gap = f"{context.signed(finding.gap, name)} {context.unit(name)}".strip()
    interval = context.interval(finding.gap_low, finding.gap_high, context.decimals[name])
    if not interval:
        return context.say("finding.gap", gap=gap)
    return context.say("finding.gap_interval", gap=gap, interval=interval)


def finding_item(context: Context, finding: Finding, *, target: str = "") -> FindingItem:
    """A finding as the reader meets it in a list."""
    facts = (_gap(context, finding), _persons(context, finding))
    return FindingItem(
        sentence=context.headline(finding),
        certainty=finding.certainty.value,
        certainty_label=context.say(f"certainty.{finding.certainty.value}.label"),
        facts=tuple(fact for fact in facts if fact),
        indicator=context.title(finding.indicator),
        target=target,
    )


def _asked(context: Context) -> tuple[Block, ...]:
    dimensions = [d for d in context.dimensions() if d.role is not Role.COVARIATE]
    names = joined(context.lang, [context.dimension_name(d.name) for d in dimensions])
    indicators = tuple(context.result.table.indicators)
    if len(indicators) == 1:
        text = context.say("summary.asked", topic=f"”{context.title(indicators[0])}”", dimensions=names)
    else:
        text = context.say("summary.asked_many", n=context.number(len(indicators), 0), dimensions=names)
    family = context.result.family
    facts = (
        (family.tested_n, "tested"),
        (family.clear_n, "clear"),
        (family.indicated_n, "indicated"),
        (family.not_testable_n, "untested"),
    )
    items = tuple((context.number(n, 0), context.say(f"summary.fact.{key}")) for n, key in facts)
    return (Paragraph(text, "lead"), Facts(items))


def _changed(context: Context, levelling: Levelling) -> tuple[Finding, ...]:
    """Findings whose gap changed that way and beyond chance."""
    return tuple(
        f
        for f in context.result.findings
        if f.trend is not None and f.trend.levelling is levelling and f.trend.q_value < _LEVEL and f.adds and told(f)
    )


def _change_lines(context: Context, findings: Sequence[Finding], key: str) -> tuple[Block, ...]:
    lines = [
        context.say(
            key,
            indicator=context.title(f.indicator),
            group=f.group_label,
            reference=f.reference_label,
            first=f.trend.first_period if f.trend else "",
        )
        for f in findings[:_CHANGES]
    ]
    if len(findings) > _CHANGES:
        lines.append(context.say("summary.more_such", n=context.number(len(findings) - _CHANGES, 0)))
    return (Bullets(tuple(lines)),)


def _quiet(context: Context) -> tuple[str, ...]:
    """A sentence on the indicators where something was tested and nothing certain was found."""
    names = [
        context.title(name)
        for name, findings in context.findings.items()
        if any(told(f) for f in findings) and not any(f.certainty in _SURE for f in findings)
    ]
    if not names:
        return ()
    if len(names) > _NAMED:
        return (context.say("summary.quiet_many", n=context.number(len(names), 0)),)
    return (context.say("summary.quiet", names="; ".join(names)),)


def _changes(context: Context) -> tuple[Section, ...]:
    closing = _changed(context, Levelling.UP)
    blocks = (
        _change_lines(context, closing, "summary.closing")
        if closing
        else (Paragraph(context.say("summary.closing_none")),)
    )
    quiet = tuple(Paragraph(text) for text in _quiet(context))
    sections = [Section("closing", context.say("summary.closing_title"), (*blocks, *quiet))]
    for levelling, key in ((Levelling.DOWN, "down"), (Levelling.WIDENING, "widening")):
        found = _changed(context, levelling)
        if found:
            lines = _change_lines(context, found, f"summary.{key}")
            sections.append(Section(key, context.say(f"summary.{key}_title"), lines))
    return tuple(sections)


def _untold(context: Context) -> Section:
    cells = context.result.table.cells.values()
    counts = (
        ("hidden", sum(cell.status is Status.SUPPRESSED for cell in cells)),
        ("missing", sum(cell.status is Status.MISSING for cell in cells)),
        ("untested", context.result.family.not_testable_n),
    )
    lines = [context.say("summary.untold_why")]
    lines += [context.say(f"summary.untold_{key}", n=context.number(n, 0)) for key, n in counts if n]
    return Section("untold", context.say("summary.untold_title"), (Bullets(tuple(lines)),))


def _reading(context: Context) -> Section:
    certainties = [
        (context.say(f"certainty.{each.value}.label"), context.say(f"certainty.{each.value}.meaning"))
        for each in Certainty
    ]
    others = [
        (context.say(f"summary.read_{key}"), context.say(f"summary.read_{key}_text")) for key in ("gap", "persons")
    ]
    return Section("reading", context.say("summary.read_title"), (Definitions((*certainties, *others)),))


def summary_section(context: Context, *, targets: dict[str, str]) -> Section:
    """The summary, one page on paper; `targets` says in which section an indicator is told more about."""
    top = main_findings(context)
    items = tuple(finding_item(context, f, target=targets.get(f.indicator, "")) for f in top)
    found: Block = FindingList(items) if items else Paragraph(context.say("summary.top_none"))
    sections = (Section("top", context.say("summary.top_title"), (found,)), _untold(context))
    return Section("summary", context.say("summary.title"), _asked(context), sections, kind="summary")


def overview_section(context: Context, *, overview: Figure | None) -> Section:
    """What has changed, the most important differences in one picture, and how to read the report."""
    sections = list(_changes(context))
    if overview is not None:
        sections.insert(0, Section("overview", context.say("summary.overview_title"), (overview,)))
    sections.append(_reading(context))
    return Section("more", context.say("summary.more_title"), (), tuple(sections), kind="part")
