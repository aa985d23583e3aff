"""`jamlik protect`, `attack` and `ledger` as commands, on tables with published answers.

The attacker here is the tests' own: equations from the published table and its divisions, solved by SciPy's HiGHS.
"""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pytest
from scipy.optimize import linprog
from typer.testing import CliRunner

from jamlik.cli.main import app
from jamlik.privacy.ledger import opened_ledger
from tests.unit.privacy.linked import GOLDEN, golden
from tests.unit.privacy.test_leaveout import refused_beside_an_earlier_table

AT_MOST = {"z1": 6, "z2": 31, "z3": 853, "A10": 297}
SMALL = {"z1": 4, "z2": 4, "z3": 6, "A10": 5}


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def golden_rules(folder, name, *, input_folder):
    """A rules file for a golden table: its columns, and its divisions where it has any."""
    _, _, dims, count = GOLDEN[name]
    lines = [
        f'[table]\ncount = "{count}"\nprimary = "primary"',
        'hidden_column = "suppressed"\nhidden_values = ["TRUE"]',
    ]
    lines += [f"[rules]\nminimum_count = {SMALL[name]}\nwidth = 3"]
    for dimension in dims:
        lines.append(f"[dimensions.{dimension}]")
        if dimension == "region" and name in ("z2", "z3"):
            rows = rows_of(input_folder / f"ssb_{name}_input.csv")
            for level in ("fylke", "kostragr"):
                lines.append(f"[dimensions.region.divisions.{level}]")
                for code in sorted({row[level] for row in rows}):
                    held = sorted({row["region"] for row in rows if row[level] == code})
                    lines.append(f'"{code}" = {json.dumps(held, ensure_ascii=False)}')
        if dimension == "mnd":
            lines.append("[dimensions.mnd.divisions.half]")
            lines.append('M01M05 = ["m01m05"]\nM06M12 = ["m06m09", "m10m12"]')
    path = folder / f"{name}.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def published_pattern(system_keys, folder, dims):
    rows = {tuple(row[d] for d in dims): row for row in rows_of(folder / "table.csv")}
    assert set(rows) == set(system_keys)
    assert all((row["status"] == "suppressed") == (row.get("n", row.get("ant")) == "") for row in rows.values())
    return np.array([rows[key]["status"] == "suppressed" for key in system_keys])


def interval(system, hidden, cell, *, still=()):
    """What the published numbers leave of a cell, by SciPy."""
    free = np.flatnonzero(hidden & ~np.isin(np.arange(hidden.size), still))
    matrix = system.equation[:, free]
    rows = np.flatnonzero(np.diff(matrix.indptr))
    target = matrix[rows] @ system.value[free]
    ends = []
    for sign in (1.0, -1.0):
        goal = np.where(free == cell, sign, 0.0)
        found = linprog(goal, A_eq=matrix[rows], b_eq=target, bounds=(0, None), method="highs")
        ends.append(np.inf if found.status == 3 else sign * found.fun)
    return np.ceil(ends[0] - 1e-6), np.floor(ends[1] + 1e-6)


@pytest.mark.parametrize(
    ("name", "drawn"),
    [("z1", None), ("z2", None), ("A10", 12), *(pytest.param(n, None, marks=pytest.mark.prove) for n in ("A10", "z3"))],
)
def test_protect_golden_table_hides_few_and_withstands_an_attacker_of_our_own(tmp_path, shared_dir, name, drawn):
    folder = shared_dir / "golden" / "disclosure"
    file, _, dims, _ = GOLDEN[name]
    rules = golden_rules(tmp_path, name, input_folder=folder)
    done = run("protect", folder / file, "--rules", rules, "--out", tmp_path / "out", "--json")
    assert done.exit_code == 0, done.stderr
    system, _, _ = golden(folder, name)
    keys = [tuple(row[d] for d in dims) for row in rows_of(folder / file)]
    hidden = published_pattern(keys, tmp_path / "out", dims)
    assert hidden.sum() <= AT_MOST[name]
    assert np.all(hidden[system.sensitive])
    rng = np.random.default_rng(7)
    sensitive = np.flatnonzero(system.sensitive)
    chosen = sensitive if drawn is None else rng.choice(sensitive, drawn, replace=False)
    for cell in chosen:
        low, high = interval(system, hidden, cell)
        assert high - low >= 3, keys[cell]
    if drawn is None:
        for single, cell in neighbours_of_singles(system):
            low, high = interval(system, hidden, cell, still=(single,))
            assert high > low, (keys[single], keys[cell])


