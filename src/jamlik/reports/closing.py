"""The parts after the indicators: what could not be shown, problems in the data, method, sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from jamlik.model.errors import Problem
from jamlik.model.indicators import Kind
from jamlik.model.tables import Audience, Status
from jamlik.reports.context import SHOWN, Context, capitalised
from jamlik.reports.document import Align, Block, Definitions, FoldOut, Note, Paragraph, Section, TableCell
from jamlik.reports.grids import grid, told

__all__ = ["about_section", "method_section", "method_texts", "problems_section", "status_words", "unshown_section"]

_PAPER_ROWS = 30


def status_words(context: Context) -> tuple[tuple[str, str], ...]:
    """The five words that stand for or beside a number, with what they mean."""
    words = (
        (status, context.status(status), context.say(f"unshown.{status.value}"))
        for status in (Status.SUPPRESSED, Status.MISSING, Status.NOT_APPLICABLE, Status.BOUNDED)
    )
    zero = (context.say("unshown.zero_word"), context.say("unshown.zero"))
    return (*((capitalised(word), meaning) for _, word, meaning in words), zero)


def _status_counts(context: Context) -> Mapping[str, Counter[Status]]:
    counts: dict[str, Counter[Status]] = {name: Counter() for name in context.result.table.indicators}
    for cell in context.result.table.cells.values():
        counts[cell.indicator][Status.SHOWN if cell.status in SHOWN else cell.status] += 1
    return counts


def unshown_section(context: Context) -> Section:
    """How many numbers are not there, per indicator and kind of reason; never which is hidden for what."""
    counts = _status_counts(context)
    statuses = (Status.SHOWN, Status.SUPPRESSED, Status.MISSING, Status.NOT_APPLICABLE, Status.BOUNDED)
    keys = ("shown", "hidden", "missing", "not_applicable", "bounded")
    rows = []
    for name, found in counts.items():
        untested = sum(not told(f) for f in context.findings.get(name, ()))
        if untested or found.total() > found[Status.SHOWN]:
            numbers = (*(found[status] for status in statuses), untested)
            rows.append((TableCell(context.title(name)), *(context.count_cell(n) for n in numbers)))
    words = FoldOut(context.say("unshown.words_title"), (Definitions(status_words(context)),))
    title = context.say("unshown.title")
    if not rows:
        return Section("unshown", title, (Paragraph(context.say("unshown.none")), words), kind="part")
    columns = [(context.say("column.indicator"), Align.START)]
    columns += [(context.say(f"column.{key}"), Align.END) for key in (*keys, "untested")]
    table = grid(context, caption=context.say("unshown.table"), columns=columns, rows=rows, paper=_PAPER_ROWS)
    return Section("unshown", title, (Paragraph(context.say("unshown.intro")), table, words), kind="part")


def _place(context: Context, problem: Problem) -> str:
    where = problem.where
    parts = [where.file] if where.file else []
    if where.row is not None:
        parts.append(context.say("problems.row", row=where.row))
    if where.column:
        parts.append(context.say("problems.column", column=where.column))
    return ", ".join(parts)


def problems_section(context: Context) -> Section:
    """What was noticed in the input, how often, and what was done about it."""
    title = context.say("problems.title")
    if not context.result.problems:
        return Section("problems", title, (Paragraph(context.say("problems.none")),))
    rows = []
    for problem in context.result.problems:
        key = f"problems.code.{problem.code}"
        what = context.say(key) if context.knows(key) else problem.detail or problem.code.replace("_", " ")
        detail = problem.detail if problem.detail != what else ""
        texts = (
            f"{what}: {detail}" if detail else what,
            _place(context, problem),
            context.say("problems.few") if problem.few else context.number(problem.count, 0),
            context.say(f"problems.severity.{problem.severity.value}"),
        )
        rows.append(tuple(TableCell(text) for text in texts))
    columns = [
        (context.say("column.what"), Align.START),
        (context.say("column.where"), Align.START),
        (context.say("column.times"), Align.END),
        (context.say("column.met"), Align.START),
    ]
    table = grid(context, caption=context.say("problems.table"), columns=columns, rows=rows, paper=_PAPER_ROWS)
    return Section("problems", title, (Paragraph(context.say("problems.intro")), table))


def _protection(context: Context) -> tuple[str, ...]:
    gate, number = context.result.table.gate, context.number
    counts = {"hidden": number(gate.hidden_n, 0), "cells": number(gate.cells_n, 0)}
    key = f"rules.{gate.rules}"
    texts = [
        context.say("method.protection.text"),
        context.say(
            "method.protection.facts",
            rules=context.say(key) if context.knows(key) else gate.rules,
            hidden=counts["hidden"],
            cells=counts["cells"],
        ),
    ]
    if gate.narrowest is not None:
        texts.append(
            context.say(
                "method.protection.width", narrowest=number(gate.narrowest, 0), required=number(gate.required, 0)
            )
        )
    return tuple(texts)


def method_texts(context: Context) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each part of the method: its title and its paragraphs."""
    family, number = context.result.family, context.number
    counts = {
        "asked": family.asked_n, "tested": family.tested_n, "clear": family.clear_n, "indicated": family.indicated_n
    }  # fmt: skip
    asked = context.say("method.family.text", **{name: number(n, 0) for name, n in counts.items()})
    confidence = number(family.confidence * 100, 0)
    kinds = {indicator.kind for indicator in context.result.table.indicators.values()}
    values = (context.say("kind.value"),) if Kind.VALUE in kinds else ()
    parts: dict[str, tuple[str, ...]] = {
        "family": (asked, context.say("method.family.reference")),
        "intervals": (context.say("method.intervals.text", confidence=confidence), *values),
        "tests": (context.say("method.tests.text"),),
        "certainty": (context.say("method.certainty.text"),),
        "threshold": tuple(text for text in (context.say("method.threshold.text"), family.threshold_note) if text),
        **{name: (context.say(f"method.{name}.text"),) for name in ("persons", "ranking", "trend", "explained")},
        "shrinkage": (context.say("method.shrinkage.text"),),
        "protection": _protection(context),
    }
    return tuple((context.say(f"method.{name}.title"), texts) for name, texts in parts.items())


