"""Many people at once on a site of its own on this machine: what is lost or refused, and how long pages take.

    python scripts/load.py --people 5                                          on SQLite
    python scripts/with_postgresql.py -- python scripts/load.py --people 50

Each person has an own action to report on and shares one with everybody: a tenth of what they do is to report, a tenth
to change the shared action from the version they have read, the rest is reading. Then every report must be there, the
shared actions must have as many versions as there were changes that were not told of as a conflict, and the log must
hold. The load is bounded in people and time, and goes to 127.0.0.1 only.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

MOST_PEOPLE, MOST_SECONDS = 200, 300
SHARED = 5
PAGES = (
    "/",
    "/plans/",
    "/plans/board/",
    "/assessments/",
    "/statistics/findings/",
    "/statistics/",
    "/goals/",
    "/goals/list/",
    "/register/",
    "/organisation/",
)


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in: the session, their own action, and those that are everybody's."""

    session: str
    own: int
    shared: tuple[int, ...]


@dataclass
class Figures:
    """What came of it. `told` counts answers by kind; seconds are those of the answers' arrival."""

    people: int
    seconds: float
    told: Counter[str] = field(default_factory=Counter)
    read_s: list[float] = field(default_factory=list)
    write_s: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, object]:
        """The figures as people read them, times in milliseconds."""
        every = self.read_s + self.write_s
        return {
            "people": self.people,
            "seconds": round(self.seconds, 1),
            "requests": len(every),
            "per_second": round(len(every) / max(self.seconds, 0.001), 1),
            "read_ms": _spread(self.read_s),
            "write_ms": _spread(self.write_s),
            "answers": dict(sorted(self.told.items())),
            "faults": len(self.faults),
        }


def _spread(seconds: list[float]) -> dict[str, float]:
    if len(seconds) < 2:
        return {}
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {"p50": round(1000 * cuts[49]), "p95": round(1000 * cuts[94]), "max": round(1000 * max(seconds))}


# --- somebody at work -------------------------------------------------------------------------------------------------


class _Browser:
    """One connection that is kept, with the cookies of somebody who is logged in."""

    def __init__(self, url: str, session: str) -> None:
        parts = urlsplit(url)
        if parts.hostname != "127.0.0.1":
            raise SystemExit(f"Load goes to 127.0.0.1 only, not to {parts.hostname}.")
        self.known = http.client.HTTPConnection(parts.hostname, parts.port, timeout=300)
        self.token = secrets.token_hex(16)
        self.cookie = f"sessionid={session}; csrftoken={self.token}"

    def ask(self, path: str, fields: dict[str, Any] | None = None) -> tuple[int, str, float]:
        """Status, page and seconds."""
        begun = time.perf_counter()
        headers = {"Cookie": self.cookie}
        if fields is None:
            self.known.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({**fields, "csrfmiddlewaretoken": self.token}, doseq=True)
            self.known.request("POST", path, body=body, headers=headers)
        answer = self.known.getresponse()
        page = answer.read().decode("utf-8", "replace")
        return answer.status, page, time.perf_counter() - begun


class _Worker:
    """Does one thing after another until the time is up, with a short pause to read."""

    def __init__(
        self, url: str, person: Person, *, number: int, until: float, pause: float, write: float, least: int
    ) -> None:
        self.browser, self.person, self.until, self.pause, self.write = (
            _Browser(url, person.session), person, until, pause, write,
        )  # fmt: skip
        self.number, self.least, self.chance = number, least, random.Random(number)
        self.told: Counter[str] = Counter()
        self.read_s: list[float] = []
        self.write_s: list[float] = []
        self.faults: list[str] = []

    def run(self) -> None:
        """Work."""
        try:
            time.sleep(self.chance.random() * self.pause)
            done = 0
            while time.monotonic() < self.until or done < self.least:
                done += 1
                drawn = self.chance.random()
                act = self._report if drawn < self.write / 2 else self._change if drawn < self.write else self._read
                act()
                time.sleep(self.chance.uniform(0.5, 1.5) * self.pause)
        except Exception as error:
            self.faults.append(f"{type(error).__name__}: {error}")
        finally:
            self.browser.known.close()

    def _page(self, path: str) -> str:
        status, page, seconds = self.browser.ask(path)
        self.read_s.append(seconds)
        self.told[f"read {status}"] += 1
        if status != 200:
            self.faults.append(f"GET {path}: {status}")
        return page

    def _sent(self, kind: str, path: str, fields: dict[str, Any], fine: tuple[int, ...]) -> None:
        status, page, seconds = self.browser.ask(path, fields)
        self.write_s.append(seconds)
        self.told[f"{kind} {status}"] += 1
        if status not in fine:
            self.faults.append(f"POST {path}: {status} {' '.join(re.findall(r'error.>([^<]+)', page))[:200]}")

    def _read(self) -> None:
        keys = (self.person.own, *self.person.shared)
        self._page(self.chance.choice((*PAGES, f"/plans/actions/{self.chance.choice(keys)}/")))

    def _report(self) -> None:
        path = f"/plans/actions/{self.person.own}/report/"
        self._page(path)
        fields = {"progress": "on_track", "text": "Det går framåt.", "once_token": secrets.token_urlsafe(24)}
        self._sent("report", path, fields, (302,))

    def _change(self) -> None:
        path = f"/plans/actions/{self.chance.choice(self.person.shared)}/edit/"
        page = self._page(path)
        fields = standing_fields(page)
        fields["description"] = f"{fields['description'][-200:]} {self.number}"
        self._sent("change", path, fields, (302, 409))


