"""`jamlik handbook`: what cannot be written is refused before anything is laid out, and says what to do."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("name", ["pdf", "print"])
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--set", "courage"), 2, "crisis, equality, team"),
        (("--set", "team", "--depth", "full"), 2, "quick"),
        (("--out", "nowhere/out.pdf"), 9, "nowhere/out.pdf"),
    ],
)
def test_what_cannot_be_written_is_refused_with_what_to_do(command, tmp_path, name, words, code, said):
    done = command("handbook", name, "--out", "out.pdf", *words, "--lang", "en", cwd=tmp_path)
    assert done.code == code
    assert said in " ".join(done.err.split())
    assert not (tmp_path / "out.pdf").exists()
