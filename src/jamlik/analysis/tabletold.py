"""What is told of a protected table and of an attack, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from jamlik.analysis.tablerelease import TableRelease
from jamlik.model.words import format_number, format_percent, phrase
from jamlik.privacy.crossed import Key
from jamlik.privacy.outside import Found

__all__ = ["attack_text", "protection_text"]

_TOLD = 20
_NO_LIMIT = "…"


def protection_text(release: TableRelease, lang: str) -> str:
    """What the table promises, for whoever publishes it and whoever reads it."""
    done, counts = release.protection, release.rules.rules
    values = format_number(counts.width + 1, 0, lang)

    def say(key: str, **given: object) -> str:
        return phrase(lang, f"protection.{key}", **given)

    if release.noisy:
        return _noise_text(release, lang)
    share = done.people_hidden_share
    parts: list[tuple[str, Iterable[str]]] = [
        (
            say("title.protect"),
            [
                say("cells.all", n=format_number(done.cells_n, 0, lang)),
                say("cells.shown", n=format_number(done.cells_n - done.hidden_n, 0, lang)),
                say("cells.hidden", n=format_number(done.hidden_n, 0, lang)),
                *_left_out(release, lang),
                *([] if release.sums_hidden_n is None else [say("cells.sums", n=release.sums_hidden_n)]),
                *([] if share is None else [say("cells.people", share=format_percent(100 * share, 1, lang))]),
            ],
        ),
        (
            say("rule.title"),
            [
                say("rule.given") if release.rules.primary else say("rule.count", most=counts.minimum_count - 1),
                *([say("rule.answer", base=counts.minimum_base)] if counts.answer else []),
                say("rule.width", values=values),
                *_rules_of_sums(release, lang),
                say("rule.earlier", n=release.earlier_n) if release.earlier_n else say("rule.alone"),
            ],
        ),
        (
            say("outsider.title"),
            [
                say("outsider.holds", values=values),
                *([say("outsider.out", n=done.already_out_n)] if done.already_out_n else []),
            ],
        ),
        (say("insider.title"), [say("insider.holds")]),
        (say("limits.title"), [say("limits.pooled"), say("limits.other"), say("limits.years")]),
    ]
    return _page(parts)


def _left_out(release: TableRelease, lang: str) -> list[str]:
    names = ", ".join(" × ".join(breakdown) for breakdown in release.rules.without)
    return [phrase(lang, "protection.cells.without", names=names)] if names else []


def _page(parts: Iterable[tuple[str, Iterable[str]]]) -> str:
    return "\n".join("\n".join([f"# {title}", "", *lines, ""]) for title, lines in parts)


def _noise_text(release: TableRelease, lang: str) -> str:
    """What a table with noise promises."""
    done, counts, rules = release.protection, release.rules.rules, release.rules.noise
    assert rules is not None

    def say(key: str, **given: object) -> str:
        return phrase(lang, f"protection.{key}", **given)

    noise = rules.noise
    spread = format_number(noise.variance**0.5, 1, lang)
    made = [say("noise.every"), say("noise.most", most=noise.deviation, spread=spread)]
    made += [say("noise.lowest", most=noise.lowest - 1), say("noise.same"), say("noise.sums")]
    values = format_number(counts.width + 1, 0, lang)
    return _page(
        [
            (
                say("title.protect"),
                [say("cells.all", n=format_number(done.cells_n, 0, lang)), *_left_out(release, lang), *made],
            ),
            (say("outsider.title"), [say("outsider.holds", values=values), say("noise.likely")]),
            (say("limits.title"), [say("limits.pooled"), say("noise.keys"), say("noise.mixed")]),
        ]
    )


def _rules_of_sums(release: TableRelease, lang: str) -> list[str]:
    amount = release.rules.amount
    if amount is None:
        return []
    rules, said = amount.dominance, []
    if rules.n:
        k = format_percent(rules.k, 0, lang)
        said.append(phrase(lang, "protection.rule.nk", column=amount.column, n=rules.n, k=k))
    if rules.p:
        said.append(phrase(lang, "protection.rule.p", column=amount.column, p=format_percent(rules.p, 0, lang)))
    return said


def attack_text(found: Found, names: Sequence[str], lang: str, *, width: float) -> str:
    """What the attack found: how many, and the first of them."""
    values = format_number(width + 1, 0, lang)

    def say(key: str, **given: object) -> str:
        return phrase(lang, f"protection.{key}", **given)

    lines = [f"# {say('title.attack')}", "", say("found.tables", names=", ".join(names))]
    lines.append(say("cells.shown", n=format_number(found.shown_n, 0, lang)))
    lines.append(say("found.hidden", n=format_number(len(found.keys), 0, lang)))
    if found.narrowest is not None:
        finite = np.isfinite(found.narrowest)
        told = format_number(found.narrowest + 1, 0, lang) if finite else ""
        lines.append(say("found.narrowest", values=told) if finite else say("found.endless"))
    lines.append(say("found.exact", n=format_number(int(found.exact.sum()), 0, lang)))
    narrow = "narrow_true" if found.truth_known else "narrow"
    lines.append(say(f"found.{narrow}", values=values, n=format_number(int(found.narrow.sum()), 0, lang)))
    lines += _rows(found, lang)
    if found.truth_known:
        lines.append(say("found.victims", n=format_number(len(found.victims), 0, lang)))
        pairs = [(_group_text(a, lang), _group_text(b, lang)) for a, b in found.victims]
        lines += _first([say("found.pair", single=single, group=group) for single, group in pairs], lang)
    else:
        lines.append(say("found.no_truth"))
    lines += ["", say("found.passed") if found.passed else say("found.failed")]
    return "\n".join(lines) + "\n"


def _rows(found: Found, lang: str) -> list[str]:
    rows = []
    for cell in np.flatnonzero(found.narrow | found.exact).tolist():
        low, high = found.low[cell], found.high[cell]
        top = format_number(high, 0, lang) if np.isfinite(high) else _NO_LIMIT
        group = _group_text(found.keys[cell], lang)
        rows.append(phrase(lang, "protection.found.row", group=group, low=format_number(low, 0, lang), high=top))
    return _first(rows, lang)


def _first(lines: list[str], lang: str) -> list[str]:
    told = [f"  {line}" for line in lines[:_TOLD]]
    left = len(lines) - len(told)
    return [*told, f"  {phrase(lang, 'protection.found.more', n=left)}"] if left else told


def _group_text(key: Key, lang: str) -> str:
    """A cell by its codes."""
    return ", ".join(f"{name} {code}" for name, code in key) or phrase(lang, "protection.found.everybody")
