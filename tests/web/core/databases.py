"""Databases of their own for tests that run the site in other processes."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

__all__ = ["fresh_database", "migrated_file", "with_tables"]

KEY = "a key that only tests know and nothing else is signed with"


def migrated_file(folder: Path) -> Path:
    """A SQLite database with every table and no rows of ours, made by whichever of the run's processes comes first.

    Making the tables takes seconds, and a dozen tests begin with a site of their own: they begin with a copy of this.
    """
    made = folder / "migrated" / "db.sqlite3"
    (made.parent / "home").mkdir(parents=True, exist_ok=True)
    with (made.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            home = made.parent / "home"  # a home of its own, for the key and what else a start makes
            _migrate({"JAMLIK_HOME": str(home), "JAMLIK_SECRET_KEY": KEY})
            (home / "db.sqlite3").replace(made)
    return made


def with_tables(home: Path, migrated: Path) -> Path:
    """A home of a site whose database is ready, as it is after the site's first start."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(migrated, home / "db.sqlite3")
    (home / "db.sqlite3").chmod(0o600)
    return home


def _migrate(given: dict[str, str]) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JAMLIK", "DJANGO", "DATABASE"))}
    environment = {**kept, "DJANGO_SETTINGS_MODULE": "jamlik.web.settings", **given}
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=environment, check=True)


@contextmanager
def fresh_database() -> Iterator[str]:
    """Address of an empty database on the PostgreSQL that the tests run on; empty where they run on SQLite."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield ""
        return
    name = f"jamlik_{secrets.token_hex(6)}"
    with psycopg.connect(given, autocommit=True) as server:
        server.execute(f'create database "{name}"')
        try:
            yield urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
        finally:
            server.execute(f'drop database "{name}" with (force)')
