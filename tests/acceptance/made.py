"""Small files made for a test: counts by area, sex and year, and person rows."""

from __future__ import annotations

import random
from pathlib import Path

__all__ = ["COUNTS", "count_lines", "person_lines", "written"]

COUNTS = "omrade;kon;ar;antal_ja;antal_elever"


def count_lines(*, areas: int = 4, seed: int = 1) -> list[str]:
    """A header and one line for each area, sex and year."""
    draw = random.Random(seed)
    lines = [COUNTS]
    for area in range(areas):
        for sex in ("kvinnor", "män"):
            for year in (2021, 2022):
                lines.append(f"0126{chr(65 + area)};{sex};{year};{draw.randint(20, 60)};{draw.randint(80, 160)}")
    return lines


def person_lines(
    rows: int, *, seed: int = 1, column: str = "skola", values: tuple[str, ...] = ("Norr", "Söder")
) -> list[str]:
    """A header and one line a person; boys pass less often than girls."""
    draw = random.Random(seed)
    lines = [f"kon;{column};ar;klarade"]
    for _ in range(rows):
        sex = draw.choice("KM")
        passed = "ja" if draw.random() < (0.8 if sex == "K" else 0.6) else "nej"
        lines.append(f"{sex};{draw.choice(values)};2022;{passed}")
    return lines


def written(file: Path, lines: list[str], *, encoding: str = "utf-8") -> Path:
    """The lines as a file."""
    file.write_text("\n".join(lines) + "\n", encoding=encoding)
    return file
