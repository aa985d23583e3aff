from __future__ import annotations

import stat

import polars as pl
import pytest

from jamlik.model.errors import ErrorKind, JamlikError
from jamlik.model.provenance import keyed_hash
from jamlik.sources.keys import input_key, local_key


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.delenv("JAMLIK_INPUT_KEY")
    monkeypatch.setenv("JAMLIK_HOME", str(tmp_path / "hem"))
    return tmp_path / "hem"


def test_the_key_is_made_once_and_only_the_owner_may_read_it(home):
    first = local_key()
    assert len(first) == 64
    assert local_key() == first
    assert stat.S_IMODE((home / "key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["key"]


def test_two_machines_give_different_hashes_of_the_same_file(home, monkeypatch, tmp_path):
    path = tmp_path / "fil.csv"
    path.write_bytes(b"a;b\n1;2\n")
    here = input_key(path)
    assert here == keyed_hash(path.read_bytes(), key=local_key())
    monkeypatch.setenv("JAMLIK_INPUT_KEY", "en annan")
    assert input_key(path) == keyed_hash(path.read_bytes(), key=b"en annan")
    assert input_key(path) != here


def test_a_frame_has_a_key_of_its_content():
    one, same, other = (pl.DataFrame({"a": [n]}) for n in (1, 1, 2))
    assert input_key(one) == input_key(same) != input_key(other)


def test_a_folder_that_cannot_be_written_says_so(monkeypatch, tmp_path):
    monkeypatch.delenv("JAMLIK_INPUT_KEY")
    (tmp_path / "fil").write_text("")
    monkeypatch.setenv("JAMLIK_HOME", str(tmp_path / "fil"))
    with pytest.raises(JamlikError, match="nyckel") as caught:
        local_key()
    assert caught.value.kind is ErrorKind.OUTPUT
