from __future__ import annotations

import pytest

from jamlik.reports import FORMATS, write_all
from tests.support.results import made_result


def test_all_files_are_written(folder):
    assert {path.name for path in folder.iterdir()} == set(FORMATS.values())


def test_chosen_formats_only(tmp_path):
    found = write_all(made_result(), tmp_path, formats=("csv", "json"))
    assert [path.name for path in found] == ["findings.csv", "findings.json"]
    assert sorted(tmp_path.iterdir()) == sorted(found)


def test_progress_is_told(tmp_path):
    told: list[tuple[str, int, int]] = []
    write_all(made_result(), tmp_path, formats=("html",), progress=lambda *step: told.append(step))
    assert told[0] == ("charts", 1, 3)
    assert told[-1] == ("html", 1, 1)


def test_unknown_format_is_named(tmp_path):
    with pytest.raises(ValueError, match="docx"):
        write_all(made_result(), tmp_path, formats=("docx",))
