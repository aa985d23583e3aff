"""What every app keeps to when it records: inside a transaction, with a verb that has words in three languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jamlik.model.words import LANGUAGES
from jamlik.web.core.texts import all_texts

WEB = Path(__file__).resolve().parents[3] / "src" / "jamlik" / "web"
FILES = sorted(WEB.rglob("*.py"))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls of audit.record."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"audit.record", "record"}:
            yield node


def recording_functions() -> list[tuple[str, ast.FunctionDef, ast.Module]]:
    found = []
    for path in FILES:
        tree = ast.parse(path.read_text("utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and any(calls(node)):
                found.append((f"{path.relative_to(WEB)}:{node.name}", node, tree))
    return found


FOUND = recording_functions()
VERBS = sorted(
    {
        (name.partition("/")[0], str(call.args[0].value))
        for name, node, _ in FOUND
        for call in calls(node)
        if call.args and isinstance(call.args[0], ast.Constant)
    }
)


def atomic(node: ast.FunctionDef, name: str) -> bool:
    """Whether a function opens a transaction round every use of a name: as a whole, or with a block round each."""
    if any(ast.unparse(each).startswith("transaction.atomic") for each in node.decorator_list):
        return True
    blocks = [
        block
        for block in ast.walk(node)
        if isinstance(block, ast.With)
        and any(ast.unparse(each.context_expr).startswith("transaction.atomic") for each in block.items)
    ]
    return uses(node, name) == sum(uses(block, name) for block in blocks) > 0


def uses(tree: ast.AST, name: str) -> int:
    return sum(isinstance(part, ast.Name | ast.Attribute) and ast.unparse(part) == name for part in ast.walk(tree))


def test_there_is_something_to_check():
    assert len(FOUND) > 10
    assert ("organisation", "organisation.unit_changed") in VERBS


@pytest.mark.parametrize(("name", "node", "tree"), FOUND, ids=[name for name, _, _ in FOUND])
def test_what_is_recorded_is_saved_or_lost_with_the_change(name, node, tree):
    """The function opens the transaction, or it is a private part of functions that do."""
    recorder = "audit.record" if uses(node, "audit.record") else "record"
    if atomic(node, recorder):
        return
    assert node.name.startswith("_"), f"{name} records outside @transaction.atomic"
    functions = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}

    def covered(wanted: str, seen: frozenset[str]) -> bool:
        callers = [each for each in functions.values() if each.name != wanted and uses(each, wanted)]
        return bool(callers) and all(
            atomic(each, wanted)
            or (each.name.startswith("_") and each.name not in seen and covered(each.name, seen | {wanted}))
            for each in callers
        )

    assert covered(node.name, frozenset()), f"{name}: some function that calls it opens no transaction"


@pytest.mark.parametrize(("app", "verb"), VERBS, ids=[verb for _, verb in VERBS])
def test_verb_belongs_to_its_app_and_has_words(app, verb):
    assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)+", verb), "a verb reads <app>.<noun>_<past>"
    label, _, noun = verb.partition(".")
    assert label == app
    texts = all_texts().get(f"{label}.verb.{noun}")
    assert texts is not None, f"words.toml of {label} needs [verb] {noun}"
    assert set(texts) == set(LANGUAGES)
