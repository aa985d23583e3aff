"""The municipalities that are known without asking Kolada."""

from __future__ import annotations

import json

from jamlik.sources.kolada import known_municipalities
from jamlik.sources.kolada.records import listed_municipalities


def test_the_list_is_koladas_own(shared_dir):
    told = json.loads((shared_dir / "data/kolada/municipality_v3_rekonstruerad_2026.json").read_text("utf-8"))
    assert set(known_municipalities()) == set(listed_municipalities(told["values"]))
    assert sum(place.type == "K" for place in known_municipalities()) == 290
