"""Documents that point at something: what they point at exists."""

from __future__ import annotations

import csv
import re

import pytest

from tests.architecture.sourcecode import ROOT, tracked_files

DOCUMENTS = sorted(path for path in tracked_files() if path.suffix == ".md")
POLICY = ROOT / "docs" / "explanation" / "policy.md"


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ +(.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_inside_the_project_lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        file = (document.parent / place).resolve() if place else document
        assert file.exists(), f"{target} is not there"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file.read_text(encoding="utf-8")), f"{target}: no such heading"


def test_policy_names_tests_that_exist():
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", POLICY.read_text(encoding="utf-8"))
    assert len(named) > 10
    for file, function in named:
        path = ROOT / file
        assert path.is_file(), f"policy.md names {file}, which is not there"
        if function:
            assert f"def {function}(" in path.read_text(encoding="utf-8"), f"{file} has no {function}"


def test_decisions_are_numbered_without_gaps_and_have_a_status():
    records = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text(encoding="utf-8")
        for heading in ("Status", "Context", "Decision", "Consequences"):
            assert re.search(rf"^## {heading}$", text, re.MULTILINE), f"{path.name} has no {heading}"


def test_glossary_has_each_term_once():
    rows = [line for line in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    terms = [row.split("|")[1].strip() for row in rows][1:]
    assert len(terms) > 80
    assert len(terms) == len(set(terms))


def test_glossary_holds_the_agreed_terms(shared_dir):
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    with (shared_dir / "domain" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        agreed = [row["swedish"] for row in csv.DictReader(file)]
    assert not [term for term in agreed if f"| {term} |" not in glossary]
