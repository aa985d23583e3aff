"""Write the generated pages of docs/reference: commands, exit codes, Python calls, dataset.toml.

    python scripts/reference_docs.py            write them
    python scripts/reference_docs.py --check    only say which are out of date; exit code 1 if any

What a page says comes from the code: help texts, docstrings, enumerations. A test runs the check.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import typer.main

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Written by `make docs` from the code. Change the code, not this page. -->\n"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table; a vertical bar inside a cell is escaped."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def one_line(text: str | None) -> str:
    """Return the text without line breaks and terminal mark-up."""
    return re.sub(r"\s+", " ", re.sub(r"\[/?[a-z]+\]", "", text or "")).strip()


def commands_page() -> str:
    """Return each command with its arguments and options, as its own --help has them."""
    from jamlik.cli.main import app

    root: Any = typer.main.get_command(app)
    parts = [NOTE, "# Commands\n", f"{one_line(root.help)}\n"]
    for name, command in sorted(root.commands.items()):
        if command.hidden:
            continue
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.params if p.param_type_name == "option" and not getattr(p, "hidden", False)]
        usage = " ".join(["jamlik", name, *(p.make_metavar(_context(command)) for p in arguments), "[OPTIONS]"])
        parts += [f"## {name}\n", f"```text\n{usage}\n```\n", inspect.cleandoc(command.help or "") + "\n"]
        if arguments:
            rows = [(f"`{p.name}`", one_line(getattr(p, "help", ""))) for p in arguments]
            parts.append(table(("argument", "what it is"), rows))
        if options:
            rows = [(", ".join(f"`{o}`" for o in [*p.opts, *p.secondary_opts]), one_line(p.help)) for p in options]
            parts.append(table(("option", "what it does"), rows))
    return "\n".join(parts)


def _context(command: Any) -> Any:
    return typer.Context(command)


def exit_codes_page() -> str:
    """Return the exit codes, from the one file that holds them."""
    from jamlik.cli import exits

    rows = [(str(code), f"`{name}`", meaning) for code, name, meaning in _exit_rows(exits)]
    return "\n".join(
        [
            NOTE,
            "# Exit codes\n",
            "What a command leaves behind for scripts.\n",
            table(("code", "name", "meaning"), rows),
        ]
    )


def _exit_rows(exits: ModuleType) -> Iterator[tuple[int, str, str]]:
    for value in vars(exits).values():
        if inspect.isclass(value) and issubclass(value, Enum) and value.__module__ == exits.__name__:
            for member in value:
                yield int(member.value), member.name.lower(), one_line(_comment_of(value, member.name))


def _comment_of(holder: type, name: str) -> str:
    """Return the comment that stands on the line of a member."""
    found = re.search(rf"^\s*{name}\s*=.*?#\s*(.+)$", inspect.getsource(holder), re.MULTILINE)
    return found.group(1) if found else ""


def python_page() -> str:
    """Return every public name of `import jamlik` with its signature and docstring."""
    import jamlik

    parts = [NOTE, "# Python calls\n", inspect.cleandoc(jamlik.__doc__ or "") + "\n"]
    for name in sorted(jamlik.__all__):
        if name.startswith("__"):
            continue
        value = getattr(jamlik, name)
        signature = str(inspect.signature(value)) if inspect.isfunction(value) else ""
        parts += [f"## {name}\n", f"```text\njamlik.{name}{signature}\n```\n"]
        parts += [f"```text\n{inspect.getdoc(value) or ''}\n```\n"]
    return "\n".join(parts)


PAGES = {"commands.md": commands_page, "exit-codes.md": exit_codes_page, "python.md": python_page}


def main() -> int:
    """Write the pages, or with --check compare them; return the exit code."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name, page in PAGES.items():
        text = page().rstrip() + "\n"
        path = REFERENCE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name}: {'out of date, run make docs' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
