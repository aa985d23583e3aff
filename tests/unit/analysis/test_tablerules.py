"""The rules file: every key is described, and what is written is what is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jamlik.analysis.tablerules import KEYS, parsed_table_rules
from jamlik.model.errors import JamlikError

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "table-rules.md"


def test_reference_page_has_every_key_and_no_other():
    text = PAGE.read_text(encoding="utf-8")
    parts = re.split(r"^## \[(\w+)[^\]]*\]$", text, flags=re.MULTILINE)[1:]
    told = {
        name: re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE)
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }
    assert told.keys() == KEYS.keys()
    for name, keys in KEYS.items():
        assert sorted(told[name]) == sorted(keys), name


def test_parsed_table_rules_reads_the_page_own_example():
    text = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    rules = parsed_table_rules(text, name="page")
    assert (rules.count, rules.population, rules.rules.minimum_count, rules.rules.width) == (
        "antal",
        "elever-2025",
        10,
        9,
    )
    assert rules.dimensions["sex"].total == "Alla"
    assert rules.dimensions["area"].divisions["school"]["Norra"] == ("A1", "A2")
    assert rules.dimensions["area"].columns == ("district",)


@pytest.mark.parametrize(
    ("text", "count", "base", "width"),
    [
        ("", 5, 10, 4),
        ('[rules]\npreset = "survey"\nanswer = "a"', 5, 30, 4),
        ('[rules]\npreset = "skolverket"', 10, 10, 9),
        ('[rules]\npreset = "skolverket"\nanswer = "a"', 5, 10, 4),
        ("[rules]\nminimum_count = 8", 8, 10, 7),
        ("[rules]\nminimum_count = 8\nwidth = 20", 8, 10, 20),
        ('[table]\nprimary = "p"\n[rules]\nwidth = 3', 5, 10, 3),
    ],
)
def test_parsed_table_rules_presets_and_numbers(text, count, base, width):
    rules = parsed_table_rules(text, name="t").rules
    assert (rules.minimum_count, rules.minimum_base, rules.width) == (count, base, width)


@pytest.mark.parametrize(
    ("text", "columns", "primary"),
    [
        ("", ("area", "n", "primary"), "primary"),
        ("", ("area", "n"), ""),
        ('[table]\nprimary = "p"', ("area", "primary", "p"), "p"),
        ('[table]\nignore = ["primary"]', ("area", "n", "primary"), ""),
        ("[dimensions.primary]", ("primary", "n"), ""),
    ],
)
def test_parsed_table_rules_column_called_primary_is_one_unless_the_rules_say_otherwise(text, columns, primary):
    assert parsed_table_rules(text, name="", width=None if not primary else 3, columns=columns).primary == primary


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[rules]\npreset = 'default'\nwidht = 4", 3),
        ("[table]\ncount = 5", 2),
        ("[rules]\npreset = 'already_published'", 2),
        ("[rules]\nminimum_count = 5\nwidth = 3", 3),
        ("[dimensions.a]\n[dimensions.a.divisions.x]\ny = 'z'", None),
        ("[rules]\nwidth = true", 2),
        ("x = 1", 1),
        ("table = 1", 1),
        ("[dimensions]\na = 1", 2),
        ("[rules]\nanswer = 'b'\n[dimensions.a]", 2),
        ("[rules", 1),
    ],
)
def test_parsed_table_rules_error_names_the_line(text, line):
    with pytest.raises(JamlikError) as told:
        parsed_table_rules(text, name="r.toml")
    assert told.value.where.file == "r.toml"
    assert line is None or told.value.where.row == line
