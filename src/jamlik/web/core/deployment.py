"""What must be right before a site is opened to people: checked one by one, each with what to do."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from jamlik.web.core import clock, theme
from jamlik.web.core.models import Job, JobState
from jamlik.web.core.worker import workers_alive
from jamlik.web.environment import CONTACTS, Environment

__all__ = ["Check", "Outcome", "checks", "waiting_migrations"]

OLDEST_POSTGRESQL = 150000
LEAST_FREE = 2 * 1024**3
LONGEST_WAIT = timedelta(minutes=10)
_current = False


class Outcome(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """One thing looked at: what it is called (key after `core.deploy.`), how it came out, and what was seen."""

    name: str
    outcome: Outcome
    seen: str = ""


def checks(*, lang: str) -> list[Check]:
    """Everything that was looked at, in order. What needs the database is left out when it does not answer."""
    found = [*_environment(settings.JAMLIK, lang), *_home(settings.JAMLIK_HOME)]
    try:
        found += list(_database())
    except DatabaseError as error:
        found.append(Check("database", Outcome.FAIL, str(error).strip().splitlines()[0]))
    return found


def _check(name: str, good: bool, seen: object = "", otherwise: Outcome = Outcome.FAIL) -> Check:
    return Check(name, Outcome.OK if good else otherwise, str(seen))


def _environment(env: Environment, lang: str) -> Iterator[Check]:
    wrong = [*env.problems, *theme.problems(env.colours)]
    yield _check("settings", not wrong, "; ".join(problem.text(lang) for problem in wrong))
    yield _check("production", env.production, "JAMLIK_PRODUCTION")
    yield _check("https", env.url.startswith("https://"), env.url)
    yield _check("secret", bool(env.secret), "JAMLIK_SECRET_KEY", Outcome.WARN)
    mail = env.mail_url.partition(":")[0]
    yield _check("mail", mail in {"smtp", "smtps"}, "JAMLIK_MAIL_URL")
    yield _check(
        "second_step", bool(env.oidc) or env.require_mfa, "JAMLIK_OIDC_ISSUER, JAMLIK_REQUIRE_MFA", Outcome.WARN
    )
    unsaid = [name for part, name in CONTACTS.items() if part != "phone" and not env.contact.get(part)]
    yield _check("contact", not unsaid, ", ".join(unsaid), Outcome.WARN)


def _home(home: Path) -> Iterator[Check]:
    there = home.is_dir() and os.access(home, os.W_OK)
    yield _check("home", there, home)
    if there:
        open_to_others = stat.S_IMODE(home.stat().st_mode) & 0o077
        yield _check("home_private", not open_to_others, f"{stat.S_IMODE(home.stat().st_mode):04o}")
        free = shutil.disk_usage(home).free
        yield _check("disk", free >= LEAST_FREE, f"{free // 1024**2} MB", Outcome.WARN)
        yield _check("static", (home / "static" / "staticfiles.json").is_file(), home / "static")


def _database() -> Iterator[Check]:
    connection.ensure_connection()
    postgresql = connection.vendor == "postgresql"
    yield _check("database_kind", postgresql, connection.vendor, Outcome.WARN)
    if postgresql:
        version = int(getattr(connection, "pg_version", 0))
        yield _check("database_version", version >= OLDEST_POSTGRESQL, version // 10000)
    waiting = waiting_migrations()
    yield _check("migrations", not waiting, waiting)
    if waiting:
        return
    cache.set("core.deployment", "kept", 60)
    yield _check("cache", cache.get("core.deployment") == "kept")
    long_ago = clock.now() - LONGEST_WAIT
    late = Job.objects.filter(state=JobState.QUEUED, not_before__lt=long_ago).count()
    yield _check("queue", not late, late)
    alive = workers_alive()
    yield _check("worker", bool(alive), len(alive))


def waiting_migrations() -> int:
    """How many changes of the tables have not been made; once there are none, the process does not ask again."""
    global _current
    if _current:
        return 0
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _current = not waiting
    return waiting
