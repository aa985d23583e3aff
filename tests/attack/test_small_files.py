"""Small files made to break the protection: what is hidden in them stays unknown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.attack.files import counts_file, left_over_failures, persons_file, required_failures, trial
from tests.attack.leaks import leaks_in_cells, leaks_in_findings, unpublished_numbers


def _people(*groups: tuple[object, ...]) -> list[tuple[object, ...]]:
    """Person rows from (codes …, people, with the outcome)."""
    rows: list[tuple[object, ...]] = []
    for *codes, n, yes in groups:
        rows += [(*codes, int(i < int(str(yes)))) for i in range(int(str(n)))]
    return rows


def _random(seed: int, n: int = 300) -> tuple[np.random.Generator, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng, rng.choice(["K", "M"], n), rng.choice(list("ABCD"), n, p=[0.6, 0.3, 0.08, 0.02])


ONE_YEAR_HIDDEN = """
period area sex n   yes
2021   A    K   90  40
2021   A    M   80  30
2021   B    K   70  2
2021   B    M   60  25
2021   C    K   75  30
2021   C    M   65  20
2022   A    K   90  42
2022   A    M   80  32
2022   B    K   70  20
2022   B    M   60  24
2022   C    K   75  31
2022   C    M   65  22
2023   A    K   91  44
2023   A    M   82  33
2023   B    K   72  25
2023   B    M   61  24
2023   C    K   77  33
2023   C    M   66  23
"""
OWN_TOTALS = """
area  sex    n    yes
A     K      100  50
A     M      100  55
A     Totalt 200  105
B     K      120  60
B     M      120  66
B     Totalt 240  126
C     K      30   2
C     M      40   12
C     Totalt 70   14
Totalt K     250  112
Totalt M     260  133
Totalt Totalt 510 245
"""
MORE_THAN_ITS_PARTS = """
area  sex    n    yes
A     K      100  50
A     M      100  55
A     Totalt 200  105
B     K      120  60
B     M      120  66
B     Totalt 240  126
Totalt K     220  110
Totalt M     220  121
Totalt Totalt 443 232
"""
AGES = """
age   area sex n   yes
0-5   A    K   44  3
0-5   A    M   44  20
0-5   B    K   132 99
0-5   B    M   132 60
6-17  A    K   90  40
6-17  A    M   80  41
6-17  B    K   270 120
6-17  B    M   240 123
0-17  A    K   134 43
0-17  A    M   124 61
0-17  B    K   402 219
0-17  B    M   372 183
18-64 A    K   200 60
18-64 A    M   200 60
18-64 B    K   600 180
18-64 B    M   600 180
"""
APART_AGES = "\n".join(line for line in AGES.splitlines() if not line.startswith("0-17"))

COUNTS = {
    "one year hidden": ONE_YEAR_HIDDEN,
    "its own totals": OWN_TOTALS,
    "ages apart": APART_AGES,
    "one person": "area sex n yes\nA K 100 40\nA M 90 45\nB K 1 1\nB M 80 33\nC K 70 30\nC M 60 20",
    "nobody and everybody": "area sex n yes\nA K 50 0\nA M 50 20\nB K 60 60\nB M 55 30\nC K 70 30\nC M 60 20\nD K 90 9",
    "two small": "area n yes\nA 400 180\nB 80 2\nC 100 2",
}


@pytest.mark.parametrize("name", COUNTS)
def test_small_counts_what_is_hidden_stays_unknown(name: str, tmp_path: Path) -> None:
    made = trial(counts_file(tmp_path, COUNTS[name]), tmp_path / "out")
    assert made.release.hidden
    assert required_failures(made) == []
    assert [*leaks_in_cells(made.release), *leaks_in_findings(made.release), *unpublished_numbers(made.release)] == []


def _layers(tmp_path: Path) -> Path:
    rng, sex, area = _random(1)
    need = rng.choice(["hög", "låg"], sex.size, p=[0.1, 0.9])
    return persons_file(
        tmp_path, ["sex", "area", "cov", "out"], zip(sex, area, need, rng.integers(0, 2, 300), strict=True)
    )


def _weights(tmp_path: Path) -> Path:
    rng, sex, area = _random(2)
    weight = rng.uniform(0.5, 3, sex.size).round(2)
    people = zip(sex, area, weight, (rng.random(300) < 0.1).astype(int), strict=True)
    return persons_file(tmp_path, ["sex", "area", "weight", "out"], people)


def _three_answers(tmp_path: Path) -> Path:
    rng, sex, area = _random(3, 900)
    answer = rng.choice(["bra", "dålig", "medel"], sex.size, p=[0.5, 0.03, 0.47])
    return persons_file(tmp_path, ["sex", "area", "out"], zip(sex, area, answer, strict=True))


def _small_areas(tmp_path: Path) -> Path:
    rng, sex, area = _random(4)
    small = [f"{a}{rng.integers(1, 4) if a != 'A' else rng.choice([1, 2, 9], p=[0.6, 0.38, 0.02])}" for a in area]
    people = zip(sex, area, small, rng.integers(0, 2, 300), strict=True)
    return persons_file(tmp_path, ["sex", "area", "small", "out"], people)


def _layer_within_layer(tmp_path: Path) -> Path:
    """A kind of school settles its owner: fine + fine + fine = coarse, though no table holds both."""
    rng = np.random.default_rng(3)
    sex, area = rng.choice(["K", "M"], 900), rng.choice(list("ABC"), 900)
    fine = ["h1"] * 300 + ["h2"] * 270 + ["h3"] * 30 + ["l1"] * 150 + ["l2"] * 150
    yes = (rng.random(900) < 0.4).astype(int)
    yes[570:600] = [1, 1] + [0] * 28
    people = zip(sex, area, [code[0] for code in fine], fine, yes, strict=True)
    return persons_file(tmp_path, ["sex", "area", "cov_coarse", "cov_fine", "out"], people)


def _two_questions(tmp_path: Path) -> Path:
    rng, sex, area = _random(6, 400)
    people = zip(sex, area, (rng.random(400) < 0.3).astype(int), (rng.random(400) < 0.04).astype(int), strict=True)
    return persons_file(tmp_path, ["sex", "area", "out_a", "out_b"], people)


def _three_groupings(tmp_path: Path) -> Path:
    rng, sex, area = _random(7, 500)
    age = rng.choice(["0-5", "6-12", "13-17"], 500, p=[0.1, 0.5, 0.4])
    people = zip(sex, age, area, (rng.random(500) < 0.15).astype(int), strict=True)
    return persons_file(tmp_path, ["sex", "age", "area", "out"], people)


PERSONS = (_layers, _weights, _three_answers, _small_areas, _layer_within_layer, _two_questions, _three_groupings)


@pytest.mark.parametrize("file", PERSONS, ids=lambda f: f.__name__.strip("_"))
def test_small_persons_what_is_hidden_stays_unknown(file, tmp_path: Path) -> None:
    made = trial(file(tmp_path), tmp_path / "out")
    assert made.release.hidden
    assert required_failures(made) == []
    assert [*leaks_in_cells(made.release), *leaks_in_findings(made.release), *unpublished_numbers(made.release)] == []


def test_layer_that_settles_another_is_not_worked_out_by_who_knows_the_schools(tmp_path: Path) -> None:
    """The attacker of this test knows which fine layer lies in which coarse one: the files do not say so."""
    made = trial(_layer_within_layer(tmp_path), tmp_path / "out")
    dimensions = {name: dict(d) for name, d in made.release.dimensions.items()}
    parents = {"h1": "h", "h2": "h", "h3": "h", "l1": "l", "l2": "l"}
    dimensions["cov_fine"] |= {"nested_in": "cov_coarse", "parents": parents}
    object.__setattr__(made.release, "dimensions", dimensions)
    assert required_failures(made) == []


def test_guarding_cells_are_in_no_file(tmp_path: Path) -> None:
    made = trial(_layer_within_layer(tmp_path), tmp_path / "out")
    both = [key for key in made.release.cells if {"cov_fine", "cov_coarse"} <= {name for name, _ in key[2]}]
    assert both == []


def test_everybody_but_one_is_not_told_of_when_they_are_four(tmp_path: Path) -> None:
    made = trial(counts_file(tmp_path, COUNTS["two small"]), tmp_path / "out")
    assert [f["group_label"] for f in made.release.findings if f["status"] == "shown"] == []


def test_hidden_cell_of_an_earlier_year_starts_no_trend(tmp_path: Path) -> None:
    made = trial(counts_file(tmp_path, ONE_YEAR_HIDDEN), tmp_path / "out")
    key = ("local:yes", "2021", (("area", "B"), ("sex", "K")))
    assert made.release.cells[key].hidden
    trends = [f["trend"] for f in made.release.findings if f["trend"] and f["group"] == key[2]]
    assert all(trend["first_period"] != "2021" for trend in trends)


UNKNOWN = {
    "sex": ([0.47, 0.47, 0.06], [0.5, 0.3, 0.2, 0.0], 0),
    "area": ([0.5, 0.5, 0.0], [0.5, 0.3, 0.15, 0.05], 0),
    "both": ([0.45, 0.45, 0.1], [0.5, 0.25, 0.15, 0.1], 0),
    "within an area": ([0.45, 0.45, 0.1], [0.5, 0.25, 0.15, 0.1], 0.05),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_people_of_unknown_code_do_not_follow(name: str, tmp_path: Path) -> None:
    sexes, areas, smaller = UNKNOWN[name]
    for seed in range(6):
        folder = tmp_path / str(seed)
        folder.mkdir()
        rng = np.random.default_rng(seed)
        sex, area = rng.choice(["K", "M", ""], 400, p=sexes), rng.choice(["A", "B", "C", ""], 400, p=areas)
        columns = [sex, area, (rng.random(400) < 0.3).astype(int)]
        header = ["sex", "area", "out"]
        if smaller:
            part = [f"{a}{i}" if a and i else "" for a, i in zip(area, rng.integers(0, 6, 400), strict=True)]
            header, columns = ["sex", "area", "small", "out"], [sex, area, np.array(part), columns[-1]]
        made = trial(persons_file(folder, header, zip(*columns, strict=True)), folder / "out")
        assert left_over_failures(made) == []
        assert required_failures(made) == []


def test_total_of_the_source_that_is_more_than_its_parts_does_not_tell_of_the_rest(tmp_path: Path) -> None:
    made = trial(counts_file(tmp_path, MORE_THAN_ITS_PARTS), tmp_path / "out")
    assert made.release.hidden
    assert left_over_failures(made) == []


# Open holes, each with what would close it. A test that starts to pass fails the suite: take its mark away then.


def test_ages_that_overlap_what_is_hidden_stays_unknown(tmp_path: Path) -> None:
    assert required_failures(trial(counts_file(tmp_path, AGES), tmp_path / "out")) == []


def test_what_the_source_hides_does_not_follow_from_its_totals(tmp_path: Path) -> None:
    table = OWN_TOTALS.replace("C     K      30   2", "C     K      30   ..").replace("70   14", "70   ..")
    assert required_failures(trial(counts_file(tmp_path, table, missing=".."), tmp_path / "out")) == []


def test_people_of_unknown_sex_are_not_worked_out(tmp_path: Path) -> None:
    groups = [("K", "A", 90, 40), ("M", "A", 80, 30), ("K", "B", 70, 22), ("M", "B", 60, 25), ("", "B", 3, 1)]
    made = trial(persons_file(tmp_path, ["sex", "area", "out"], _people(*groups)), tmp_path / "out")
    cells = {group: seen for (_, _, group), seen in made.release.cells.items()}
    parts = [cells[(("sex", code),)].count for code in "KM"]
    assert cells[()].count is None or None in parts or cells[()].count - sum(parts) not in range(1, 5)


def test_mean_that_one_person_makes_is_hidden(tmp_path: Path) -> None:
    rng, sex, _ = _random(8, 400)
    area = np.repeat(list("ABCD"), 100)
    crowns = rng.gamma(2, 400, 400).round(0)
    crowns[:100] = 0
    crowns[100:200] = [50_000, *[0] * 99]
    made = trial(
        persons_file(tmp_path, ["sex", "area", "out_mean"], zip(sex, area, crowns, strict=True)), tmp_path / "out"
    )
    cells = {group: seen for (_, _, group), seen in made.release.cells.items()}
    assert cells[(("area", "A"),)].hidden
    assert cells[(("area", "B"),)].hidden
