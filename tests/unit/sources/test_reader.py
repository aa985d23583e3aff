from __future__ import annotations

import gzip

import polars as pl
import pytest
import xlsxwriter

from jamlik.model.dataset import FileLayout
from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.sources.reader import ROW, UNKNOWN_LAYOUT, open_table

PLAIN = """
    Kommun;Kön;Antal;Andel
    Huddinge;Kvinnor;10;83,2
    Botkyrka;Män;20;9,5
"""


def rows(path, **layout):
    table = open_table(path, layout=FileLayout(**{**vars_of(UNKNOWN_LAYOUT), **layout}))
    return table, table.whole()


def vars_of(layout):
    return {name: getattr(layout, name) for name in layout.__dataclass_fields__}


def content(frame):
    return frame.drop(ROW).rows()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r\r\n", "\r"])
def test_text_in_any_encoding_and_line_end_gives_the_same_rows(written, encoding, newline):
    table, frame = rows(written(PLAIN, encoding=encoding, newline=newline))
    assert table.names == ("Kommun", "Kön", "Antal", "Andel")
    assert content(frame) == [("Huddinge", "Kvinnor", "10", "83,2"), ("Botkyrka", "Män", "20", "9,5")]
    assert frame[ROW].to_list() == [2, 3]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiter_is_found(written, delimiter):
    text = "\n".join(["a;b;c", "x;1;2", "y;3;4"]).replace(";", delimiter)
    table, frame = rows(written(text))
    assert table.layout.delimiter == delimiter
    assert content(frame) == [("x", "1", "2"), ("y", "3", "4")]


@pytest.mark.parametrize(
    "text",
    [
        "område;värde\nA;1,5\nB;2,5\nC;3,5",
        "område;x;y\nA;1,5;2,5\nB;2,5;1,0\nC;3,5;1,5",
    ],
)
def test_decimal_comma_is_no_delimiter(written, text):
    table, _ = rows(written(text))
    assert (table.layout.delimiter, table.layout.decimal) == (";", ",")


def test_ascii_for_a_long_while_then_latin_is_decoded(tmp_path):
    path = tmp_path / "lång.csv"
    path.write_bytes(b"a;b\n" + b"x;1\n" * 400_000 + "Åmål;2\n".encode("cp1252"))
    table, frame = rows(path)
    assert table.layout.encoding == "cp1252"
    assert frame.row(-1)[:2] == ("Åmål", "2")


def test_preamble_blank_lines_and_footer_are_not_rows(written):
    table, frame = rows(
        written(
            """
            Statistik från Skolverket, https://www.skolverket.se

            Grundskola - betyg
            Valt läsår: 2024/25

            Kommun;Antal;Andel;
            Ale;217;82,0;
            ;;;

            Arboga;..;~100;
            Observera: dolda uppgifter visas med prickar; läs mer
            """
        )
    )
    assert table.preamble[-1] == "Valt läsår: 2024/25"
    assert table.names == ("Kommun", "Antal", "Andel")
    assert content(frame) == [("Ale", "217", "82,0"), ("Arboga", "..", "~100")]
    assert frame[ROW].to_list() == [7, 10]
    assert [(p.code, p.where.row, p.count) for p in table.problems] == [("footer", 11, 1)]


@pytest.mark.parametrize(
    "top",
    [
        ";;Flickor;Flickor;Pojkar;Pojkar",
        ";;Flickor;;Pojkar;",
    ],
)
def test_two_header_rows_are_joined(written, top):
    table, frame = rows(written(f"{top}\nKommun;Kod;Antal;Andel;Antal;Andel\nAle;1440;10;50,0;12;40,0\n"))
    assert table.names == (
        "Kommun",
        "Kod",
        "Flickor | Antal",
        "Flickor | Andel",
        "Pojkar | Antal",
        "Pojkar | Andel",
    )
    assert table.layout.header_rows == 2
    assert frame.height == 1


@pytest.mark.parametrize("top", ["", ";Tabell 1;;\n"])
def test_a_blank_first_header_is_one_header_row(written, top):
    table, frame = rows(written(f"{top};Kön;Svar;Ort\nrad ett;K;Ja;Norr\nrad två;M;Nej;Syd\n"))
    assert table.names == ("kolumn 1", "Kön", "Svar", "Ort")
    assert frame.height == 2


