"""Small files made to break the protection, and the way from a file to its release and the truth about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jamlik
from jamlik.reports import FORMATS, write_all
from jamlik.reports.run import run_json
from tests.attack.attacker import Attack, Worked
from tests.attack.reading import Release, read_release
from tests.attack.truth import Truth, truth_of
from tests.support.solver import Contradiction

__all__ = [
    "NUMBERS",
    "Trial",
    "counts_file",
    "left_over_failures",
    "persons_file",
    "required_failures",
    "trial",
]

NUMBERS = ("csv", "json", "xlsx")
_WIDTH = 4.0
_ROLES = {"area": "area", "sex": "sex", "age": "age"}


@dataclass(frozen=True)
class Trial:
    """A release, what it hides, and how it was made."""

    release: Release
    truth: Truth

    def worked(self, *, enough: float = 20.0, **how: Any) -> list[Worked]:
        """The outcome of the attack; where its assumptions do not fit together it assumes less."""
        for fallback in ({}, {"exact": False}, {"links": False}, {"exact": False, "links": False}):
            try:
                return Attack(self.release, **{**how, **fallback}).worked(enough=enough)
            except Contradiction:
                continue
        raise AssertionError("the attack found nothing that agrees with the release")


def trial(source: Path, out: Path, *, formats: Collection[str] = NUMBERS, file: Path | None = None) -> Trial:
    """Analyse a file or description and write its release."""
    analysis = jamlik.analyse(source, file=file)
    out.mkdir()
    write_all(analysis.result, out, formats=formats)
    if set(formats) == set(FORMATS):
        (out / "run.json").write_text(run_json(analysis.result), encoding="utf-8")
    return Trial(read_release(out), truth_of(source, file=file))


def required_failures(made: Trial, **how: Any) -> list[str]:
    """Hidden numbers that came out: sensitive ones narrower than the rules ask, counts that are determined at all.

    An interval that leaves out the truth is a wrong guess of the attacker's, not a leak. Nor is a lucky guess: where
    people were wrongly taken to be among others', the attack is made again by one who knows better.
    """
    found = _failures(made, made.worked(**how))
    return found and _failures(made, made.worked(apart=made.truth.apart(), **how))


def _failures(made: Trial, every: Iterable[Worked]) -> list[str]:
    found = []
    for worked in every:
        true, width = made.truth.value(worked), worked.interval.width
        right = true is None or worked.interval.low - 1e-6 <= true <= worked.interval.high + 1e-6
        short = width < _WIDTH if made.truth.sensitive(worked) else width < 1 and worked.what == "yes"
        if short and right:
            found.append(f"{worked.what} of {worked.cell} within {worked.interval.low:g}–{worked.interval.high:g}")
    return found


def left_over_failures(made: Trial) -> list[str]:
    """People of unknown code, and those of them with the outcome, that follow though they are few or alike."""
    found = []
    for worked, parts in Attack(made.release, exact=False).left_over(enough=20.0):
        name, period, _ = worked.cell
        cells = [made.truth.cells[name, period, group] for group in (worked.cell[2], *parts)]
        base, count = (_less([getattr(c, field) for c in cells]) for field in ("base_n", "count_n"))
        true = base if worked.what == "people" else count
        if true is None or base is None or not worked.interval.low - 1e-6 <= true <= worked.interval.high + 1e-6:
            continue
        few = 0 < base < 5 if worked.what == "people" else base > 0 and (base < 10 or true < 5 or base - true < 5)
        if few and worked.interval.width < _WIDTH:
            span = f"{worked.interval.low:g}–{worked.interval.high:g}"
            found.append(f"{worked.what} left over of {worked.cell} by {parts[0]} within {span}, in truth {true:g}")
    return found


def _less(numbers: list[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return known[0] - sum(known[1:]) if len(known) == len(numbers) else None


def _description(name: str, rows: str, columns: Sequence[str], indicators: str, missing: str) -> str:
    heads = [f'path = "{name}.csv"', f'title = "{name}"', f'rows = "{rows}"', 'source = "påhittad"']
    if missing:
        heads += ["[missing]", f'"{missing}" = "suppressed"']
    return "\n".join([*heads, *columns, indicators]) + "\n"


def _column(name: str) -> str:
    if name in ("n", "yes"):
        return f'[[column]]\nname = "{name}"\nrole = "{"base" if name == "n" else "count"}"'
    if name == "period" or name == "weight":
        return f'[[column]]\nname = "{name}"\nrole = "{name}"'
    if name.startswith("out"):
        return f'[[column]]\nname = "{name}"\nrole = "outcome"'
    if name == "small":
        return '[[column]]\nname = "small"\nrole = "area"\ndimension = "small"\nnested_in = "area"'
    role = _ROLES.get(name) or ("covariate" if name.startswith("cov") else "category")
    return f'[[column]]\nname = "{name}"\nrole = "{role}"\ndimension = "{name}"'


def _written(folder: Path, name: str, header: Sequence[str], lines: Iterable[Sequence[object]], text: str) -> Path:
    rows = [";".join(header), *(";".join(map(str, line)) for line in lines)]
    (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def counts_file(folder: Path, table: str, *, name: str = "antal", missing: str = "") -> Path:
    """A file of counts from a text table with `n` and `yes` last."""
    header, *lines = [line.split() for line in table.strip().splitlines()]
    indicator = '[[indicator]]\nid = "local:yes"\nname = { sv = "Ja" }\nkind = "proportion"\ncount = "yes"\nbase = "n"'
    text = _description(name, "counts", [_column(h) for h in header], indicator, missing)
    return _written(folder, name, header, lines, text)


def persons_file(
    folder: Path, header: Sequence[str], people: Iterable[Sequence[object]], *, name: str = "rader"
) -> Path:
    """A file of persons; columns are known by name: `out…` outcomes, `mean…` means, `cov…` covariates."""
    rows = [list(person) for person in people]
    indicators = []
    for place, column in enumerate(header):
        if not column.startswith("out"):
            continue
        answers = sorted({str(row[place]) for row in rows} - {""})
        kind = "mean" if column.startswith("out_mean") else "proportion"
        several = len(answers) > 2 and kind == "proportion"
        for answer in answers if several else ["1"]:
            own = f"{column}_{answer}" if several else column
            lines = [f'id = "local:{own}"', f'name = {{ sv = "{own}" }}', f'kind = "{kind}"', f'outcome = "{column}"']
            if kind == "proportion":
                lines.append(f'positive = ["{answer}"]')
            else:
                lines.append('unit = "kr"')
            if several:
                lines += [f'base_key = "{column}"', f'partition = "{column}"']
            indicators.append("[[indicator]]\n" + "\n".join(lines))
    text = _description(name, "persons", [_column(h) for h in header], "\n".join(indicators), "")
    return _written(folder, name, header, rows, text)
