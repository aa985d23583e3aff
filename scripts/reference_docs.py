"""Write the generated pages of docs/reference: commands, exit codes, Python calls, dataset.toml, roles.

    python scripts/reference_docs.py            write them
    python scripts/reference_docs.py --check    only say which are out of date; exit code 1 if any

What a page says comes from the code: help texts, docstrings, enumerations. A test runs the check.
"""

from __future__ import annotations

import inspect
import sys
import tomllib
from collections.abc import Callable
from importlib import import_module
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
from jamlik.web.organisation.roles import EVERYONE, Role

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
    """Return each command with its arguments and options, as its own --help has them; those of a group after it."""
    root: Any = typer.main.get_command(app)
    parts = [NOTE, "# Commands\n", f"{one_line(root.help)} (Help is in Swedish, as the commands themselves give it.)\n"]
    for name, command in sorted(root.commands.items()):
        if command.hidden:
            continue
        below = sorted(getattr(command, "commands", {}).items())
        if not below:
            parts += command_parts(f"## {name}\n", name, command)
            continue
        parts += [f"## {name}\n", inspect.cleandoc(command.help or "") + "\n"]
        for sub, each in below:
            parts += command_parts(f"### {name} {sub}\n", f"{name} {sub}", each)
    return "\n".join(parts)


def command_parts(heading: str, name: str, command: Any) -> list[str]:
    """Return heading, usage, help, arguments and options of a command."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not getattr(p, "hidden", False)]
    usage = " ".join(["jamlik", name, *(p.name.upper() + ("…" if p.nargs < 0 else "") for p in arguments), "[OPTIONS]"])
    parts = [heading, f"```text\n{usage}\n```\n", inspect.cleandoc(command.help or "") + "\n"]
    if arguments:
        rows = [(f"`{p.name}`", one_line(getattr(p, "help", ""))) for p in arguments]
        parts.append(table(("argument", "what it is"), rows))
    if options:
        rows = [(", ".join(f"`{o}`" for o in [*p.opts, *p.secondary_opts]), one_line(p.help)) for p in options]
        parts.append(table(("option", "what it does"), rows))
    return parts


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


# What each permission lets a person do, by the app that declares it; in the order of a year's work.
MAY = {
    "organisation": {
        "read": "see units and areas",
        "edit": "add and change units",
        "import": "bring in units and areas from a file",
        "people_read": "see people and their roles",
        "people_edit": "invite people, give and end roles, close accounts",
        "person_erase": "take out and erase a person's data",
        "log_read": "read the audit log; only with a role for the whole municipality",
        "see_unprotected": "see figures before protection; only with a role inside the committee that owns them",
    },
    "register": {
        "view": "read governing documents, laws and themes",
        "edit_document": "add and change documents and their versions",
        "edit_law": "add and change laws, conventions and national goals",
        "edit_theme": "add and change themes and sets of themes",
        "load_content": "load the laws that come with the program",
    },
    "goals": {
        "view": "read goals and targets",
        "edit": "write goals and targets",
        "adopt": "record that a goal was agreed on, by whom and when",
        "import": "bring in goals from a file",
    },
    "statistics": {
        "see": "see data sets, differences and publications",
        "import": "hand in a file, correct it, take it into use, undo",
        "publish": "publish results and take them back",
        "register": "tell of a difference without figures",
    },
    "assessments": {
        "read": "read rounds and approved verdicts",
        "round_edit": "plan, open and close rounds; set days",
        "assign": "hand out differences to units",
        "judge": "judge differences",
        "approve": "approve or send back verdicts that somebody else wrote",
        "case_edit": "write a committee's case text",
        "decision_record": "record what the committee decided",
    },
    "plans": {
        "read": "read plans and actions",
        "act": "plan actions and report on them",
        "plan_edit": "write plans",
        "plan_move": "send a plan onwards",
        "plan_adopt": "record that a plan was adopted",
        "remeasure": "ask an action's question again",
        "confirm": "confirm whether a gap has closed",
    },
    "learning": {
        "read": "read the method, take the course, read good examples",
        "write": "write good examples for one's units",
        "review": "let everybody see an example, or send it back",
        "coverage": "see how many have taken the course in each unit",
    },
    "handbook": {
        "read": "read approved analyses",
        "write": "write analyses by the handbook's questions",
        "approve": "approve analyses that others wrote, or send them back",
        "decision_record": "record what the committee or the council decided on an analysis",
        "edition_change": "make the municipality's own editions of the handbook's questions",
    },
    "desk": {"begin": "load Ekby, or begin with one's own municipality"},
}


def roles_page() -> str:
    """Who may do what on the site, from each app's `permissions.py`."""
    texts = tomllib.loads((Path(jamlik.__file__).parent / "web/organisation/words.toml").read_text(encoding="utf-8"))
    titles = {role: texts["role"][role.value]["en"] for role in Role}
    people = [
        (titles[role], texts["role"][role.value]["sv"], f"`{role.value}`", texts["role_hint"][role.value]["en"])
        for role in Role
    ]
    parts = [
        "# Roles\n",
        NOTE,
        "A person has roles, each for one unit and everything below it, and perhaps only between two days. A role\n"
        "says what the person may do there; elsewhere things are not there to be changed, and what may not be seen\n"
        "is not found. What is a public matter (units, goals, documents, laws) is read by every role.\n",
        table(("role", "in Swedish", "code", "for"), people),
    ]
    for app_name, told in MAY.items():
        declared: dict[str, frozenset[Role]] = import_module(f"jamlik.web.{app_name}.permissions").PERMISSIONS
        if set(declared) != {f"{app_name}.{name}" for name in told}:
            raise SystemExit(
                f"MAY in {__file__} does not say what {app_name}'s permissions are for: {sorted(declared)}"
            )
        rows = [
            (said, f"`{app_name}.{name}`", _who(declared[f"{app_name}.{name}"], titles)) for name, said in told.items()
        ]
        parts += [f"## {app_name.capitalize()}\n", table(("may", "permission", "roles"), rows)]
    return "\n".join(parts)


def _who(roles: frozenset[Role], titles: dict[Role, str]) -> str:
    return "everyone with a role" if roles == EVERYONE else ", ".join(titles[role] for role in Role if role in roles)


PAGES = {
    "commands.md": commands_page,
    "dataset-toml.md": dataset_toml_page,
    "exit-codes.md": exit_codes_page,
    "python.md": python_page,
    "roles.md": roles_page,
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
