from __future__ import annotations

import csv

from jamlik.model.indicators import Direction, catalogue


def test_every_known_indicator_is_named_in_three_languages_and_has_a_limit():
    for key, facts in catalogue().items():
        assert key.startswith("kolada:")
        assert all(facts[f"name_{lang}"] for lang in ("sv", "en", "fi")), key
        assert facts["unit"]
        assert float(str(facts["threshold"])) > 0
        direction = Direction(str(facts["direction"]))
        assert (direction is Direction.TARGET) == ("target" in facts), key


def test_the_catalogue_has_the_indicators_agreed_on(shared_dir):
    with (shared_dir / "domain" / "indicators.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = catalogue()
    for row in rows:
        facts = known[f"kolada:{row['kolada_id']}"]
        assert (facts["name_sv"], facts["name_en"]) == (row["name_sv"], row["name_en"])
        assert str(facts["direction"]) == row["direction"].split()[0].strip(",")


def test_directions_that_titles_get_wrong():
    known = catalogue()
    assert known["kolada:N07609"]["direction"] == "up"
    assert known["kolada:N05832"]["target"] == 1.0
    assert known["kolada:U30751"]["direction"] == "neutral"
