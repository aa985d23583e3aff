"""A file that is handed in: what it is taken for, what a person may correct, and what is refused."""

import pytest

from jamlik.analysis.carried import Said
from jamlik.analysis.incoming import Correction, corrected, described_dataset, looked_at, names_somebody
from jamlik.model.dataset import ColumnRole
from jamlik.model.errors import ErrorKind, JamlikError


def silent(step, share):
    """Tell nobody."""


@pytest.fixture
def pupils(tmp_path):
    lines = ["År;Kön;Utbildning;Godkänd;Närvaro"]
    for n in range(400):
        lines.append(f"2025;{'KM'[n % 2]};{'kort' if n % 3 else 'lång'};{'Ja' if n % 5 else 'Nej'};{80 + n % 20}")
    path = tmp_path / "elever.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def seen(pupils):
    return looked_at(pupils, key=b"k", progress=silent)


def roles(path, description):
    return {column.name: column.role for column in described_dataset(description, path=path).columns}


def test_looked_at_tells_columns_measures_and_periods_in_three_languages(seen):
    columns = {column["name"]: column for column in seen.about["columns"]}
    assert columns["Kön"]["role"] == "sex"
    assert set(columns["Kön"]["why"]) == {"sv", "en", "fi"}
    assert seen.about["periods"] == ["2025"]
    assert {i["id"] for i in seen.about["indicators"]} == {"local:godkand", "local:narvaro"}


def test_corrected_role_is_read_by(seen, pupils):
    text = corrected(seen.description, Correction(roles={"Utbildning": "ignore"}))
    assert roles(pupils, text)["Utbildning"] is ColumnRole.IGNORE
    again = looked_at(pupils, key=b"k", progress=silent, description=text)
    assert "utbildning" not in again.shape.dimensions
    assert {c["name"]: c["role"] for c in again.about["columns"]}["Utbildning"] == "ignore"


def test_corrected_column_that_is_no_outcome_takes_its_measure_with_it(seen, pupils):
    text = corrected(seen.description, Correction(roles={"Närvaro": "ignore"}))
    again = looked_at(pupils, key=b"k", progress=silent, description=text)
    assert [i["id"] for i in again.about["indicators"]] == ["local:godkand"]


def test_corrected_direction_title_and_measures_left_out(seen, pupils):
    said = Correction(title="Elever", directions={"local:godkand": "up"}, left_out=frozenset({"local:narvaro"}))
    dataset = described_dataset(corrected(seen.description, said), path=pupils)
    assert dataset.title == "Elever"
    assert [(s.indicator.id, s.indicator.direction.value) for s in dataset.indicators] == [("local:godkand", "up")]


def test_corrected_with_no_measure_left_is_refused(seen):
    with pytest.raises(JamlikError, match="inget mått"):
        corrected(seen.description, Correction(left_out=frozenset({"local:godkand", "local:narvaro"})))


@pytest.mark.parametrize("role", ["outcome", "count", "nonsense"])
def test_corrected_role_that_says_too_little_is_refused(seen, role):
    with pytest.raises(JamlikError):
        corrected(seen.description, Correction(roles={"Kön": role}))


def test_described_dataset_names_no_other_file(seen, pupils):
    text = 'catalogue = "/etc/hosts"\n' + seen.description.replace('catalogue = ""\n', "")
    text += '\n[map]\npath = "/etc/passwd"\nproperty = "kod"\n'
    dataset = described_dataset(text, path=pupils)
    assert dataset.map is None
    assert dataset.catalogue == ""
    assert dataset.path == str(pupils)


def test_looked_at_refuses_identity_numbers_and_never_repeats_them(tmp_path):
    path = tmp_path / "personer.csv"
    path.write_text("Kön;Uppgift;Ja\n" + "K;640823-3234;1\nM;640823-3234;0\n" * 60, encoding="utf-8")
    with pytest.raises(JamlikError) as refused:
        looked_at(path, key=b"k", progress=silent)
    assert refused.value.kind is ErrorKind.FORBIDDEN_GROUND
    assert "640823" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Flickor får vänta längre.", False),
        ("Skriv till anna@exempel.se", True),
        ("Ring 640823-3234", True),
        ("Entrén saknar ramp sedan 2019.", False),
    ],
)
def test_names_somebody(text, says):
    assert names_somebody(text) is says


