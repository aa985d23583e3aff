"""Files that grow beyond measure are refused before they are read."""

import gzip
import io
import struct
import zipfile

import polars as pl
import pytest

from jamlik.model.errors import JamlikError
from jamlik.sources import bombs
from jamlik.sources.bombs import require_harmless


@pytest.fixture(autouse=True)
def little_is_much(monkeypatch):
    monkeypatch.setattr(bombs, "_SMALL", 1 << 20)


def workbook(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", content)
    return buffer.getvalue()


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_require_harmless_ordinary_files_says_what_they_are(tmp_path):
    text = b"kon;ja\n" + b"K;1\nM;0\n" * 200
    pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}).write_parquet(tmp_path / "c.parquet")
    assert require_harmless(written(tmp_path, "a.csv", text)) == "csv"
    assert require_harmless(written(tmp_path, "a.csv.gz", gzip.compress(text))) == "csv"
    assert require_harmless(written(tmp_path, "b.xlsx", workbook(b"<row/>" * 1000))) == "excel"
    assert require_harmless(tmp_path / "c.parquet") == "parquet"


def test_require_harmless_gzip_bomb_is_refused(tmp_path):
    bomb = written(tmp_path, "bomb.csv.gz", gzip.compress(b"a;b\n" + b"0" * (40 << 20)))
    with pytest.raises(JamlikError, match="för stor"):
        require_harmless(bomb)


def test_require_harmless_zip_bomb_is_refused(tmp_path):
    with pytest.raises(JamlikError, match="för stor"):
        require_harmless(written(tmp_path, "bomb.xlsx", workbook(b"0" * (40 << 20))))


def test_require_harmless_zip_bomb_inside_gzip_is_refused(tmp_path):
    with pytest.raises(JamlikError, match="för stor"):
        require_harmless(written(tmp_path, "bomb.xlsx", gzip.compress(workbook(b"0" * (40 << 20)))))


def test_require_harmless_zip_that_lies_about_its_size_is_refused(tmp_path):
    content = bytearray(workbook(b"0" * (40 << 20)))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(mark) + place
        content[at : at + 4] = struct.pack("<I", 100)
    with pytest.raises(JamlikError):
        require_harmless(written(tmp_path, "liar.xlsx", bytes(content)))


def test_require_harmless_too_many_members_is_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as book:
        for number in range(bombs.MOST_MEMBERS + 1):
            book.writestr(f"{number}.xml", b"")
    with pytest.raises(JamlikError, match="för stor"):
        require_harmless(written(tmp_path, "many.xlsx", buffer.getvalue()))


def test_require_harmless_parquet_with_more_cells_than_can_be_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bombs, "MOST_CELLS", 1000)
    pl.DataFrame({"a": [0] * 600, "b": [0] * 600}).write_parquet(tmp_path / "c.parquet")
    with pytest.raises(JamlikError, match="för stor"):
        require_harmless(tmp_path / "c.parquet")


@pytest.mark.parametrize("content", [b"%PDF-1.7 x", b"\x89PNG\r\n", b"MZ\x00\x01\x00", b""])
def test_require_harmless_what_is_no_table_is_refused(tmp_path, content):
    with pytest.raises(JamlikError):
        require_harmless(written(tmp_path, "fil.csv", content))
