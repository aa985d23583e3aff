from __future__ import annotations

import pytest

from jamlik.model.dataset import ColumnRole, RowKind
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.indicators import Direction, Kind
from jamlik.sources.inspect import inspect_file
from jamlik.sources.looking import MOST_COLUMNS
from jamlik.sources.read import read_cells, read_persons

LANGUAGES = ("sv", "en", "fi")


def roles(found):
    return {column.name: column.role.value for column in found.columns}


def codes(found):
    return {column.name: column.evidence.code for column in found.columns}


def persons(*rows, head, times=30):
    return "\n".join([head, *(row for row in rows for _ in range(times))])


SCHOOL = persons(
    "1;2024;Flicka;7;0114;Norr;Hög;Ja;210,5;Mycket nöjd",
    "2;2024;Pojke;8;0114;Norr;Låg;Nej;180,0;Nöjd",
    "3;2024;Pojke;9;0115;Söder;Mellan;Ja;..;Missnöjd",
    "4;2023;Flicka;9;0115;Söder;Hög;Ja;230,0;Nöjd",
    head="Elev-id;Läsår;Kön;Ålder;Områdeskod;Område;Föräldrars utbildning;Behörig;Meritvärde;Nöjdhet",
)


def test_persons_are_known_by_their_id_and_each_column_has_a_role(written):
    found = inspect_file(written(SCHOOL))
    assert found.rows is RowKind.PERSONS
    assert roles(found) == {
        "Elev-id": "ignore",
        "Läsår": "period",
        "Kön": "sex",
        "Ålder": "age",
        "Områdeskod": "area",
        "Område": "area_name",
        "Föräldrars utbildning": "covariate",
        "Behörig": "outcome",
        "Meritvärde": "outcome",
        "Nöjdhet": "outcome",
    }
    assert [(s.indicator.id, s.indicator.kind, s.positive) for s in found.dataset.indicators] == [
        ("local:behorig", Kind.PROPORTION, ()),
        ("local:meritvarde", Kind.MEAN, ()),
        ("local:nojdhet_missnojd", Kind.PROPORTION, ("Missnöjd",)),
        ("local:nojdhet_mycket_nojd", Kind.PROPORTION, ("Mycket nöjd",)),
        ("local:nojdhet_nojd", Kind.PROPORTION, ("Nöjd",)),
    ]
    levels = found.dataset.indicators[2:]
    assert {s.indicator.partition for s in levels} == {"part:nojdhet"}
    assert {s.indicator.base_key for s in levels} == {"base:nojdhet"}
    assert len({s.indicator.base_key for s in found.dataset.indicators}) == 3
    assert all(s.indicator.direction is Direction.NEUTRAL for s in found.dataset.indicators)


def test_a_guess_from_weak_evidence_asks_to_be_checked(written):
    found = inspect_file(written(SCHOOL))
    assert {c.name for c in found.columns if c.check} == {"Föräldrars utbildning", "Nöjdhet"}
    assert found.evidence("sv")["Föräldrars utbildning"].endswith("Kontrollera gissningen.")


def test_examples_never_show_ids_or_answers(written):
    found = inspect_file(written(SCHOOL))
    examples = {column.name: column.examples for column in found.columns}
    assert examples["Elev-id"] == ()
    assert examples["Meritvärde"] == ()
    assert set(examples["Kön"]) == {"Flicka", "Pojke"}


def test_an_example_from_persons_is_common_enough_not_to_point_anybody_out(written):
    text = persons("2024;K;Norr;Ja", "2024;M;Söder;Nej", head="År;Kön;Område;Svar") + "\n2024;K;Ensamgården;Ja"
    examples = {c.name: c.examples for c in inspect_file(written(text)).columns}
    assert set(examples["Område"]) == {"Norr", "Söder"}


def test_marks_are_found_with_meaning_and_number(written):
    found = inspect_file(written(SCHOOL))
    merit = next(c for c in found.columns if c.name == "Meritvärde")
    assert [(m.mark, m.status, m.count) for m in merit.marks] == [("..", "suppressed", 30)]
    assert found.dataset.missing == {"..": "suppressed"}


@pytest.mark.parametrize(
    "name", ["Namn på personnummer", "personnummer", "Födelseår", "Adress", "e-post", "kund_id", "Namn"]
)
def test_columns_that_point_out_persons_are_left_alone(written, name):
    text = persons("x1;K;Ja", "x2;M;Nej", head=f"{name};Kön;Svar")
    assert roles(inspect_file(written(text)))[name] == "ignore"


def test_free_text_is_left_alone(written):
    rows = "\n".join(
        f"{'KM'[n % 2]};Ja;Jag tycker att personal nummer {n} var mycket hjälpsam och snäll" for n in range(300)
    )
    found = inspect_file(written(f"Kön;Nöjd;Synpunkt\n{rows}"))
    assert codes(found)["Synpunkt"] == "free_text"