def neighbours_of_singles(system):
    """Somebody alone in a cell, and each sensitive cell of others that shares a sum with it."""
    columns = system.equation.tocsc()
    for single in np.flatnonzero(system.singleton):
        rows = system.equation[columns[:, [single]].indices].toarray()
        for cell in np.flatnonzero(system.sensitive & np.any(rows != 0, axis=0)):
            inside = np.any(rows[:, single] * rows[:, cell] < 0)  # a total and its part: the same person, or nobody
            if cell != single and not (inside and system.value[cell] <= 1):
                yield single, cell


@pytest.mark.parametrize(
    ("name", "narrow", "victims"), [("z1", 0, 0), ("A10", 0, 4), pytest.param("z3", 9, None, marks=pytest.mark.prove)]
)
def test_attack_golden_pattern_of_others_finds_what_is_known_of_it(tmp_path, shared_dir, name, narrow, victims):
    folder = shared_dir / "golden" / "disclosure"
    rules = golden_rules(tmp_path, name, input_folder=folder)
    done = run("attack", folder / GOLDEN[name][0], "--rules", rules, "--json")
    found = json.loads(done.stdout)
    assert found["narrow"] == narrow
    assert victims is None or len(found["victims"]) == victims
    assert done.exit_code == (7 if narrow or found["victims"] else 0)


def test_attack_golden_pattern_by_tau_argus_finds_the_published_intervals(tmp_path, shared_dir):
    folder = shared_dir / "golden" / "disclosure"
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[table]\ncount = "freq"\nprimary = "status"\nprimary_values = ["U"]\nhidden_column = "status"\n'
        'hidden_values = ["U", "M"]\nignore = ["one", "cost", "lower", "upper"]\n[rules]\nwidth = 4\n'
        "[dimensions.area]\n[dimensions.age]\n[dimensions.sex]\n",
        encoding="utf-8",
    )
    found = json.loads(run("attack", folder / "pytauargus_muni_A10_MOD.csv", "--rules", rules, "--json").stdout)
    ours = {tuple(c["cell"].get(d, "Total") for d in ("area", "age", "sex")): c for c in found["cells"]}
    rows = rows_of(folder / "audit_pytauargus_muni_A10_MOD.csv")
    assert len(rows) == len(ours)
    for row in rows:
        cell = ours[row["area"], row["age"], row["sex"]]
        assert (cell["low"], cell["high"]) == (float(row["lo"]), float(row["hi"]))


SCHOOLS = """area,sex,n
Norr,K,40
Norr,M,35
Väst,K,3
Väst,M,50
Öst,K,30
Öst,M,28
"""


@pytest.fixture
def schools(tmp_path):
    (tmp_path / "schools.csv").write_text(SCHOOLS, encoding="utf-8")
    (tmp_path / "rules.toml").write_text(
        '[table]\npopulation = "elever-2025"\n[rules]\nminimum_count = 5\n', encoding="utf-8"
    )
    return tmp_path