class _Fields(HTMLParser):
    """Reads the fields of a page's form: what stands in them, and where nothing is chosen the first choice."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Any] = {}
        self.kinds: dict[str, str] = {}
        self.select = self.area = ""
        self.in_form = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name, kind = told.get("name", ""), told.get("type", tag)
        if tag == "form":
            self.in_form = told.get("method", "").lower() == "post" and "/language/" not in told.get("action", "")
        if not self.in_form or (tag not in {"input", "select", "textarea", "option"}):
            return
        if tag == "select":
            self.select = name
        if tag == "textarea":
            self.area = name
            self.found.setdefault(name, "")
        if tag == "option":
            if "selected" in told or not self.found.get(self.select):
                self.found[self.select] = told.get("value", "")
        elif name and kind == "radio":
            if "checked" in told or name not in self.found:
                self.found[name] = told.get("value", "on")
        elif name and kind == "checkbox":
            if "checked" in told:
                self.found[name] = [*self.found.get(name, []), told.get("value", "on")]
        elif name and tag == "input" and kind not in {"file", "submit"}:
            self.found[name] = told.get("value", "")
        if name:
            self.kinds[name] = "date" if told.get("type") == "date" else kind

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        if tag == "form":
            self.in_form = False


def standing_fields(page: str) -> dict[str, Any]:
    """The fields of a page's form, filled as they stand there."""
    reader = _Fields()
    reader.feed(page)
    return reader.found