def test_single_years_of_age_are_cut_into_bands(written):
    rows = "\n".join(f"{'KM'[n % 2]};{n % 90};{n % 3 % 2}" for n in range(900))
    found = inspect_file(written(f"Kön;Ålder;Svar\n{rows}"))
    assert next(c for c in found.dataset.columns if c.name == "Ålder").age_breaks == (0, 6, 13, 16, 20, 30, 45, 65, 80)
    stream = read_persons(found.dataset, path=written(f"Kön;Ålder;Svar\n{rows}"))
    for _ in stream.batches:
        pass
    assert list(stream.labels["age"]) == ["0-5", "6-12", "13-15", "16-19", "20-29", "30-44", "45-64", "65-79", "80-"]
    assert stream.labels["age"]["80-"] == "80 år och äldre"


def test_overlapping_bands_are_noted(written):
    text = persons("15-19 år;Ja", "16-64 år;Nej", "20-24 år;Ja", head="Ålder;Svar")
    assert "ages_overlap" in [note.code for note in inspect_file(written(text)).notes]


def test_a_share_that_is_a_count_over_another_settles_all_three(written):
    rows = "\n".join(
        f"0{n};D{n};{100 + n};{50 + n};{(50 + n) / (100 + n) * 100:.1f}".replace(".", ",") for n in range(1, 9)
    )
    found = inspect_file(written(f"Kommunkod;Distrikt;Antal röstberättigade;Antal röstande;Andel röstande\n{rows}"))
    assert found.rows is RowKind.COUNTS
    (spec,) = found.dataset.indicators
    assert (spec.count, spec.base, spec.indicator.name) == (
        "Antal röstande",
        "Antal röstberättigade",
        {"sv": "Andel röstande"},
    )
    assert codes(found)["Andel röstande"] == "computed_share"


def test_counts_lie_over_the_column_whose_name_says_base(written):
    found = inspect_file(written("omrade;kon;sysselsatta_n;befolkning_n\nA;K;5;10\nA;M;7;9\nB;K;3;11\nB;M;2;12\n"))
    (spec,) = found.dataset.indicators
    assert (spec.count, spec.base, spec.indicator.base_key) == (
        "sysselsatta_n",
        "befolkning_n",
        "base:befolkning_n",
    )


def test_published_shares_belong_to_the_count_before_them(written):
    found = inspect_file(
        written(
            """
            Kommun;Kön;Antal elever;Andel (%) behöriga
            Ale;Flickor;214;83,2
            Ale;Pojkar;220;80,0
            Arboga;Flickor;80;90,0
            """
        )
    )
    (spec,) = found.dataset.indicators
    assert found.rows is RowKind.VALUES
    assert (spec.value, spec.base, spec.indicator.kind, spec.indicator.unit) == (
        "Andel (%) behöriga",
        "Antal elever",
        Kind.PROPORTION,
        "%",
    )


def test_shares_that_add_up_to_the_whole_are_parts_of_it(written):
    rows = "\n".join(f"{n};50;{60 - n},5;{20 + n},0;19,5" for n in range(8))
    found = inspect_file(written(f"Område;Antal;Andel nöjda;Andel neutrala;Andel missnöjda\n{rows}"))
    assert {s.indicator.partition for s in found.dataset.indicators} == {"part:antal"}


@pytest.mark.parametrize(
    ("head", "fixed"),
    [
        ("Område;Flickor;Pojkar", {"sex": "K"}),
        ("Område;Antal kvinnor;Antal män", {"sex": "K"}),
        ("Område;antal_k;antal_m", {"sex": "K"}),
        ("Område;2023;2024", {"period": "2023"}),
        ("Område;Antal 2023;Antal 2024", {"period": "2023"}),
    ],
)
def test_codes_in_headers_are_found(written, head, fixed):
    found = inspect_file(written(f"{head}\nNorr;10;12\nSöder;20;22\nVäster;30;..\n"))
    assert found.dataset.columns[1].fixed == fixed
    assert len(read_cells(found.dataset, path=written(f"{head}\nNorr;10;12\nSöder;20;22\nVäster;30;..\n")).cells) == 6


def test_ages_in_headers_are_found(written):
    text = "Område;0-5 år;6-15 år;80+ år\nNorr;10;12;3\nSöder;20;22;4\nVäster;30;..;5\n"
    found = inspect_file(written(text))
    assert [c.fixed for c in found.dataset.columns[1:]] == [{"age": "0-5"}, {"age": "6-15"}, {"age": "80-"}]
    cells = read_cells(found.dataset, path=written(text))
    assert {d.name: d.codes for d in cells.dimensions}["age"] == ("0-5", "6-15", "80-")


def test_code_and_name_in_one_cell_are_taken_apart(written):
    text = "plats;kön;2023;2024\n00 Riket;kvinnor;50;51\n0126 Huddinge;kvinnor;40;41\n0127 Botkyrka;kvinnor;30;31\n"
    text += text.split("\n", 1)[1].replace("kvinnor", "män")
    found = inspect_file(written(text))
    cells = read_cells(found.dataset, path=written(text))
    area = next(d for d in cells.dimensions if d.name == "area")
    assert area.labels == {"0126": "Huddinge", "0127": "Botkyrka"}
    assert sum(not any(name == "area" for name, _ in c.group) for c in cells.cells) == 4


