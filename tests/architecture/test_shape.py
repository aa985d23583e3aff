"""The shape of the code: sizes, names, what is public, where division may happen."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.sourcecode import Module, documented, modules

FILE_LINES = 500
FUNCTION_LINES = 50
ROOMLESS = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
EMPTY_PREFIX = re.compile(r"^_*(get|calc|calculate|process|handle|do)_")
EMPTY_SUFFIX = re.compile(r"(Manager|Service|Helper|Utils|Processor)$")
# Medians and quantiles of microdata are the one place where SQL does more than count and sum.
MAY_DIVIDE = "src/jamlik/engine/dialects.py"


def ids(module: Module) -> str:
    return module.name


every_module = pytest.mark.parametrize("module", modules(), ids=ids)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@every_module
def test_file_is_short(module):
    assert len(module.text.splitlines()) <= FILE_LINES


@every_module
def test_functions_are_short(module):
    long = {}
    for node in ast.walk(module.tree):
        if isinstance(node, Function):
            described = documented(node)
            lines = node.end_lineno - node.lineno + 1
            lines -= described.end_lineno - described.lineno + 1 if described else 0
            if lines > FUNCTION_LINES:
                long[node.name] = lines
    assert not long, f"{module.name}: {long} (lines, docstring not counted)"


@every_module
def test_module_name_says_what_it_holds(module):
    assert not ROOMLESS & {part.removesuffix(".py") for part in module.path.parts[-3:]}


@every_module
def test_names_say_what_is_returned(module):
    functions = {node.name for node in ast.walk(module.tree) if isinstance(node, Function)}
    classes = {node.name for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)}
    wrong = [name for name in functions if EMPTY_PREFIX.match(name)]
    wrong += [name for name in classes if EMPTY_SUFFIX.search(name)]
    assert not wrong


@every_module
def test_public_names_are_listed_and_exist(module):
    bound = {name for node in module.tree.body for name in _bound_names(node)}
    defined = {
        node.name for node in module.tree.body if isinstance(node, Function | ast.ClassDef) and not _command(node)
    }
    public = {name for name in defined if not name.startswith("_")}
    listed = _listed(module)
    if listed is None:
        assert not public, f"{module.name} has no __all__ but defines {sorted(public)}"
        return
    assert len(listed) == len(set(listed)), "a name is listed twice"
    assert set(listed) <= bound, f"listed in __all__ but not there: {sorted(set(listed) - bound)}"
    assert public <= set(listed), f"public but not in __all__: {sorted(public - set(listed))}"


def _command(node: ast.stmt) -> bool:
    """Whether the parser calls it: a function under @app.command() or @app.callback()."""
    names = [ast.unparse(decorator) for decorator in node.decorator_list]
    return any(name.startswith(("app.command", "app.callback")) for name in names)


def _listed(module: Module) -> list[str] | None:
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return [str(name) for name in ast.literal_eval(node.value)]
    return None


def _bound_names(node: ast.stmt) -> set[str]:
    if isinstance(node, Function | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.If | ast.Try):
        return {name for part in [*node.body, *node.orelse] for name in _bound_names(part)}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


@every_module
def test_sql_counts_and_sums_and_never_divides(module):
    if module.name == MAY_DIVIDE:
        pytest.skip("medians of microdata are taken here")
    for line, text in _sql_texts(module.tree):
        bare = re.sub(r"'[^']*'|--[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
        found = re.search(r"/|\b(avg|mean|ln|log|log2|log10|exp|sqrt|stddev\w*|var_\w+)\s*\(", bare, re.IGNORECASE)
        assert not found, f"{module.name}:{line} SQL with '{found.group()}': stats divides, SQL counts"


def _sql_texts(tree: ast.Module) -> list[tuple[int, str]]:
    """String literals that read as a SELECT; an f-string's placeholders become a plain name."""
    docstrings = {id(found.value) for node in ast.walk(tree) if (found := documented(node))}
    in_fstring = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    texts = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings | in_fstring:
            texts.append((node.lineno, node.value))
        elif isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "name" for part in node.values]
            texts.append((node.lineno, "".join(parts)))
    return [(line, text) for line, text in texts if re.search(r"\bselect\b.+\bfrom\b", text, re.IGNORECASE | re.DOTALL)]
