"""`jamlik measures` against healthequal's figures, on Fingertips' layout, and on files with faults."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from jamlik.analysis import summaries
from jamlik.analysis.summaries import COLUMNS, ORDERED, OURS, UNORDERED, measure_rows
from jamlik.cli.commands import measures
from jamlik.model.errors import JamlikError
from jamlik.sources.grouptables import read_group_table
from tests.unit.cli.heat import heat_file, heat_rows

SIMULATED = {"bgsd", "covar", "idisu", "idisw", "mdmu", "mdmw", "mdbu", "mdbw", "mdru", "mdrw"}


def written(source: Path, out: Path, **options: Any) -> pl.DataFrame:
    chosen: dict[str, Any] = {"compat": False, "scale": None, "favourable": None, "confidence": 0.95, "lang": "sv"}
    measures.run(source, out=out, **(chosen | options))
    return pl.read_csv(out)


@pytest.fixture(scope="module")
def who(shared_dir: Path) -> list[dict[str, str]]:
    return heat_rows(shared_dir / "golden" / "healthequal" / "aggregated_input.csv")


@pytest.fixture(scope="module", autouse=True)
def few_draws() -> Iterator[None]:
    """A tenth of the redraws: what is looked at here does not depend on them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summaries, "_DRAWS", 100)
        yield