@pytest.mark.parametrize("letters", ["ABC", "XYC"])
def test_single_letters_are_codes_and_no_marks(written, letters):
    text = "omr;kon;antal_n;befolkning_n\n" + "".join(f"{a};{s};5;1{n}\n" for n, a in enumerate(letters) for s in "KM")
    found = inspect_file(written(text))
    assert len(read_cells(found.dataset, path=written(text)).cells) == 6


def test_a_party_called_m_is_no_sex(written):
    found = inspect_file(written("Distrikt;M;S;V\nA;10;20;30\nB;11;21;31\n"))
    assert all(not column.fixed for column in found.dataset.columns)


def test_lost_zeros_are_put_back_where_the_width_tells(written):
    text = "kommun;kon;andel\n126;K;50\n126;M;51\n1490;K;52\n1490;M;53\n"
    found = inspect_file(written(text))
    assert found.dataset.columns[0].width == 4
    cells = read_cells(found.dataset, path=written(text)).cells
    assert {dict(cell.group)["area"] for cell in cells} == {"0126", "1490"}


def test_nested_areas_are_found_and_the_county_is_left_out(written):
    rows = "\n".join(
        f"0{1 + k // 4};0{1 + k // 4}{10 + k % 4};Kommun {k};D{k}{d};{50 + d};{90 + k}"
        for k in range(8)
        for d in range(3)
    )
    found = inspect_file(written(f"Länskod;Kommunkod;Kommun;Distrikt;Antal röstande;Antal röstberättigade\n{rows}"))
    columns = {c.name: (c.role, c.dimension, c.nested_in) for c in found.dataset.columns[:4]}
    assert columns == {
        "Länskod": (ColumnRole.IGNORE, "", ""),
        "Kommunkod": (ColumnRole.AREA, "area", ""),
        "Kommun": (ColumnRole.AREA_NAME, "", ""),
        "Distrikt": (ColumnRole.AREA, "distrikt", "area"),
    }


def test_the_period_comes_from_the_preamble_or_the_name_of_the_file(written):
    table = "Kommun;Antal elever;Andel behöriga\nAle;10;50,0\nArboga;12;60,0\n"
    found = inspect_file(written(f"Grundskola\nValt läsår: 2024/25\n\n{table}"))
    assert (found.dataset.period, found.dataset.title, found.dataset.source) == ("2024/25", "Grundskola", "Skolverket")
    assert found.dataset.rules == "already_published"
    assert inspect_file(written(table, name="skola_2023.csv")).dataset.period == "2023"
    assert "no_period" in [note.code for note in inspect_file(written(table, name="skola.csv")).notes]


def test_focus_is_found_by_code_or_name(written):
    path = written("Kommunkod;Kommun;Andel\n0126;Huddinge;50\n0127;Botkyrka;60\n")
    assert inspect_file(path, focus="huddinge").dataset.focus == "0126"
    assert inspect_file(path, focus="126").dataset.focus == "0126"
    with pytest.raises(JamlikError, match="Hudinge") as caught:
        inspect_file(path, focus="Hudinge")
    assert caught.value.kind is ErrorKind.USAGE
    assert "Huddinge" in caught.value.do


def test_where_is_applied_before_anything_is_guessed(written):
    path = written("Kommunkod;Distrikt;Andel\n0126;A;50\n0126;B;40\n0127;C;60\n")
    found = inspect_file(path, where={"Kommunkod": ("0126",)})
    assert codes(found)["Kommunkod"] == "constant"
    assert [c.dimension for c in found.dataset.columns if c.role is ColumnRole.AREA] == ["area"]
    assert len(read_cells(found.dataset, path=path).cells) == 2


def test_headers_without_rows_say_so(written):
    with pytest.raises(JamlikError, match="inga rader"):
        inspect_file(written("Kommun;Antal;Andel\n"))


def test_names_that_give_the_same_word_stay_apart(written):
    text = "Typ A;typ-a;Andel (%);andel %\nx;p;10;20\nx;q;11;21\ny;p;12;22\ny;q;13;23\n"
    found = inspect_file(written(text)).dataset
    assert [c.dimension for c in found.columns[:2]] == ["typ_a", "typ_a_2"]
    assert [s.indicator.id for s in found.indicators] == ["local:andel_procent", "local:andel_procent_2"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_has_words_in_every_language(written, lang):
    found = inspect_file(written(SCHOOL))
    assert all(found.evidence(lang).values())
    assert found.rows_why.text(lang)


def test_the_same_bytes_give_the_same_answer(written):
    assert inspect_file(written(SCHOOL)) == inspect_file(written(SCHOOL))


def test_more_columns_than_can_be_looked_at_are_refused_with_how_many_there_are(tmp_path):
    path = tmp_path / "bred.csv"
    path.write_text(";".join(f"k{n}" for n in range(MOST_COLUMNS + 1)) + "\n" + ";".join("1" * (MOST_COLUMNS + 1)))
    with pytest.raises(JamlikError, match=r"2001 kolumner.*fler än de 2000") as told:
        inspect_file(path)
    assert "Ta bort de kolumner" in told.value.do