def method_section(context: Context) -> Section:
    """How the numbers came about, in fold-outs; first what numbers cannot say."""
    verdict = Note(context.say("method.verdict.title"), (context.say("method.verdict.text"),))
    folds: tuple[Block, ...] = tuple(
        FoldOut(title, tuple(Paragraph(text) for text in texts)) for title, texts in method_texts(context)
    )
    intro = Paragraph(context.say("method.intro"))
    return Section("method", context.say("method.title"), (verdict, intro, *folds), kind="part")


def about_section(context: Context) -> Section:
    """Sources, licence, versions and the fingerprint of the published content."""
    result = context.result
    audience = "owner" if result.table.audience is Audience.OWNER else "public"
    own = sorted({i.source.rstrip(".") for i in result.table.indicators.values() if i.source} - {result.source})
    items = [
        ("about.source", "; ".join((context.source(), *own))),
        ("about.licence", result.licence or context.say("about.licence_none")),
        ("about.input", result.run.input_name),
        ("about.periods", context.periods()),
        ("about.map", result.geography.source if result.geography else ""),
        ("about.audience", context.say(f"labels.audience_{audience}")),
        ("about.files", context.say("about.files_text")),
        ("about.versions", ", ".join(f"{name} {version}" for name, version in sorted(result.run.versions.items()))),
        ("about.options", ", ".join(f"{name} = {value}" for name, value in sorted(result.run.options.items()))),
        ("about.fingerprint", context.say("about.fingerprint_text", fingerprint=context.fingerprint)),
    ]
    facts = Definitions(tuple((context.say(key), text) for key, text in items if text))
    notes = (Note(context.say("about.notes"), result.notes),) if result.notes else ()
    return Section("about", context.say("about.title"), (*notes, facts))
