"""Large files of person rows: bounded memory, the right counts, nothing written but the report."""

from __future__ import annotations

import csv
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.command import jamlik, leftovers

HEAD = "kon;alder;skola;ar;godkand;poang\n"
MIB = 1 << 20
ROWS = 20_000


def _block() -> tuple[str, Counter[str], Counter[str]]:
    """Person rows, with how many there are of each sex in the last year and how many of them passed."""
    draw = random.Random(4)
    lines, people, passed = [], Counter(), Counter()
    for _ in range(ROWS):
        sex = draw.choice("KM")
        yes = draw.random() < (0.71 if sex == "K" else 0.66)
        school = draw.choice(("Norra skolan", "Södra skolan", "Västra skolan", "Östra skolan"))
        answer = "ja" if yes else "nej"
        age, year, points = draw.randint(7, 15), draw.randint(2019, 2022), draw.gauss(200, 40)
        lines.append(f"{sex};{age};{school};{year};{answer};{points:.1f}")
        if year == 2022:
            people[sex] += 1
            passed[sex] += yes
    return "\n".join(lines).replace(".", ",") + "\n", people, passed


def _written(file: Path, size: int) -> tuple[int, Counter[str], Counter[str]]:
    block, people, passed = _block()
    data = block.encode()
    times = -(-size // len(data))
    with file.open("wb") as stream:
        stream.write(HEAD.encode())
        for _ in range(times):
            stream.write(data)
    return times, people, passed


def _require_bounded(tmp_path: Path, size: int, *, most_mib: float) -> None:
    file = tmp_path / "personer.csv"
    times, people, passed = _written(file, size)
    file.with_suffix(".toml").write_text(
        """path = "personer.csv"
title = "Godkända"
rows = "persons"
max_way = 2

[[column]]
name = "kon"
role = "sex"

[[column]]
name = "alder"
role = "age"
age_breaks = [7, 10, 13, 16]

[[column]]
name = "ar"
role = "period"

[[column]]
name = "skola"
role = "category"

[[indicator]]
id = "local:godkand"
name = "Godkända"
kind = "proportion"
outcome = "godkand"
positive = ["ja"]

[[indicator]]
id = "local:poang"
name = "Poäng"
kind = "mean"
unit = "poäng"
outcome = "poang"
""",
        encoding="utf-8",
    )
    run = jamlik(
        "analyse", file.with_suffix(".toml"), "--out", tmp_path / "ut", scratch=tmp_path, env={"TMPDIR": str(tmp_path)}
    )
    assert run.code == 0, run.err
    rows = ROWS * times
    print(f"\n{file.stat().st_size / MIB:.0f} MiB, {rows:,} rows: {run.seconds:.0f} s, peak {run.peak_mib:.0f} MiB")
    assert run.peak_mib < most_mib
    assert leftovers(tmp_path) == ["personer.csv", "personer.toml", "ut"]
    with (tmp_path / "ut" / "findings.csv").open(encoding="utf-8", newline="") as stream:
        found = next(r for r in csv.DictReader(stream) if r["dimension"] == "sex" and r["indicator"] == "local:godkand")
    assert (int(found["base_n"]), int(found["reference_n"])) == (people["K"] * times, people["M"] * times)
    assert float(found["level"]) == pytest.approx(100 * passed["K"] / people["K"], abs=0.0501)
    assert float(found["level_reference"]) == pytest.approx(100 * passed["M"] / people["M"], abs=0.0501)


@pytest.mark.slow
def test_sixty_megabytes_of_person_rows_in_bounded_memory(tmp_path):
    _require_bounded(tmp_path, 60 * MIB, most_mib=650)


@pytest.mark.prove
def test_two_gigabytes_of_person_rows_in_bounded_memory(tmp_path):
    free = os.statvfs(tmp_path)
    if free.f_bavail * free.f_frsize < 3 << 30:
        pytest.skip("less than 3 GiB free for the file")
    _require_bounded(tmp_path, 2048 * MIB, most_mib=650)
