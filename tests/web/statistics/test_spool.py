"""Uploaded files lie encrypted, are opened in memory, and are destroyed with their key."""

from __future__ import annotations

import os
import stat

import pytest

from jamlik.model.errors import JamlikError
from jamlik.web.statistics import spool

SECRET = b"Kvinna;640823-3234;Ja\n"


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path):
    settings.JAMLIK_HOME = tmp_path
    return tmp_path


def files(home):
    return [path for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, (3 << 20) - 7])
def test_spool_gives_back_the_same_bytes(size):
    content = os.urandom(size)
    parts = [content[:1000], content[1000:]]
    kept = spool.spool(parts)
    assert kept.size == size
    with spool.opened(kept.name, kept.key, file_name="a.csv") as path:
        assert path.read_bytes() == content


def test_spooled_file_is_noise_on_disk_and_the_owners_alone(own_home):
    kept = spool.spool([SECRET * 1000])
    (place,) = files(own_home)
    assert SECRET not in place.read_bytes()
    assert b"640823" not in place.read_bytes()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert kept.key not in place.read_bytes()


def test_opened_file_is_in_memory_and_gone_afterwards(own_home):
    kept = spool.spool([SECRET])
    with spool.opened(kept.name, kept.key, file_name="elever.csv") as path:
        assert path.name == "elever.csv"
        assert path.is_symlink()
        assert os.readlink(path).startswith("/proc/")
        assert not any(SECRET in place.read_bytes() for place in files(own_home))
    assert not os.path.lexists(path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", "", "a\x00b.csv", "\n"])
def test_opened_takes_no_path_from_the_file_name(name):
    kept = spool.spool([b"a;b\n"])
    with spool.opened(kept.name, kept.key, file_name=name) as path:
        assert path.parent.name.startswith("jamlik-")
        assert path.read_bytes() == b"a;b\n"


def test_opened_with_another_key_or_changed_content_is_refused(own_home):
    kept = spool.spool([os.urandom(3 << 20)])
    with pytest.raises(JamlikError, match="ändrats"), spool.opened(kept.name, b"0" * 32, file_name="a"):
        pass
    (place,) = files(own_home)
    whole = place.read_bytes()
    block = (1 << 20) + 16
    swapped = whole[:8] + whole[8 + block : 8 + 2 * block] + whole[8 : 8 + block] + whole[8 + 2 * block :]
    for changed in (whole[:-1], whole[: 8 + block], whole[:8], swapped, whole + b"x"):
        place.write_bytes(changed)
        with pytest.raises(JamlikError, match="ändrats"), spool.opened(kept.name, kept.key, file_name="a"):
            pass


def test_destroyed_file_is_told_as_gone():
    kept = spool.spool([SECRET])
    spool.destroy(kept.name)
    spool.destroy(kept.name)
    with pytest.raises(JamlikError, match="finns inte kvar"), spool.opened(kept.name, kept.key, file_name="a"):
        pass


def test_spool_interrupted_leaves_nothing(own_home):
    def parts():
        yield SECRET * 100_000
        raise ConnectionError

    with pytest.raises(ConnectionError):
        spool.spool(parts())
    assert files(own_home) == []


def test_orphans_are_old_files_that_no_import_knows():
    known, lost = spool.spool([b"a"]), spool.spool([b"b"])
    assert spool.orphans(known=frozenset({known.name}), before=0) == []
    assert spool.orphans(known=frozenset({known.name}), before=2**40) == [lost.name]