def drive(
    url: str, people: list[Person], *, seconds: float, pause: float, write: float = 0.2, least: int = 0
) -> Figures:
    """Let everybody work at once for a while, and until each has done the least there is to do.

    `write` is the share of what they do that changes something.
    """
    until = time.monotonic() + min(seconds, MOST_SECONDS)
    hands = [
        _Worker(url, person, number=number, until=until, pause=pause, write=write, least=least)
        for number, person in enumerate(people[:MOST_PEOPLE])
    ]
    begun = time.monotonic()
    threads = [threading.Thread(target=hand.run) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = Figures(people=len(hands), seconds=time.monotonic() - begun)
    for hand in hands:
        found.told += hand.told
        found.read_s += hand.read_s
        found.write_s += hand.write_s
        found.faults += hand.faults
    return found


# --- the site they work in --------------------------------------------------------------------------------------------


def filled(people_n: int) -> list[Person]:
    """A small municipality with an action for each person and some that are everybody's; each person logged in."""
    from django.test import Client

    from jamlik.web.core.models import User
    from jamlik.web.organisation.models import RoleAssignment, Unit

    def unit(kind: str, name: str, parent: Unit | None) -> Unit:
        made = Unit.objects.create(kind=kind, name=name, code=name.lower(), parent=parent)
        made.path = f"{parent.path if parent else '/'}{made.pk}/"
        made.save(update_fields=["path"])
        return made

    top = Unit.objects.filter(parent=None).first() or unit("municipality", "Ekby", None)
    committee = unit("committee", "Utbildningsnämnden", top)
    school = unit("unit", "Björkskolan", unit("department", "Utbildningsförvaltningen", committee))
    actions = _actions(committee, school, SHARED + people_n)
    people = []
    for number in range(people_n):
        user = User.objects.create_user(email=f"load{number}@ekby.example", name=f"Person {number}")
        RoleAssignment.objects.create(user=user, role="unit_manager", unit=school)
        browser = Client()
        browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = browser.cookies["sessionid"].value
        people.append(Person(session, actions[SHARED + number], tuple(actions[:SHARED])))
    return people


def _actions(committee: object, school: object, n: int) -> list[int]:
    from jamlik.web.core import clock
    from jamlik.web.core.models import User
    from jamlik.web.goals.models import Goal
    from jamlik.web.plans.models import Action
    from jamlik.web.statistics.models import Finding

    at = clock.now()
    writer = User.objects.create_user(email="load@ekby.example", name="Skribent")
    goal = Goal.objects.create(
        title="Alla når fram",
        level="committee",
        owner=committee,
        state="adopted",
        agreement="committee",
        agreed_by="Nämnden",
        agreed_on=date(2026, 1, 1),
        period_from=2026,
        period_to=2050,
    )
    keys = []
    for number in range(n):
        finding = Finding.objects.create(
            owner=committee, source="council", sentence=f"Gård {number} går inte att nå.", state="acted_on", made_at=at
        )
        made = Action.objects.create(
            finding=finding,
            goal=goal,
            unit=school,
            state="planned",
            title=f"Ramp {number}",
            role="Rektor",
            due_on=date(2050, 1, 1),
            cost_sek=0,
            expected_effect="Fler når fram.",
            planned_at=at,
            written_by=writer,
            written_at=at,
        )
        keys.append(made.pk)
    return keys


def lost(found: Figures, people: list[Person]) -> list[str]:
    """What was answered with yes and is not there, one line each; nothing where all is well."""
    from jamlik.web.core.audit_proof import proved
    from jamlik.web.plans.models import Action, Update

    wrong = []
    reports = Update.objects.filter(action__in=[person.own for person in people]).count()
    if reports != found.told["report 302"]:
        wrong.append(f"{found.told['report 302']} reports were taken and {reports} are there")
    shared = people[0].shared if people else ()
    versions = sum(Action.objects.filter(pk__in=shared).values_list("version", flat=True))
    if versions != found.told["change 302"]:
        wrong.append(f"{found.told['change 302']} changes were taken and {versions} were made")
    proof = proved()
    return wrong + [f"the log: {fault}" for fault in proof.faults]


@contextmanager
def served(port: int, *, processes: int, env: dict[str, str]) -> Iterator[str]:
    """`jamlik serve` on a port of this machine, until the work is done."""
    from jamlik.cli.commands.site import wait_until_ready

    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "jamlik", "serve", "--port", str(port), "--processes", str(processes)]
    with subprocess.Popen(
        command, env={**os.environ, **env, "JAMLIK_URL": url}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as process:
        try:
            if not wait_until_ready(url, seconds=120):
                raise SystemExit("The site did not start.")
            yield url
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def _database(url: str) -> Iterator[str]:
    """A database of its own beside the one that a PostgreSQL URL names; the URL itself where it is no server."""
    if not url.startswith("postgres"):
        yield url
        return
    import psycopg

    name = f"jamlik_load_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'create database "{name}"')
        try:
            base, _, options = url.partition("?")
            yield f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{options}" if options else "")
        finally:
            server.execute(f'drop database "{name}" with (force)')


def main() -> int:
    """Build a site, let people work in it, and tell what came of it."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--people", type=int, default=10)
    told.add_argument("--seconds", type=float, default=30.0)
    told.add_argument("--pause", type=float, default=1.0, help="seconds that a person reads, on the average")
    told.add_argument("--processes", type=int, default=2, help="processes that answer")
    asked = told.parse_args()
    if asked.people > MOST_PEOPLE or asked.seconds > MOST_SECONDS:
        raise SystemExit(f"At most {MOST_PEOPLE} people for {MOST_SECONDS} seconds.")
    with (
        tempfile.TemporaryDirectory(prefix="jamlik-load-") as folder,
        _database(os.environ.get("DATABASE_URL", "")) as database,
    ):
        home = Path(folder)
        env = {"JAMLIK_HOME": str(home), "JAMLIK_SECRET_KEY": secrets.token_urlsafe(48)}
        env["DATABASE_URL"] = database or f"sqlite:///{home}/db.sqlite3"
        os.environ.update(env)
        return _measured(asked, env)


def _measured(asked: argparse.Namespace, env: dict[str, str]) -> int:
    from jamlik.cli.commands.site import begin_site, free_port, ready_django

    begin_site(ready_django(), lang="sv")
    from django.db import connection, connections

    people = filled(asked.people)
    vendor = connection.vendor
    connections.close_all()
    with served(free_port("127.0.0.1"), processes=asked.processes, env=env) as url:
        found = drive(url, people, seconds=asked.seconds, pause=asked.pause)
    wrong = lost(found, people)
    connections.close_all()
    summary = {"database": vendor, **{k: v for k, v in vars(asked).items() if k in {"pause", "processes"}}}
    print(json.dumps({**summary, **found.summary(), "lost": wrong}, ensure_ascii=False))
    for line in Counter(found.faults).most_common(20):
        print(line, file=sys.stderr)
    return 1 if wrong or found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