def test_years_as_headers_are_a_header(written):
    table, frame = rows(written('"region","kön","2019","2020"\n"A","män",140,..\n"A","kvinnor",90,80\n'))
    assert table.names == ("region", "kön", "2019", "2020")
    assert frame.height == 2


def test_no_header_gives_numbered_columns(written):
    table, frame = rows(written("A;1;10\nB;2;20\nC;3;30\n"))
    assert table.names == ("kolumn 1", "kolumn 2", "kolumn 3")
    assert frame.height == 3


def test_repeated_and_blank_names_become_distinct(written):
    table, _ = rows(written("namn;antal;antal;;x\na;1;2;3;4\nb;1;2;3;4\n"))
    assert table.names == ("namn", "antal", "antal (2)", "kolumn 4", "x")


def test_quoted_fields_hold_delimiters_quotes_and_line_breaks(written):
    table, frame = rows(written('namn;text;n\n"A; B";"sa ""hej""";1\n"två\nrader";x;2\nC;y;3\n'))
    assert content(frame) == [("A; B", 'sa "hej"', "1"), ("två\nrader", "x", "2"), ("C", "y", "3")]
    assert frame[ROW].to_list() == [2, 3, 5]
    assert table.problems == []


def test_loose_quotation_marks_are_letters(written):
    _, frame = rows(written('namn;n\nsvarat "Helt och hållet" på frågan;1\n5" rör;2\nx;3\n'))
    assert content(frame)[0] == ('svarat "Helt och hållet" på frågan', "1")
    assert frame.height == 3


def test_short_and_long_rows_are_skipped_and_counted(written):
    table, frame = rows(written("a;b;c\n1;2;3\n4;5\n6;7;8;9\n10;11;12\n13;14;15;\n"))
    assert content(frame) == [("1", "2", "3"), ("10", "11", "12"), ("13", "14", "15")]
    assert [(p.code, p.where.row, p.count) for p in table.problems] == [("short_row", 3, 1), ("long_row", 4, 1)]


def test_truncated_gzip_says_where_it_broke(tmp_path):
    path = tmp_path / "avklippt.csv.gz"
    whole = gzip.compress(b"".join(b"omr%d;kvinna;%d\n" % (n, n * 7919 % 1000) for n in range(50_000)))
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(JamlikError, match="avklippt") as caught:
        rows(path)
    assert caught.value.kind is ErrorKind.UNREADABLE
    assert "byte" in caught.value.why


def test_damaged_gzip_is_unreadable(tmp_path):
    path = tmp_path / "skadad.csv.gz"
    whole = bytearray(gzip.compress(b"a;b\n1;2\n" * 5000))
    whole[30:34] = b"\xff\xff\xff\xff"
    path.write_bytes(whole)
    with pytest.raises(JamlikError) as caught:
        rows(path)
    assert caught.value.kind is ErrorKind.UNREADABLE


def test_gzip_is_known_by_its_bytes(tmp_path):
    path = tmp_path / "fel_namn.csv"
    path.write_bytes(gzip.compress(b"a;b\nx;1\ny;2\n"))
    table, frame = rows(path)
    assert table.layout.compression == "gzip"
    assert frame.height == 2


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_empty_file_says_so(tmp_path, content):
    path = tmp_path / "tom.csv"
    path.write_bytes(content)
    with pytest.raises(JamlikError, match="tom") as caught:
        rows(path)
    assert caught.value.kind is ErrorKind.UNREADABLE


@pytest.mark.parametrize("content", [b"%PDF-1.7 ...", b"\x89PNG\r\n", b"<!DOCTYPE html><html>"])
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "fel.csv"
    path.write_bytes(content)
    with pytest.raises(JamlikError, match="inte en tabell"):
        rows(path)


def test_missing_file_and_folder_are_refused(tmp_path):
    with pytest.raises(JamlikError, match="finns inte"):
        rows(tmp_path / "borta.csv")
    with pytest.raises(JamlikError, match="går inte att öppna"):
        rows(tmp_path)