@pytest.fixture(scope="module")
def made(
    few_draws: None, who: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("who")
    file = heat_file(folder / "who.csv", who)
    bare = heat_file(folder / "bare.csv", who, change=lambda row: row.update(population=""))
    return {
        "compat": written(file, folder / "a.csv", compat=True),
        "compat 0.9": written(file, folder / "b.csv", compat=True, confidence=0.9),
        "bare": written(bare, folder / "c.csv", compat=True),
        "ours": written(file, folder / "d.csv"),
    }


def expected(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "golden" / "healthequal" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def run_of(options: str) -> str | None:
    """Which of our files has what these options give; none where the command has no such option."""
    if "lmin" in options or "method=" in options or "linear=TRUE" in options:
        return None
    if options.startswith(("no pop", "setting_average")):
        return None if "linear" in options else "bare"
    return "compat 0.9" if options.endswith("conf.level=0.9") else "compat"


def cell(table: pl.DataFrame, setting: str, measure: str) -> dict[str, Any]:
    (row,) = table.filter((pl.col("setting") == setting) & (pl.col("measure") == measure)).rows(named=True)
    return dict(row)


def test_compat_gives_healthequals_estimates_and_intervals(made: dict[str, pl.DataFrame], shared_dir: Path) -> None:
    fixed = {(row["measure"], row["dataset"], row["options"]): row for row in expected(shared_dir, "corrected")}
    estimates = intervals = 0
    for row in expected(shared_dir, "expected"):
        name, setting, options = row["measure"], row["dataset"], row["options"]
        run = run_of(options)
        if run is None or not row["estimate"]:
            continue
        mine = cell(made[run], setting, name)
        assert mine["estimate"] == pytest.approx(float(row["estimate"]), rel=1e-9), (name, setting, options)
        estimates += 1
        right = fixed.get((name, setting, options))
        if name in SIMULATED or run == "bare" or not row["lowerci"]:
            continue
        slope = name in ("sii", "rii")  # the estimate is healthequal's, so is the interval
        wanted = (row["lowerci"], row["upperci"]) if right is None or slope else (
            right["corrected_lowerci"], right["corrected_upperci"])  # fmt: skip
        tolerance = 1e-5 if slope else 1e-9  # theirs has numerical derivatives there
        for end, limit in zip(("lowerci", "upperci"), wanted, strict=True):
            assert mine[end] == pytest.approx(float(limit), rel=tolerance), (name, setting, options, end)
        intervals += 1
    assert estimates > 75
    assert intervals > 40


def test_ours_differ_from_healthequal_in_two_estimates_and_are_the_corrected_ones(
    made: dict[str, pl.DataFrame], shared_dir: Path
) -> None:
    keys = ["setting", "measure"]
    both = made["ours"].join(made["compat"], on=keys, suffix="_who")
    apart = (pl.col("estimate") / pl.col("estimate_who") - 1).abs() > 1e-9
    assert set(both.filter(apart)["measure"]) == {"sii", "rii"}
    for row in expected(shared_dir, "corrected"):
        if row["measure"] in ("sii", "rii") and row["options"].startswith("pop; linear=FALSE"):
            mine = cell(made["ours"], row["dataset"], row["measure"])
            assert mine["estimate"] == pytest.approx(float(row["corrected_estimate"]), rel=1e-5)
    bounded = pl.col("measure").str.ends_with("_corrected")
    assert made["ours"].filter(bounded & (pl.col("estimate") < 0)).is_empty()
    inside = (pl.col("lowerci") <= pl.col("estimate")) & (pl.col("estimate") <= pl.col("upperci"))
    assert made["ours"].filter(bounded & ~inside).is_empty()


def test_every_measure_of_who_is_there_under_its_name(made: dict[str, pl.DataFrame]) -> None:
    table = made["ours"]
    assert tuple(table.columns) == COLUMNS
    for setting, names in (("who_ordered_sba", ORDERED), ("who_nonordered_sba", UNORDERED)):
        there = table.filter(pl.col("setting") == setting)
        assert set(names) <= set(there["measure"])
        assert there.height == there["measure"].n_unique()
        assert set(there["measure"]) <= {*names, *OURS}
        rows = there.filter(pl.col("measure").is_in(list(names)))
        assert rows.select(pl.col("estimate", "lowerci", "upperci").null_count().sum()).row(0) == (0, 0, 0)
    assert set(OURS) <= set(table["measure"])
    assert written_settings(table) == [
        "who_ordered_sba",
        "who_ordered_u5mr",
        "who_nonordered_sba",
        "who_nonordered_u5mr",
    ]


def written_settings(table: pl.DataFrame) -> list[str]:
    return table["setting"].unique(maintain_order=True).to_list()


def test_two_groups_missing_values_and_no_errors_are_defined(who: list[dict[str, str]], tmp_path: Path) -> None:
    def change(row: dict[str, str]) -> None:
        if row["setting"] == "who_ordered_u5mr":
            row["se"] = ""
        if row["setting"] == "who_ordered_sba" and row["subgroup_order"] in ("2", "3", "4"):
            row["estimate"] = "NA"

    rows = [row for row in who if row["setting"].startswith("who_ordered")]
    table = written(heat_file(tmp_path / "in.csv", rows, change=change), tmp_path / "out.csv")
    two = cell(table, "who_ordered_sba", "d")
    assert two["estimate"] == pytest.approx(99.224052429199219 - 75.605300903320312)
    assert "3 groups" in two["note"]
    sii = cell(table, "who_ordered_sba", "sii")
    assert sii["lowerci"] < sii["estimate"] < sii["upperci"]
    line = cell(table, "who_ordered_u5mr", "sii")
    assert line["method"] == "logit; line, Student t"
    assert line["lowerci"] < line["estimate"] < line["upperci"]
    gap = cell(table, "who_ordered_u5mr", "d")
    assert gap["lowerci"] is None
    refused = written(tmp_path / "in.csv", tmp_path / "who.csv", compat=True)
    assert cell(refused, "who_ordered_sba", "d")["estimate"] is None
    assert "healthequal" in cell(refused, "who_ordered_sba", "d")["note"]


def test_all_faults_are_told_at_once_with_their_places_and_nothing_is_written(
    who: list[dict[str, str]], tmp_path: Path
) -> None:
    rows = [dict(row) for row in who if row["setting"] == "who_ordered_sba"]
    rows[0]["estimate"] = "många"
    rows[1]["se"] = "-0.1"
    rows[2]["subgroup_order"] = rows[1]["subgroup_order"]
    rows[3]["favourable_indicator"] = "2"
    rows[4]["subgroup"] = ""
    out = tmp_path / "out.csv"
    with pytest.raises(JamlikError) as caught:
        written(heat_file(tmp_path / "in.csv", rows), out)
    for lang in ("sv", "en", "fi"):
        text = caught.value.text(lang)
        for row, column in ((2, "estimate"), (3, "se"), (4, "subgroup_order"), (5, "favourable_indicator"),
                            (6, "subgroup")):  # fmt: skip
            place = {"sv": f"in.csv, rad {row}, kolumn {column}", "en": f"in.csv, row {row}, column {column}"}
            assert place.get(lang, f"in.csv, rivi {row}") in text
    assert list(tmp_path.iterdir()) == [tmp_path / "in.csv"]


@pytest.mark.parametrize(
    ("text", "key"),
    [("a,b\n1,2\n3,4\n", "group_table_unknown"), ("", None)],
)
def test_files_of_another_kind_are_refused_by_name(text: str, key: str | None, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(JamlikError) as caught:
        written(file, tmp_path / "out.csv")
    assert key is None or caught.value.key == key
    assert not (tmp_path / "out.csv").exists()


def test_output_that_cannot_be_written_is_said(who: list[dict[str, str]], tmp_path: Path) -> None:
    file = heat_file(tmp_path / "in.csv", who[:5])
    with pytest.raises(JamlikError, match="Mappen"):
        written(file, tmp_path / "none" / "out.csv")
    (tmp_path / "folder").mkdir()
    with pytest.raises(JamlikError):
        written(file, tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "in.csv"]
    with pytest.raises(JamlikError, match="Fingertips"):
        written(file, tmp_path / "out.csv", scale=100.0)


DECILES = (
    "Most deprived decile (IMD2019)", "Second most deprived decile (IMD2019)", "Third more deprived decile (IMD2019)",
    "Fourth more deprived decile (IMD2019)", "Fifth more deprived decile (IMD2019)",
    "Fifth less deprived decile (IMD2019)", "Fourth less deprived decile (IMD2019)",
    "Third less deprived decile (IMD2019)", "Second least deprived decile (IMD2019)", "Least deprived decile (IMD2019)",
)  # fmt: skip


def fingertips(path: Path) -> Path:
    head = ("Indicator ID,Indicator Name,Parent Code,Parent Name,Area Code,Area Name,Area Type,Sex,Age,Category Type,"
            "Category,Time period,Value,Lower CI 95.0 limit,Upper CI 95.0 limit,Count,Denominator")  # fmt: skip
    lines = [head]
    for place, name in reversed(list(enumerate(DECILES))):
        value = 20.0 - place
        lines.append(f"1,Smoking,,,E92,England,England,Persons,18+ yrs,Deprivation deciles in England,{name},2022,"
                     f"{value},{value - 0.98},{value + 0.98},,{5000 + 10 * place}")  # fmt: skip
    for sex, value in (("Male", 15.0), ("Female", 12.0), ("Persons", 13.5)):
        lines.append(f"1,Smoking,,,E92,England,England,{sex},18+ yrs,,,2022,{value},{value - 0.5},{value + 0.5},,40000")
    for area, value in (("Leeds", 14.0), ("York", 10.0), ("Hull", 19.0)):
        lines.append(
            f"1,Smoking,E12,Yorkshire,E08,{area},UA,Persons,18+ yrs,,,2022,{value},{value - 1},{value + 1},,900"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_fingertips_layout_gives_deciles_sexes_and_areas(tmp_path: Path) -> None:
    file = fingertips(tmp_path / "data.csv")
    table = written(file, tmp_path / "out.csv", scale=100.0, favourable=False)
    assert table["dimension"].unique(maintain_order=True).to_list() == [
        "Deprivation deciles in England (Persons, 18+ yrs)", "Sex (18+ yrs)", "UA (Persons, 18+ yrs)"]  # fmt: skip
    rows = {(row["dimension"].split(" ")[0], row["measure"]): row for row in table.rows(named=True)}
    slope = rows["Deprivation", "sii_linear"]
    assert slope["estimate"] == pytest.approx(-10, rel=0.01)
    assert rows["Deprivation", "sii"]["method"].startswith("logit")
    assert rows["Deprivation", "d"]["estimate"] == pytest.approx(9.0)
    assert rows["Sex", "d"]["estimate"] == pytest.approx(3.0)
    error = math.hypot(1 / 3.919927969080108, 1 / 3.919927969080108)
    assert rows["Sex", "d"]["se"] == pytest.approx(error)
    assert rows["UA", "mdbu"]["estimate"] == pytest.approx((4 + 0 + 9) / 3)
    without = written(file, tmp_path / "out.csv")
    names = without.filter(pl.col("dimension") == "Sex (18+ yrs)")["measure"].to_list()
    assert "d" in names
    assert not {"mdbu", "parisk"} & set(names), "nobody says which end is the better one"
    sii = without.filter(pl.col("measure") == "sii").row(0, named=True)
    assert sii["method"].startswith("linear"), "nobody says what 100 % is"


def test_many_settings_at_once_are_each_as_alone(who: list[dict[str, str]], tmp_path: Path) -> None:
    names = ["who_ordered_sba", "who_nonordered_sba"]
    bare = [{**row, "population": ""} for row in who if row["setting"] == "who_nonordered_u5mr"]
    rows = [*bare, *(row for row in who if row["setting"] in names)]
    both = measure_rows(read_group_table(heat_file(tmp_path / "both.csv", rows)))
    corrected = pl.col("measure").str.ends_with("_corrected")
    for name in names:
        alone = measure_rows(
            read_group_table(heat_file(tmp_path / "one.csv", [r for r in who if r["setting"] == name]))
        )
        mine = both.filter(pl.col("setting") == name)
        assert mine["measure"].to_list() == alone["measure"].to_list()
        np.testing.assert_allclose(
            *(table.filter(~corrected)["estimate"].fill_null(math.nan) for table in (mine, alone)), rtol=1e-9
        )
        certain = ~pl.col("method").str.contains("draws")
        for column in ("estimate", "se", "lowerci", "upperci"):
            first, second = (table.filter(certain)[column].fill_null(math.nan) for table in (mine, alone))
            np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-9)
