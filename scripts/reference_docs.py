"""Write the generated pages of docs/reference: commands, exit codes, Python calls, dataset.toml.

    python scripts/reference_docs.py            write them
    python scripts/reference_docs.py --check    only say which are out of date; exit code 1 if any

What a page says comes from the code: help texts, docstrings, enumerations. A test runs the check.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer.main

import jamlik
from jamlik.cli import exits
from jamlik.cli.main import app
from jamlik.model.errors import ErrorKind
from jamlik.model.words import phrase
from jamlik.sources.schema import FREE, SECTIONS, Key
from jamlik.sources.tomltext import toml_value

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Written by `make docs` from the code. Change the code, not this page. -->\n"


KINDS = {
    ErrorKind.USAGE: "The command was given in a way it does not know.",
    ErrorKind.UNREADABLE: "A file cannot be read: it is missing, empty, cut short, or of another kind than it says.",
    ErrorKind.CONTRACT: "The file can be read and its content contradicts itself or its description.",
    ErrorKind.NOTHING_TO_ANALYSE: "Nothing is left to compare.",
    ErrorKind.FORBIDDEN_GROUND: "A column holds a ground that may not be registered on persons.",
    ErrorKind.RELEASE_REFUSED: "The result could reveal a person, so nothing was written.",
    ErrorKind.NETWORK: "A service did not answer, or not as agreed.",
    ErrorKind.OUTPUT: "The result cannot be written where it was asked for.",
}

VALUES = {
    "text": "a text",
    "texts": "a list of texts",
    "words": "a text, or a table with one text for each of `sv`, `en` and `fi`",
    "labels": "a table of texts",
    "number": "a number",
    "integer": "a whole number",
    "integers": "a list of whole numbers",
    "flag": "`true` or `false`",
    "table": "a table with these keys",
}


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table; a vertical bar inside a cell is escaped."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def one_line(text: str | None) -> str:
    """Return the text without line breaks."""
    return " ".join((text or "").split())


def commands_page() -> str:
    """Return each command with its arguments and options, as its own --help has them."""
    root: Any = typer.main.get_command(app)
    parts = [NOTE, "# Commands\n", f"{one_line(root.help)} (Help is in Swedish, as the commands themselves give it.)\n"]
    for name, command in sorted(root.commands.items()):
        if command.hidden:
            continue
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.params if p.param_type_name == "option" and not getattr(p, "hidden", False)]
        usage = " ".join(
            ["jamlik", name, *(p.name.upper() + ("…" if p.nargs < 0 else "") for p in arguments), "[OPTIONS]"]
        )
        parts += [f"## {name}\n", f"```text\n{usage}\n```\n", inspect.cleandoc(command.help or "") + "\n"]
        if arguments:
            rows = [(f"`{p.name}`", one_line(getattr(p, "help", ""))) for p in arguments]
            parts.append(table(("argument", "what it is"), rows))
        if options:
            rows = [(", ".join(f"`{o}`" for o in [*p.opts, *p.secondary_opts]), one_line(p.help)) for p in options]
            parts.append(table(("option", "what it does"), rows))
    return "\n".join(parts)


def exit_codes_page() -> str:
    """Return the exit codes, from the one file that holds them."""
    meanings = {code: KINDS[kind] for kind, code in exits.EXIT_CODES.items()}
    meanings |= {
        exits.OK: "It went well.",
        exits.UNFORESEEN: "A fault in jamlik itself; `JAMLIK_DEBUG=1` shows where.",
        exits.INTERRUPTED: "The user interrupted.",
    }
    intro = "What a command leaves behind for scripts. Results go to standard output, trouble to standard error."
    rows = [(str(code), meaning) for code, meaning in sorted(meanings.items())]
    return "\n".join([NOTE, "# Exit codes\n", f"{intro}\n", table(("code", "meaning"), rows)])


def dataset_toml_page() -> str:
    """Return every section and key of a dataset.toml, from the list that the reader checks."""
    parts = [NOTE, "# dataset.toml\n", one_line(phrase("en", "sources.section.head")) + "\n"]
    parts.append("`jamlik inspect` writes one; a key that is left out has its default. Unknown keys are an error.\n")
    parts.append(table(("value", "is"), [(name, meaning) for name, meaning in VALUES.items() if name != "table"]))
    for section in SECTIONS:
        name = section.name or "top"
        title = f"[[{name}]]" if section.repeated else f"[{name}]"
        parts.append("## The top of the file\n" if name == "top" else f"## {title}\n")
        if name != "top":
            parts.append(one_line(phrase("en", f"sources.section.{name}")) + "\n")
        if section.free:
            parts.append(f"The keys are the file's own; each holds {VALUES[section.free]}.\n")
            parts += [f"Allowed: {', '.join(f'`{value}`' for value in FREE[name])}.\n"] if name in FREE else []
        if section.keys:
            parts.append(table(("key", "value", "default", "meaning"), [_key_row(name, key) for key in section.keys]))
    return "\n".join(parts)


def _key_row(section: str, key: Key) -> tuple[str, str, str, str]:
    value = " ".join(f"`{choice}`" for choice in key.choices) if key.choices else key.kind
    default = "required" if key.required else _default_of(key)
    return (f"`{key.name}`", value, default, one_line(phrase("en", f"sources.key.{section}.{key.name}")))


def _default_of(key: Key) -> str:
    if key.default in ("", None, (), {}) or (key.kind == "integer" and key.default == -1):
        return ""
    return f"`{toml_value(key.default)}`"


def python_page() -> str:
    """Return every public name of `import jamlik` with its signature and docstring."""
    parts = [NOTE, "# Python calls\n", inspect.cleandoc(jamlik.__doc__ or "") + "\n"]
    for name in sorted(jamlik.__all__):
        if name.startswith("__"):
            continue
        value = getattr(jamlik, name)
        signature = _signature(value) if inspect.isfunction(value) else ""
        parts += [f"## {name}\n", f"```text\njamlik.{name}{signature}\n```\n"]
        parts += [f"```text\n{inspect.getdoc(value) or ''}\n```\n"]
    return "\n".join(parts)


def _signature(function: Callable[..., object]) -> str:
    """Return one parameter per line as it is called; a default that is no plain value is an ellipsis."""
    lines, starred = [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            lines, starred = [*lines, "*"], True
        default = "" if parameter.default is parameter.empty else f" = {_plain(parameter.default)}"
        lines.append(f"{parameter.name}: {parameter.annotation}{default}")
    inside = "".join(f"    {line},\n" for line in lines)
    return f"(\n{inside}) -> {inspect.signature(function).return_annotation}"


def _plain(value: object) -> str:
    return repr(value) if value is None or isinstance(value, str | int | float | tuple) else "..."


PAGES = {
    "commands.md": commands_page,
    "dataset-toml.md": dataset_toml_page,
    "exit-codes.md": exit_codes_page,
    "python.md": python_page,
}


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
