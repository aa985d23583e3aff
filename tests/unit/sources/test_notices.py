from __future__ import annotations

import re

import pytest

from jamlik.model.errors import Severity
from jamlik.model.words import words
from jamlik.sources.notices import Notices


def test_the_same_sort_of_problem_is_kept_once_with_its_first_place():
    notices = Notices("fil.csv")
    notices.note("short_row", Severity.SKIPPED, row=7, column="a", detail="först")
    notices.note("short_row", Severity.SKIPPED, row=9, column="a", count=3, detail="sedan")
    notices.note("short_row", Severity.SKIPPED, row=9, column="b")
    notices.note("long_row", Severity.NOTE, count=0)
    assert [(p.where.row, p.where.column, p.count, p.detail) for p in notices.problems()] == [
        (7, "a", 4, "först"),
        (9, "b", 1, ""),
    ]


@pytest.mark.parametrize("lang", ["sv", "en", "fi"])
def test_every_problem_that_reading_can_note_has_words(repository, lang):
    known = set(words(lang, "sources.problem")) | set(words(lang, "reports.problems.code"))
    pattern = re.compile(
        r'(?:note(?:_rows)?\(\s*|Problem\(\s*|checks?\S* = \[\(|append\(\(|^\s*\(|: )"([a-z]+_[a-z_]+|footer)"', re.M
    )
    found = {
        code
        for path in (repository / "src" / "jamlik" / "sources").glob("*.py")
        if path.name in {"cells.py", "persons.py", "read.py", "reader.py", "delimited.py", "tidy.py", "arealists.py"}
        for code in pattern.findall(path.read_text(encoding="utf-8"))
    }
    assert {"short_row", "negative_count", "unknown_sex", "unknown_area", "total_is_not_sum", "bad_weight"} <= found
    assert found <= known