def next_year(path, *, year="2026", head="År;Kön;Utbildning;Godkänd;Närvaro", more=""):
    lines = [head] + [
        f"{year};{'KM'[n % 2]};{'kort' if n % 3 else 'lång'};{'Ja' if n % 5 else 'Nej'};{80 + n % 20}{more}"
        for n in range(400)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_corrections_hold_for_the_next_version_with_the_same_columns(seen, tmp_path):
    said = Correction(
        title="Elever i nian",
        directions={"local:godkand": "up"},
        names={"local:godkand": "Klarar kursen"},
        roles={"Utbildning": "ignore"},
        left_out=frozenset({"local:narvaro"}),
    )
    text = corrected(seen.description, said)
    again = looked_at(next_year(tmp_path / "nytt.csv"), key=b"k", progress=silent, said=Said(text, seen.about["guess"]))
    assert again.about["title"] == "Elever i nian"
    assert again.about["periods"] == ["2026"]
    measures = [(i["id"], i["name"]["sv"], i["direction"]) for i in again.about["indicators"]]
    assert measures == [("local:godkand", "Klarar kursen", "up")]
    assert {c["name"]: c["role"] for c in again.about["columns"]}["Utbildning"] == "ignore"
    third = Said(again.description, again.about["guess"])
    later = looked_at(next_year(tmp_path / "an.csv", year="2027"), key=b"k", progress=silent, said=third)
    assert [i["direction"] for i in later.about["indicators"]] == ["up"]


def test_corrections_hold_for_the_columns_that_are_the_same_and_new_ones_are_looked_at(seen, tmp_path):
    text = corrected(seen.description, Correction(roles={"Utbildning": "ignore"}, directions={"local:godkand": "up"}))
    head = "År;Kön;Utbildning;Godkänd;Närvaro;Skola"
    path = next_year(tmp_path / "fler.csv", head=head, more=";Norr")
    again = looked_at(path, key=b"k", progress=silent, said=Said(text, seen.about["guess"]))
    assert {c["name"]: c["role"] for c in again.about["columns"]}["Utbildning"] == "ignore"
    assert {i["id"]: i["direction"] for i in again.about["indicators"]}["local:godkand"] == "up"
    assert "Skola" in {c["name"] for c in again.about["columns"]}


def test_corrections_that_do_not_fit_the_next_version_are_let_go(seen, tmp_path):
    text = corrected(seen.description, Correction(focus="9999"))
    again = looked_at(next_year(tmp_path / "b.csv"), key=b"k", progress=silent, said=Said(text, seen.about["guess"]))
    assert [i["id"] for i in again.about["indicators"]] == ["local:godkand", "local:narvaro"]
    broken = looked_at(next_year(tmp_path / "c.csv"), key=b"k", progress=silent, said=Said("not toml ="))
    assert broken.about["indicators"] == again.about["indicators"]


def test_what_stands_instead_of_a_number_is_told_with_its_first_row(tmp_path):
    path = tmp_path / "antal.csv"
    rows = ["Skola;Kön;Antal;Totalt"]
    rows += [f"Skola {n};{sex};{20 + n};{60 + n}" for n in range(12) for sex in ("Flickor", "Pojkar")]
    rows[5] = rows[5].replace(";22;", ";x;")
    rows[8] = rows[8].replace(";23;", ";;")
    rows[9] = rows[9].replace(";24;", ";..;")
    rows[11] = rows[11].replace(";25;", ";..;")
    path.write_text("\n".join(rows), encoding="utf-8")
    told = {
        (p["code"], p["detail"]): (p["n"], p["row"], p["column"])
        for p in looked_at(path, key=b"k", progress=silent).problems
    }
    assert told["number_suppressed", "x"] == (1, 6, "Antal")
    assert told["number_empty", ""] == (1, 9, "Antal")
    assert told["number_suppressed", ".."] == (2, 10, "Antal")


def test_a_thing_is_told_once(tmp_path):
    path = tmp_path / "rad.csv"
    lines = ["Skola;Kön;Antal;Totalt", *(f"S{n};{s};{20 + n};{60 + n}" for n in range(12) for s in "KM")]
    path.write_text("\n".join([*lines, "Källa: registret;;;"]), encoding="utf-8")
    found = [(p["code"], p["row"], p["detail"]) for p in looked_at(path, key=b"k", progress=silent).problems]
    assert len(found) == len(set(found))