def test_wrong_delimiter_says_what_to_do(written):
    with pytest.raises(JamlikError, match="bara en kolumn") as caught:
        rows(written(PLAIN), delimiter="\t")
    assert "';'" in caught.value.why
    assert "delimiter" in caught.value.do


def test_layout_given_by_hand_is_kept(written):
    table, frame = rows(written("skräp;a;b\nrubrik;c;d\nx;1;2\n"), skip_rows=1, header_rows=1)
    assert table.names == ("rubrik", "c", "d")
    assert frame.height == 1


def test_parquet_keeps_types_and_gives_the_same_rows(tmp_path):
    path = tmp_path / "fil.parquet"
    pl.DataFrame({"kommun": ["0126", "0127"], "n": [10, None]}).write_parquet(path)
    table, frame = rows(path)
    assert table.layout.format == "parquet"
    assert frame["n"].to_list() == [10, None]
    assert frame[ROW].to_list() == [1, 2]


def test_damaged_parquet_is_unreadable(tmp_path):
    path = tmp_path / "fil.parquet"
    path.write_bytes(b"PAR1" + b"\x00" * 100)
    with pytest.raises(JamlikError) as caught:
        rows(path)
    assert caught.value.kind is ErrorKind.UNREADABLE


def test_excel_takes_the_sheet_with_the_figures(tmp_path):
    path = tmp_path / "fil.xlsx"
    with xlsxwriter.Workbook(path) as book:
        notes = book.add_worksheet("Om tabellen")
        for row in range(40):
            notes.write(row, 0, "En lång förklaring")
        sheet = book.add_worksheet("Data")
        sheet.write_row(1, 0, ["Kommun", "Antal", "Andel"])
        sheet.write_row(2, 0, ["Ale", 217, 82.5])
        sheet.write_row(3, 0, ["Arboga", "..", "~100"])
        sheet.write_row(5, 0, ["Källa: Skolverket"])
    table, frame = rows(path)
    assert table.layout.sheet == "Data"
    assert content(frame) == [("Ale", "217", "82.5"), ("Arboga", "..", "~100")]
    assert frame[ROW].to_list() == [3, 4]
    assert [p.code for p in table.problems] == ["note_row"]
    with pytest.raises(JamlikError, match="Bladet"):
        rows(path, sheet="Annat")


def test_blanks_below_a_word_are_filled_down_in_unnamed_columns(tmp_path):
    path = tmp_path / "pxweb.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Data")
        sheet.write(0, 0, "Folkmängd efter region, kön och år")
        for place, row in enumerate(
            [["", "", "2023", "2024"], ["0126 Huddinge", "kvinnor", 50, 51], ["", "män", 49, 50], ["Källa: SCB"]]
        ):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(place + 2, column, value)
    table, frame = rows(path)
    assert table.names == ("kolumn 1", "kolumn 2", "2023", "2024")
    assert content(frame) == [("0126 Huddinge", "kvinnor", "50", "51"), ("0126 Huddinge", "män", "49", "50")]


def test_only_each_nth_block_is_read_when_asked(tmp_path):
    path = tmp_path / "stor.csv"
    path.write_bytes(b"a;b\n" + b"x;1\n" * 5_000_000)
    table = open_table(path)
    assert table.whole(every=2).height < 5_000_000
    assert sum(frame.height for frame in table.batches()) == 5_000_000


@pytest.mark.parametrize("declared", ["", "csv"])
@pytest.mark.parametrize(
    "start", [b"SQLite format 3\x00\x10\x00\x01\x01", b"a;b\n1;2\n\x00\x01\x02", b"\x7fELF\x02\x01\x01\x00"]
)
def test_binary_file_called_csv_is_refused(tmp_path, start, declared):
    path = tmp_path / "fil.csv"
    path.write_bytes(start + b"a;b;c\n1;2;3\n" * 50)
    with pytest.raises(JamlikError, match="är inte en tabell") as refused:
        open_table(path, layout=FileLayout(**{**vars_of(UNKNOWN_LAYOUT), "format": declared}))
    assert refused.value.kind is ErrorKind.UNREADABLE
    assert "binära" in refused.value.why
