"""What is told of rows that could not be used: many are counted, and a few are not."""

from __future__ import annotations

import json

import pytest

import jamlik


def _people(unknown: int) -> str:
    rows = [f"{'KM'[i % 2]};{'ja' if i % 3 else 'nej'};{2024 if i % 5 else 2023}" for i in range(600)]
    return "\n".join(["kon;klar;ar", *rows, *["Zorg;ja;2024"] * unknown]) + "\n"


@pytest.mark.parametrize(("unknown", "told"), [(3, None), (7, "7")])
def test_rows_of_a_few_persons_are_not_counted_in_what_is_published(tmp_path, unknown, told):
    file = tmp_path / "personer.csv"
    file.write_text(_people(unknown), encoding="utf-8")
    analysis = jamlik.analyse(file)
    (problem,) = [p for p in analysis.result.problems if p.code == "unknown_sex"]
    assert (problem.few, problem.count) == ((True, 0) if told is None else (False, int(told)))
    analysis.write(tmp_path / "ut")
    page = (tmp_path / "ut" / "report.html").read_text(encoding="utf-8")
    assert ("några få" in page) is (told is None)
    assert "Zorg" not in json.dumps((tmp_path / "ut" / "run.json").read_text(encoding="utf-8"))
