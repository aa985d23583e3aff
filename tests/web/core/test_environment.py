"""Settings from the environment: every wrong one is named at once, with what to write."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from jamlik.model.errors import JamlikError
from jamlik.model.words import LANGUAGES, has_phrase
from jamlik.web import environment
from jamlik.web.core import theme
from jamlik.web.environment import UnfitError, database_settings, mail_settings, read_environment, secret_key


def read(tmp_path, **names):
    return read_environment({"JAMLIK_HOME": str(tmp_path), **names})


def test_nothing_set_is_a_site_of_its_own_on_this_machine(tmp_path):
    env = read(tmp_path)
    assert env.problems == ()
    assert env.database["NAME"] == str(tmp_path / "db.sqlite3")
    assert env.database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert {"127.0.0.1", "localhost"} <= set(env.hosts)


def test_every_wrong_setting_is_named_with_what_to_write(tmp_path):
    env = read(
        tmp_path,
        DATABASE_URL="mysql://me:secret@host/db",
        JAMLIK_URL="jamlik.example.se",
        JAMLIK_MAIL_URL="mail.example.se",
        JAMLIK_PRODUCTION="maybe",
        JAMLIK_SECRET_KEY="short",
        JAMLIK_COLOUR_ACCENT="green",
        JAMLIK_OIDC_ISSUER="http://login.example.se",
        JAMLIK_DPO_EMAIL="the officer",
    )
    told = {problem.setting: problem.text("en") for problem in env.problems}
    assert set(told) == {
        "DATABASE_URL",
        "JAMLIK_URL",
        "JAMLIK_MAIL_URL",
        "JAMLIK_PRODUCTION",
        "JAMLIK_SECRET_KEY",
        "JAMLIK_COLOUR_ACCENT",
        "JAMLIK_OIDC_ISSUER",
        "JAMLIK_OIDC_CLIENT_ID",
        "JAMLIK_OIDC_CLIENT_SECRET",
        "JAMLIK_DPO_EMAIL",
    }
    assert "postgresql://user:password@host:5432/name" in told["DATABASE_URL"]
    assert "secret" not in told["DATABASE_URL"], "a password is not repeated on the screen"
    for lang in LANGUAGES:
        lines = [problem.text(lang) for problem in env.problems]
        assert all(line.startswith(problem.setting) for line, problem in zip(lines, env.problems, strict=True))
    assert "skriv 1 eller 0" in next(p for p in env.problems if p.setting == "JAMLIK_PRODUCTION").text("sv")


def test_production_answers_to_its_own_address_alone(tmp_path):
    env = read(tmp_path, JAMLIK_PRODUCTION="1", JAMLIK_URL="https://jamlik.example.se", JAMLIK_HOSTS="a.se, b.se")
    assert env.hosts == ("a.se", "b.se", "jamlik.example.se")


def test_postgresql_url_is_read_with_its_escapes_and_options():
    found = database_settings("postgresql://me%40x:p%2Fw@db.example.se:5433/jamlik?sslmode=require")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("me@x", "p/w", "db.example.se", "5433")
    assert (found["NAME"], found["OPTIONS"]) == ("jamlik", {"sslmode": "require"})


def test_postgresql_socket_folder_is_taken_from_the_query():
    assert database_settings("postgres://me@/jamlik?host=%2Ftmp%2Fpg")["HOST"] == "/tmp/pg"


@pytest.mark.parametrize("url", ["postgresql://host", "sqlite:", "oracle://x/y", ""])
def test_url_that_names_no_database_says_what_to_write(url):
    with pytest.raises(UnfitError) as error:
        database_settings(url)
    assert has_phrase(f"settings.{error.value}")


def test_mail_goes_over_smtp_with_tls_or_into_files(tmp_path):
    sent = mail_settings("smtp://me:p%40w@mail.example.se", tmp_path)
    assert (sent["EMAIL_HOST"], sent["EMAIL_PORT"], sent["EMAIL_HOST_PASSWORD"]) == ("mail.example.se", 587, "p@w")
    assert (sent["EMAIL_USE_TLS"], sent["EMAIL_USE_SSL"]) == (True, False)
    assert mail_settings("smtps://mail.example.se", tmp_path)["EMAIL_USE_SSL"] is True
    assert mail_settings("", tmp_path)["EMAIL_FILE_PATH"] == str(tmp_path / "mail")


def test_key_is_made_once_and_is_private(tmp_path):
    home = tmp_path / "home"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(home), range(8)))
    assert keys == {secret_key(home)}
    assert len(keys.pop()) >= 60
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["secret_key"]


def test_key_written_by_another_process_meanwhile_is_the_one_taken(tmp_path, monkeypatch):
    def slower(path):
        path.write_text("theirs", encoding="utf-8")
        real(path)

    real = environment._write_secret
    monkeypatch.setattr(environment, "_write_secret", slower)
    assert secret_key(tmp_path) == "theirs"


def test_home_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(JamlikError) as told:
        secret_key(tmp_path / "file" / "home")
    assert "JAMLIK_HOME" in str(told.value)


# Contrast: figures published with the definition (WCAG 2.2): black on white 21, #767676 on white 4.54, #777777 4.48.
@pytest.mark.parametrize(
    ("colour", "ratio"), [("#000000", 21.0), ("#767676", 4.54), ("#777777", 4.48), ("#ffffff", 1.0)]
)
def test_contrast_is_that_of_wcag(colour, ratio):
    assert theme.contrast(colour, "#ffffff") == pytest.approx(ratio, abs=0.005)


def test_colours_too_alike_are_named_with_their_contrast():
    told = theme.problems({"accent": "#ffd54d", "accent_ink": "#ffffff"})
    assert len(told) == 2
    assert all("needs at least 4.5" in problem.text("en") for problem in told)
    assert theme.problems(environment.COLOURS) == []


@pytest.mark.parametrize("accent", ["#1d5c52", "#003366", "#6b0f1a", "#000000"])
def test_own_colour_is_read_in_the_dark_too(accent):
    sheet = theme.stylesheet({"accent": accent, "accent_ink": "#ffffff"})
    dark = sheet.split("dark)")[1].split("--accent: ")[1][:7]
    assert theme.contrast(dark, theme.DARK_PAPER) >= 4.5
    assert theme.contrast(dark, "#10201d") >= 4.5
