"""Every method cited has its reference, and the room keeps its promises of form."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path

import numpy as np

from jamlik import stats
from jamlik.analysis.summaries import ORDERED, OURS, UNORDERED


def test_every_citation_has_a_reference_and_every_reference_a_citation(repository: Path) -> None:
    cited = set()
    for module in (repository / "src" / "jamlik").rglob("*.py"):
        cited |= set(re.findall(r"\[([a-z]+\d{4}[a-z]?)\]_", module.read_text(encoding="utf-8")))
    known = set(re.findall(r"^@\w+\{(\w+),", (repository / "docs" / "references.bib").read_text("utf-8"), re.MULTILINE))
    assert cited == known


def test_public_functions_take_keywords_only_and_document_their_arguments() -> None:
    for name in stats.__all__:
        thing = getattr(stats, name)
        if not inspect.isfunction(thing):
            continue
        for argument in inspect.signature(thing).parameters.values():
            assert argument.kind is inspect.Parameter.KEYWORD_ONLY, name
            assert re.search(rf"\b{argument.name}\b", inspect.getdoc(thing) or ""), (name, argument.name)


def test_results_are_frozen_and_hold_arrays() -> None:
    found = stats.wilson_interval(count=1, total=2)
    assert isinstance(found.value, np.ndarray)
    for name in stats.__all__:
        thing = getattr(stats, name)
        if inspect.isclass(thing):
            assert dataclasses.is_dataclass(thing)
            assert thing.__dataclass_params__.frozen
            assert not hasattr(thing, "__dict__") or "__slots__" in thing.__dict__


def test_every_measure_has_a_page_that_says_what_it_is_and_when_not_to_use_it(repository: Path) -> None:
    known = set(re.findall(r"^@\w+\{(\w+),", (repository / "docs" / "references.bib").read_text("utf-8"), re.MULTILINE))
    pages = sorted((repository / "docs" / "reference").glob("measures-*.md"))
    sections = [part for page in pages for part in page.read_text(encoding="utf-8").split("\n## ")[1:]]
    for section in sections:
        parts = re.findall(r"^\*\*([A-Z][\w ]+)\.\*\*", section, re.MULTILINE)
        assert parts == ["Answers", "Not when", "Formula", "Read it", "Sources"], section[:60]
        cited = re.findall(r"`(\w+)`", section.rpartition("**Sources.**")[2])
        assert cited, section[:60]
        assert set(cited) <= known, section[:60]
    titles = " ".join(section.partition("\n")[0] for section in sections)
    for name in {*ORDERED, *UNORDERED, *OURS}:
        assert f"`{name.removesuffix('_corrected')}`" in titles, name
    named = set(re.findall(r"`(\w+)`", titles)) - {*ORDERED, *UNORDERED, *OURS, "_corrected"}
    assert {name for name in named if not hasattr(stats, name)} == set()
