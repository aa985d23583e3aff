"""The page that leads to several reports."""

from __future__ import annotations

import re

from jamlik.reports.index import write_index
from tests.support.results import made_result


def test_every_service_has_the_reports_room_above_its_heading(tmp_path):
    result = made_result()
    write_index({"forskola": result, "grundskola": result}, tmp_path / "index.html", lang="sv")
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<section class="([^"]*)" aria-labelledby="(\w+)"', page) == [
        ("level-2", "forskola"),
        ("level-2", "grundskola"),
    ]
    assert re.search(r"\.level-2 \{\s*padding-top: var\(--space-5\)", page)