def test_protect_writes_every_margin_and_nothing_of_what_is_hidden(schools):
    done = run("protect", schools / "schools.csv", "--rules", schools / "rules.toml", "--out", schools / "out")
    assert done.exit_code == 0, done.stderr
    rows = rows_of(schools / "out" / "table.csv")
    assert len(rows) == 12
    cells = {(row["area"], row["sex"]): (row["n"], row["status"]) for row in rows}
    assert cells["Total", "Total"] == ("186", "shown")
    assert cells["Väst", "K"] == ("", "suppressed")
    assert sum(status == "suppressed" for _, status in cells.values()) == 4
    assert "prövat genom ett angrepp" in (schools / "out" / "audit.txt").read_text(encoding="utf-8")
    assert sorted(file.name for file in (schools / "out").iterdir()) == ["audit.txt", "release.json", "table.csv"]
    hidden = {"3", "50", "38", "27", "30", "28"} - {n for n, _ in cells.values()}  # numbers of the finest cells
    text = "".join(file.read_text(encoding="utf-8") for file in (schools / "out").iterdir() if file.name != "audit.txt")
    assert {"3", "50"} <= hidden
    assert not hidden & set(re.findall(r"(?<![\w.])\d+(?![\w.])", text))
    assert run("attack", schools / "out").exit_code == 0


def test_protect_twice_gives_the_same_bytes_in_each_language(schools):
    for out, lang in (("a", "fi"), ("b", "fi"), ("c", "en")):
        run("protect", schools / "schools.csv", "--out", schools / out, "--lang", lang)
    first, second, third = ({f.name: f.read_bytes() for f in (schools / name).iterdir()} for name in "abc")
    assert first == second
    assert first["table.csv"] == third["table.csv"]
    assert first["audit.txt"] != third["audit.txt"]


