from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace

import pandas as pd

from jamlik.model.groupings import group_of
from jamlik.model.tables import Status
from jamlik.reports.flat import findings_csv, findings_json, group_codes
from tests.support.results import made_result

NAMED_FIRST = [
    *("finding_id", "rank", "indicator", "period", "dimension", "group", "reference", "level", "level_reference"),
    *("gap", "gap_low", "gap_high", "p_value", "q_value", "persons", "certainty", "sentence"),
]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_begins_with_the_agreed_columns_in_order(result):
    header = findings_csv(result).splitlines()[0].split(",")
    assert header[: len(NAMED_FIRST)] == NAMED_FIRST
    assert len(header) == len(set(header))


def test_csv_holds_every_finding_with_published_numbers(result):
    found = rows(findings_csv(result))
    assert [row["finding_id"] for row in found] == [f.finding_id for f in result.findings]
    first = result.findings[0]
    assert float(found[0]["gap"]) == first.gap
    assert found[0]["group"] == first.group_label
    assert found[0]["rank"] == "1"
    assert found[0]["base_n"] == str(int(first.base_n))
    assert found[0]["levelling"] == "levelling_up"
    assert found[0]["covariate_may_be_unequal"] == "true"


def test_csv_follows_rfc_4180_and_survives_awkward_labels(result):
    awkward = replace(result.findings[0], group_label='Norr, "gamla"\nhamnen', sentence="=1+1")
    text = findings_csv(replace(result, findings=(awkward,)))
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "").replace('"Norr, ""gamla""\nhamnen"', "")
    assert rows(text)[0]["group"] == 'Norr, "gamla"\nhamnen'


def test_csv_leaves_blank_what_has_no_number(result):
    hidden = [row for row in rows(findings_csv(result)) if row["status"] != "shown"]
    assert hidden
    for row in hidden:
        assert all(row[name] == "" for name in NAMED_FIRST[7:15])
        assert (row["rank"], row["base_n"], row["ratio"], row["trend_slope"]) == ("", "", "", "")
        assert row["certainty"] == "not_testable"


def test_csv_is_read_by_pandas_as_numbers(result, tmp_path):
    path = tmp_path / "findings.csv"
    path.write_bytes(findings_csv(result).encode())
    frame = pd.read_csv(path)
    for name in ("level", "gap", "p_value", "q_value", "persons"):
        assert pd.api.types.is_float_dtype(frame[name])


def test_group_codes_keep_everybody_but():
    assert group_codes(group_of(sex="K", area="!E03")) == "area=!E03,sex=K"
    assert group_codes(()) == ""


def test_json_says_its_own_fingerprint_and_agrees_with_the_csv(result):
    text = findings_json(result)
    read = json.loads(text)
    content = next(line for line in text.splitlines() if line.startswith('"content": ')).removeprefix('"content": ')
    assert hashlib.sha256(content.rstrip(",").encode()).hexdigest() == read["fingerprint"]
    table = rows(findings_csv(result))
    assert [f["finding_id"] for f in read["findings"]] == [row["finding_id"] for row in table]
    for finding, row in zip(read["findings"], table, strict=True):
        for name in ("level", "gap", "p_value", "persons"):
            assert (finding[name] is None) == (row[name] == "")
            assert finding[name] is None or finding[name] == float(row[name])


def test_json_content_holds_decimals_as_text(result):
    read = json.loads(findings_json(result))
    shown = next(finding for finding in read["content"]["findings"] if finding["status"] == "shown")
    assert isinstance(shown["gap"], str)
    assert len(read["content"]["levels_fingerprint"]) == 64


def test_fingerprint_notices_a_changed_level(result):
    last = next(level for level in reversed(result.levels) if level.value is not None)
    levels = tuple(replace(x, value=x.value + 1) if x is last else x for x in result.levels)
    changed = json.loads(findings_json(replace(result, levels=levels)))
    assert changed["fingerprint"] != json.loads(findings_json(result))["fingerprint"]


def test_same_result_gives_the_same_bytes(result):
    again = made_result()
    assert findings_csv(result) == findings_csv(again)
    assert findings_json(result) == findings_json(again)


def test_hidden_findings_say_no_number(result):
    loud = replace(result.findings[0], status=Status.SUPPRESSED, sentence="Talen får inte visas.")
    text = findings_csv(replace(result, findings=(loud,)))
    assert str(result.findings[0].gap) not in text