def test_protect_with_a_ledger_sees_what_is_out(schools):
    words = ["--rules", schools / "rules.toml", "--ledger", schools / "ledger.jsonl"]
    assert run("protect", schools / "schools.csv", "--out", schools / "one", *words).exit_code == 0
    # the boys of all schools but one, by grade: with the first table, Väst's girls would follow
    rows = [
        ("Norr", "7", 30),
        ("Norr", "8", 45),
        ("Väst", "7", 25),
        ("Väst", "8", 28),
        ("Öst", "7", 56),
        ("Öst", "8", 2),
    ]
    text = "area,grade,n\n" + "".join(f"{area},{grade},{n}\n" for area, grade, n in rows)
    (schools / "grades.csv").write_text(text, encoding="utf-8")
    done = run("protect", schools / "grades.csv", "--out", schools / "two", *words, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["earlier"] == 1
    assert run("attack", schools / "one", schools / "two").exit_code == 0
    assert run("attack", "--ledger", schools / "ledger.jsonl").exit_code == 0
    shown = json.loads(run("ledger", "show", schools / "ledger.jsonl", "--json").stdout)
    assert [row["withdrawn"] for row in shown] == [False, False]
    first = shown[0]["release"]
    ledger = ["--ledger", schools / "ledger.jsonl", "--json"]
    facts = {
        name: json.loads(run("attack", *words).stdout)
        for name, words in {
            "one": [schools / "one", "--json"],
            "named": [first[:12], *ledger],
            "both": [schools / "one", schools / "two", "--json"],
            "named and folder": [first[:12], schools / "two", first, *ledger],
        }.items()
    }
    assert facts["named"] == facts["one"] != facts["both"]
    assert facts["named and folder"] == facts["both"]
    unknown = run("attack", "0" * 64, *ledger)
    assert unknown.exit_code == 4
    assert "ingen utgåva" in unknown.stderr
    assert run("ledger", "withdraw", schools / "ledger.jsonl", first[:12], "--why", "fel år").exit_code == 0
    assert "fel år" in run("ledger", "show", schools / "ledger.jsonl").stdout
    again = run("protect", schools / "grades.csv", "--out", schools / "three", *words, "--json")
    assert json.loads(again.stdout)["earlier"] == 2, "what is withdrawn stays known"


def test_attack_release_in_the_ledger_is_asked_for_what_its_own_rules_promise(schools):
    (schools / "other.toml").write_text('[table]\npopulation = "q"\n[rules]\npreset = "skolverket"\n', encoding="utf-8")
    ledger = ["--ledger", schools / "ledger.jsonl"]
    for out, rules in (("one", "rules.toml"), ("two", "other.toml")):
        done = run("protect", schools / "schools.csv", "--out", schools / out, "--rules", schools / rules, *ledger)
        assert done.exit_code == 0, done.stderr
    shown = json.loads(run("ledger", "show", schools / "ledger.jsonl", "--json").stdout)
    names = [row["release"] for row in shown]
    widths = [json.loads(run("attack", name, *ledger, "--json").stdout)["required_width"] for name in names]
    assert widths == [4, 9]
    for words in ([], names, [names[0], "--rules", schools / "other.toml"]):
        done = run("attack", *words, *ledger)
        assert done.exit_code == 2, words
        assert "olika personer" in done.stderr


def test_attack_foreign_table_with_a_lone_empty_cell_fails(schools):
    (schools / "foreign.csv").write_text(
        "area,sex,n\nTotal,Total,186\nTotal,K,73\nTotal,M,113\nNorr,Total,75\nNorr,K,40\nNorr,M,35\nVäst,Total,53\n"
        "Väst,K,..\nVäst,M,50\nÖst,Total,58\nÖst,K,30\nÖst,M,28\n",
        encoding="utf-8",
    )
    done = run("attack", schools / "foreign.csv", "--rules", schools / "rules.toml", "--lang", "en")
    assert done.exit_code == 7
    assert "area Väst, sex K: 3–3" in done.stdout
    assert "The protection does not hold." in done.stdout


def test_protect_shares_hides_all_and_nobody(schools):
    rows = [("Norr", "ja", 30), ("Norr", "nej", 20), ("Väst", "ja", 25), ("Väst", "nej", 0), ("Öst", "ja", 22)]
    rows += [("Öst", "nej", 31), ("Syd", "ja", 40), ("Syd", "nej", 19)]
    text = "area,svar,n\n" + "".join(f"{a},{s},{n}\n" for a, s, n in rows)
    (schools / "shares.csv").write_text(text, encoding="utf-8")
    (schools / "shares.toml").write_text('[rules]\nanswer = "svar"\n', encoding="utf-8")
    done = run("protect", schools / "shares.csv", "--rules", schools / "shares.toml", "--out", schools / "out")
    assert done.exit_code == 0, done.stderr
    cells = {(r["area"], r["svar"]): r for r in rows_of(schools / "out" / "table.csv")}
    assert cells["Väst", "ja"]["status"] == cells["Väst", "nej"]["status"] == "suppressed"
    assert cells["Väst", "ja"]["share"] == ""
    assert cells["Väst", "Total"]["n"] == "25"
    assert cells["Total", "ja"]["share"] == "62.6"
    shown = [r for r in cells.values() if r["share"]]
    assert all(r["status"] == "shown" for r in shown)


WRONG = [
    ("[table]\ncuont = 'n'\n", SCHOOLS, "'cuont' finns inte i [table]"),
    ("[tabel]\n", SCHOOLS, "'tabel' finns inte"),
    ("[rules]\nminimum_count = '5'\n", SCHOOLS, "'minimum_count' ska vara"),
    ("[rules]\nminimum_count = 2\n", SCHOOLS, "lägre än 3"),
    ("[rules]\nwidth = 3\n", SCHOOLS, "Bredden 3 är för liten"),
    ("[rules]\npreset = 'skolan'\n", SCHOOLS, "kan inte vara 'skolan'"),
    ("[rules]\nanswer = 'svar'\n", SCHOOLS, "ingen kolumn 'svar'"),
    ("[table]\nwithout = [['area', 'age']]\n", SCHOOLS, "ingen kolumn 'age' som är en dimension"),
    ("[table]\nwithout = ['area']\n", SCHOOLS, "en lista av indelningar"),
    ("[table]\nwithout = [[]]\n", SCHOOLS, "en lista av indelningar"),
    ("[table]\nwhere = { area = 'Norr' }\n", SCHOOLS, "både i where och som dimension"),
    ("[dimensions.area]\n", SCHOOLS, "vad de här kolumnerna är: sex"),
    ("[dimensions.area.divisions.del]\nx = ['Nord']\n[dimensions.sex]\n", SCHOOLS, "Koden 'Nord'"),
    ("", SCHOOLS.replace("n\n", "antal\n", 1), "ingen kolumn 'n'"),
    ("", SCHOOLS.replace("M,35", "M,-35"), "inget heltal"),
    ("", SCHOOLS.replace("M,35", "M,"), "Raden har inget antal"),
    ("", SCHOOLS.replace("Norr,M", ",M"), "Raden har ingen kod"),
    ("", SCHOOLS + "Total,Total,187\n", "inte summan av sina delar: area Total, sex Total"),
    ("", SCHOOLS + "Total,Total,186\nTotal,Total,186\n", "Samma cell har två rader"),
    ("not toml", SCHOOLS, "rules.toml"),
]


@pytest.mark.parametrize(("rules", "table", "said"), WRONG)
def test_protect_bad_input_says_what_and_where(tmp_path, rules, table, said):
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")
    done = run("protect", tmp_path / "t.csv", "--rules", tmp_path / "rules.toml", "--out", tmp_path / "out")
    assert done.exit_code in (3, 4), done.stderr
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_protect_impossible_table_is_refused_and_nothing_is_written(tmp_path):
    (tmp_path / "t.csv").write_text("area,n\nNorr,1\nSyd,0\n", encoding="utf-8")
    done = run("protect", tmp_path / "t.csv", "--out", tmp_path / "out", "--ledger", tmp_path / "l.jsonl")
    assert done.exit_code == 2  # no population
    (tmp_path / "r.toml").write_text('[table]\npopulation = "p"\n', encoding="utf-8")
    first = run("protect", tmp_path / "t.csv", "--out", tmp_path / "out", "--rules", tmp_path / "r.toml")
    assert first.exit_code == 0
    assert "1" not in [r["n"] for r in rows_of(tmp_path / "out" / "table.csv")]


def test_protect_refused_table_names_what_to_leave_out_and_is_published_without_it(tmp_path):
    inner, earlier, _ = refused_beside_an_earlier_table()
    with opened_ledger(tmp_path / "l.jsonl") as held:
        held.record(earlier, release="1" * 64, on="2026-01-01", population="p", rules={})
    lines = [",".join([*codes, str(n)]) for codes, n in inner.items()]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,c,n", *lines]) + "\n", encoding="utf-8")
    rules = '[table]\npopulation = "p"\n{}\n[rules]\nminimum_count = 3\n'
    (tmp_path / "r.toml").write_text(rules.format(""), encoding="utf-8")
    words = ["protect", tmp_path / "t.csv", "--rules", tmp_path / "r.toml", "--out", tmp_path / "out"]
    words += ["--ledger", tmp_path / "l.jsonl"]
    told = {lang: run(*words, "--lang", lang) for lang in ("sv", "en", "fi")}
    assert {done.exit_code for done in told.values()} == {7}
    assert not (tmp_path / "out").exists()
    asked = {re.search(r"without = .*", done.stderr)[0] for done in told.values()}
    assert asked == {'without = [["a", "b"]]'}
    assert "Det går utan a × b." in told["sv"].stderr
    (tmp_path / "r.toml").write_text(rules.format(asked.pop()), encoding="utf-8")
    done = run(*words, "--lang", "en", "--json")
    assert done.exit_code == 0, done.stderr
    rows = rows_of(tmp_path / "out" / "table.csv")
    assert len(rows) == json.loads(done.stdout)["cells"] == 15
    assert not [row for row in rows if "Total" not in (row["a"], row["b"])]
    assert "Not published: a × b" in (tmp_path / "out" / "audit.txt").read_text(encoding="utf-8")
    shown = [row for row in rows if row["status"] == "shown"]
    assert len(shown) > 1
    truth = [
        sum(n for codes, n in inner.items() if all(row[d] in (c, "Total") for d, c in zip("abc", codes, strict=True)))
        for row in shown
    ]
    assert [int(row["n"]) for row in shown] == truth
    with opened_ledger(tmp_path / "l.jsonl") as held:
        kept = held.about("p")[-1]
    assert (kept.told.sum(), kept.crossed.size, int((~np.isnan(kept.value)).sum())) == (15, 27, len(shown))
    found = json.loads(run("attack", tmp_path / "out", "--json").stdout)
    assert (found["hidden"], found["passed"]) == (15 - len(shown), True)


def test_protect_without_a_breakdown_has_no_sums_or_noise_in_it_either(tmp_path):
    rows = SUMS.splitlines()
    keyed = [f"{rows[0]},rkey", *(f"{row},{3_000_000_019 * (i + 1)}" for i, row in enumerate(rows[1:]))]
    without = '[table]\nignore = {}\nwithout = [["sex", "area"]]\n'
    amounts, keys = '["rkey"]', '["lon", "storst", "nast"]'
    cases = {
        "suppress": without.format(amounts) + SUM_RULES,
        "noise": without.format(keys) + '[noise]\nkeys = "rkey"\n',
    }
    (tmp_path / "t.csv").write_text("\n".join(keyed) + "\n", encoding="utf-8")
    for method, rules in cases.items():
        (tmp_path / f"{method}.toml").write_text(rules, encoding="utf-8")
        words = ["--rules", tmp_path / f"{method}.toml", "--method", method, "--out", tmp_path / method, "--json"]
        done = run("protect", tmp_path / "t.csv", *words)
        assert done.exit_code == 0, done.stderr
        table = rows_of(tmp_path / method / "table.csv")
        assert len(table) == json.loads(done.stdout)["cells"] == 6
        assert all("Total" in (row["area"], row["sex"]) for row in table)
    sums = rows_of(tmp_path / "suppress" / "table.csv")
    assert {row["sum_status"] for row in sums} == {"shown"}, "whom one cell dominates is not told where it is left out"
    whole = tmp_path / "whole.csv"
    whole.write_text(
        "area,sex,n\nTotal,Total,60\nTotal,K,30\nTotal,M,30\nNorr,Total,30\nNorr,K,3\nNorr,M,27\nVäst,Total,30\nVäst,K,27\nVäst,M,3\n",
        encoding="utf-8",
    )
    (tmp_path / "w.toml").write_text('[table]\nwithout = [["area", "sex"]]\n', encoding="utf-8")
    found = json.loads(run("attack", whole, "--rules", tmp_path / "w.toml", "--json").stdout)
    assert (found["hidden"], found["passed"]) == (0, True), "left out is unknown"


SUMS = """area,sex,n,lon,storst,nast
Norr,K,40,4000,300,250
Norr,M,35,3900,280,260
Väst,K,30,3000,2500,100
Väst,M,50,5200,300,290
Öst,K,30,3100,200,190
Öst,M,28,3000,210,200
"""
SUM_RULES = '[sum]\ncolumn = "lon"\nlargest = ["storst", "nast"]\n'


def test_protect_sum_that_one_dominates_is_hidden_though_its_count_is_shown(tmp_path):
    (tmp_path / "t.csv").write_text(SUMS, encoding="utf-8")
    (tmp_path / "r.toml").write_text(SUM_RULES, encoding="utf-8")
    done = run("protect", tmp_path / "t.csv", "--rules", tmp_path / "r.toml", "--out", tmp_path / "out", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    cells = {(r["area"], r["sex"]): r for r in rows_of(tmp_path / "out" / "table.csv")}
    assert (cells["Väst", "K"]["n"], cells["Väst", "K"]["lon"], cells["Väst", "K"]["sum_status"]) == (
        "30",
        "",
        "suppressed",
    )
    assert cells["Total", "Total"]["lon"] == "22200"
    assert sum(row["sum_status"] == "suppressed" for row in cells.values()) == 4
    assert "Hidden sums: 4" in (tmp_path / "out" / "audit.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("rules", "table", "said"),
    [
        (SUM_RULES.replace("lon", "lön"), SUMS, "ingen kolumn 'lön'"),
        (SUM_RULES.replace(', "nast"', ""), SUMS, "de 2 största"),
        (SUM_RULES + "k = 0\n", SUMS, "går inte att använda"),
        (SUM_RULES, SUMS.replace("2500", "3500"), "mer än hela summan"),
        (SUM_RULES, SUMS.replace("2500", "-1"), "Beloppet är inget tal"),
        (SUM_RULES, SUMS + "Total,Total,213,22300,2500,300\n", "inte summan av sina delar"),
        ('[sum]\ncolumn = "lon"\n', SUMS, "'largest' saknas i [sum]"),
    ],
)
def test_protect_sum_with_bad_input_says_what(tmp_path, rules, table, said):
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    (tmp_path / "r.toml").write_text(rules, encoding="utf-8")
    done = run("protect", tmp_path / "t.csv", "--rules", tmp_path / "r.toml", "--out", tmp_path / "out")
    assert done.exit_code == 4, done.stderr
    assert said in done.stderr


def test_protect_sum_with_a_ledger_is_refused(schools):
    (schools / "t.csv").write_text(SUMS, encoding="utf-8")
    (schools / "r.toml").write_text('[table]\npopulation = "p"\n' + SUM_RULES, encoding="utf-8")
    words = ["--rules", schools / "r.toml", "--out", schools / "out", "--ledger", schools / "l.jsonl"]
    done = run("protect", schools / "t.csv", *words)
    assert done.exit_code == 2
    assert not (schools / "l.jsonl").exists()


def test_protect_with_noise_changes_numbers_and_hides_none(schools):
    rows = SCHOOLS.splitlines()
    keyed = [f"{rows[0]},rkey", *(f"{row},{3_000_000_019 * (i + 1)}" for i, row in enumerate(rows[1:]))]
    (schools / "t.csv").write_text("\n".join(keyed) + "\n", encoding="utf-8")
    (schools / "r.toml").write_text('[table]\npopulation = "p"\n[noise]\nkeys = "rkey"\n', encoding="utf-8")
    words = ["protect", schools / "t.csv", "--rules", schools / "r.toml", "--method", "noise"]
    assert run(*words, "--out", schools / "a").exit_code == 0
    assert run(*words, "--out", schools / "b").exit_code == 0
    assert (schools / "a" / "table.csv").read_bytes() == (schools / "b" / "table.csv").read_bytes()
    found = {(r["area"], r["sex"]): r for r in rows_of(schools / "a" / "table.csv")}
    truth = {tuple(row.split(",")[:2]): int(row.split(",")[2]) for row in rows[1:]}
    gaps = [int(found[cell]["n"]) - n for cell, n in truth.items()]
    assert any(gaps)
    assert max(map(abs, gaps)) <= 6
    assert {r["status"] for r in found.values()} == {"perturbed"}
    assert not {r["n"] for r in found.values()} & {"1", "2", "3", "4"}
    assert "brus" in (schools / "a" / "audit.txt").read_text(encoding="utf-8")
    assert run("attack", schools / "a").exit_code == 2
    assert run(*words, "--out", schools / "c", "--ledger", schools / "l.jsonl").exit_code == 2


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("", "var personernas nycklar står"),
        ("[noise]\ndeviation = 6\n", "'keys' saknas i [noise]"),
        ('[noise]\nkeys = "rkey"\n', "ingen kolumn 'rkey'"),
        ('[noise]\nkeys = "sex"\n[dimensions.area]\n', "Nyckeln är inget heltal"),
        ('[noise]\nkeys = "n"\ndeviation = 2\n', "går inte att göra brus"),
    ],
)
def test_protect_with_noise_and_bad_input_says_what(schools, rules, said):
    (schools / "r.toml").write_text(rules, encoding="utf-8")
    words = ["--rules", schools / "r.toml", "--method", "noise", "--out", schools / "out"]
    done = run("protect", schools / "schools.csv", *words)
    assert done.exit_code in (2, 4), done.stderr
    assert said in done.stderr
