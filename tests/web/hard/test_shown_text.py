"""Whatever people write, and whatever a file holds, is shown as text: on pages, in charts, in lists that go out."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import DatabaseError, models, transaction
from django.urls import reverse

from jamlik.web.core import audit, clock
from jamlik.web.organisation.models import RoleAssignment
from jamlik.web.organisation.roles import Role
from jamlik.web.statistics import actions
from jamlik.web.statistics.models import Finding, Import, Picture
from tests.web.hard.many import own_models, texts_of
from tests.web.objects import every_kind
from tests.web.statistics.conftest import run_jobs
from tests.web.test_every_url import URLS

__all__ = ["run_jobs"]

pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.django_db]

EVIL = "<img src=x onerror=alert(1)>"
QUOTED = "\"'><script>alert(1)</script>" + EVIL
# Text that programs read and no person writes: keys, states, digests, frozen content.
MACHINE = re.compile(
    r"(^|_)(state|kind|level|key|code|path|digest|fingerprint|spool|verb|direction|origin|source|certainty|status|unit|"
    r"verdict|control|response|role|progress|answer|outcome|body|content|rows|previous|salt|worker|step|lang|language|"
    r"email|password|url|token|once|form|subject|change|agreement|cause|dimension|threshold|confidence|audience|svg|"
    r"next_url|file|period|finding_id|description|target_kind|by)$"
)
WRITTEN = {"plans.action.description", "plans.plan.description", "statistics.picture.description"}
LEFT_OUT = {"core.auditevent", "core.auditdetails", "core.audithead", "core.job", "core.sent", "core.draft"}


class Elements(HTMLParser):
    """What a browser would make of a page: elements that run something."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "script" and "src" not in told:
            self.found.append("<script>")
        if tag == "img" and told.get("src") == "x":
            self.found.append(EVIL)
        self.found += [f"{tag} {name}" for name in told if name.startswith("on")]
        self.found += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if name in {"href", "src", "action", "formaction", "xlink:href"}
            and re.match(r"\s*(javascript|vbscript|data:text)", value or "", re.I)
        ]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def run_by(page: str) -> list[str]:
    reader = Elements()
    reader.feed(page)
    return reader.found


def written_into(value: str) -> int:
    """Put a text into every field that people write; how many fields took it."""
    changed = 0
    for model in own_models():
        label = model._meta.label_lower
        if label in LEFT_OUT:
            continue
        for field in texts_of(model):
            name = f"{label}.{field.name}"
            if field.choices or field.primary_key or (MACHINE.search(field.name) and name not in WRITTEN):
                continue
            changed += _put(model, field, value)
    return changed


def _put(model: type[models.Model], field: Any, value: str) -> int:
    done = 0
    for row in model._base_manager.all():
        text = f"{row.pk}" if field.unique else ""
        text = (value + text)[: field.max_length] if field.max_length else value + text
        try:
            with transaction.atomic():
                model._base_manager.filter(pk=row.pk).update(**{field.name: text})
                done = 1
        except DatabaseError:
            continue  # the database itself holds to what the field may be
    return done


@pytest.fixture
def everything(municipality, user_of):
    """One of each kind, somebody who may see all, and the address of every page."""
    user = user_of(email="alla@ekby.example")
    for role in Role:
        RoleAssignment.objects.create(user=user, role=role.value, unit=municipality.top)
    paths, made = {}, {}
    for kind in every_kind():
        if kind.make not in made:
            made[kind.make] = kind.make(municipality.units[0][0])
        for url in kind.urls:
            paths[url] = reverse(url, kwargs=dict(kind.kwargs(made[kind.make])))
    for name, _, pattern in URLS:
        if name not in paths and not pattern.pattern.converters:
            paths[name] = reverse(name)
    return user, paths


def test_text_that_people_write_runs_nothing_on_any_page(everything, client_as, municipality):
    user, paths = everything
    assert written_into(QUOTED) > 60
    Finding.objects.update(texts={lang: {"sentence": QUOTED, "group": QUOTED, "reference": QUOTED} for lang in LANGS})
    for found in Import.objects.exclude(inspection={}):
        found.inspection = every_leaf(found.inspection, QUOTED)
        found.problems = [{"code": "x", "detail": QUOTED, "row": 1, "column": QUOTED, "n": 1}]
        found.error = {"what": QUOTED, "where": QUOTED, "why": QUOTED, "do": QUOTED}
        found.save()
    audit.record(
        "core.thing_done", target=municipality.top, by=user, at=clock.now(), changes={QUOTED: (QUOTED, 1)}, note=QUOTED
    )
    client, wrong, shown = client_as(user), [], 0
    for name, path in paths.items():
        answer = client.get(path)
        if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = answer.content.decode()
        assert answer.status_code < 500, name
        shown += "&lt;img src=x onerror" in page
        wrong += [f"{name}: {each}" for each in run_by(page)]
    assert not wrong, "\n".join(wrong)
    assert shown > 40, f"the text is to be seen, or this says nothing: {shown} pages"


LANGS = ("sv", "en", "fi")
KEPT = {
    "role",
    "id",
    "code",
    "key",
    "kind",
    "type",
    "direction",
    "level",
    "format",
    "encoding",
    "delimiter",
    "dimension",
}


def every_leaf(value: Any, text: str) -> Any:
    """The same nest with each text replaced, but for those that programs read."""
    if isinstance(value, dict):
        return {name: each if name in KEPT else every_leaf(each, text) for name, each in value.items()}
    if isinstance(value, list):
        return [every_leaf(each, text) for each in value]
    return text if isinstance(value, str) else value


def test_reader_of_these_tests_sees_what_would_run():
    assert run_by(f"<p>{QUOTED}</p>") == ["<script>", EVIL, "img onerror"]
    assert run_by('<a href=" javascript:x">') == ["a href= javascript:x"]
    assert run_by(f"<p>{QUOTED.replace('<', '&lt;')}</p>") == []


def test_file_whose_name_headings_and_groups_are_code_runs_nothing(municipality, user_of, client_as, run_jobs):
    committee = municipality.committees[0]
    user = user_of("analyst", committee)
    client = client_as(user)
    data_set = actions.create_data_set(title=QUOTED, owner=committee, by=user, at=clock.now())
    lines = [f"År;Kön;Skola {EVIL};Godkänd {EVIL}"]
    for sex, passed in (("Flicka", 80), ("Pojke", 50)):
        for school in (f"Norr {EVIL}", "Söder"):
            lines += [f"2025;{sex};{school};{'Ja' if n < passed else 'Nej'}" for n in range(100)]
    file = "\n".join(lines).encode()
    imported = actions.receive_file(data_set=data_set, file_name=f"{EVIL}.csv", parts=[file], by=user, at=clock.now())
    run_jobs()
    pages = [reverse("statistics:import", args=[imported.pk]), reverse("statistics:correct", args=[imported.pk])]
    imported.refresh_from_db()
    assert imported.state == "inspected", imported.error
    seen = "".join(client.get(page).content.decode() for page in pages)
    assert "&lt;img src=x" in seen
    assert run_by(seen) == []
    actions.accept_import(imported=imported, by=user, at=clock.now())
    run_jobs()
    imported.refresh_from_db()
    assert imported.state == "in_use", imported.error
    actions.publish_release(analysis=imported.analysis, released_on=clock.today(), by=user, at=clock.now())
    run_jobs()
    assert Picture.objects.exists()
    for picture in Picture.objects.all():
        assert run_by(picture.svg) == []
    pages = [reverse("statistics:findings"), reverse("statistics:home"), reverse("statistics:releases")]
    pages += [reverse("statistics:finding", args=[finding.pk]) for finding in Finding.objects.all()]
    shown = [client.get(page).content.decode() for page in pages]
    assert sum("&lt;img src=x" in page for page in shown) > 3
    assert [run_by(page) for page in shown if run_by(page)] == []


# --- what goes out as a file ------------------------------------------------------------------------------------------

FORMULA = '=HYPERLINK("http://evil.example","Se")'
FORMULAS = (FORMULA, "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "x;=1+1", "x\n=1+1")


SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def gone_out(client, path, kind):
    """A list as a file of a kind; nothing where the page is no list."""
    answer = client.get(path, {"format": kind})
    wanted = "text/csv" if kind == "csv" else SHEET
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith(wanted):
        return None
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_no_cell_of_a_list_that_goes_out_is_a_formula(everything, client_as):
    user, paths = everything
    client = client_as(user)
    lists = {name: path for name, path in paths.items() if gone_out(client, path, "csv")}
    assert len(lists) > 8, sorted(lists)
    for formula in FORMULAS:
        assert written_into(formula) > 60
        told = {"sentence": formula, "group": formula, "reference": formula}
        Finding.objects.update(texts=dict.fromkeys(LANGS, told))
        shown = 0
        for name, path in lists.items():
            text = gone_out(client, path, "csv").decode("utf-8-sig")
            shown += formula.strip().splitlines()[-1][:5] in text.replace("'", "")
            cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") for cell in row]
            cells += [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]  # an English one
            cells += [cell for line in text.splitlines() for cell in line.split(";")[1:]]  # a Swedish spreadsheet
            assert not [cell[:80] for cell in cells if runs_as_formula(cell)], name
        assert shown >= 4, formula
    sheets = {name: gone_out(client, path, "xlsx") for name, path in lists.items()}
    assert sum(made is not None for made in sheets.values()) > 4
    for name, made in sheets.items():
        assert made is None or not reckons(made), name


def reckons(made: bytes) -> bool:
    """Whether an Excel file holds a formula or a link."""
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        sheets = [book.read(part).decode() for part in book.namelist() if part.startswith("xl/worksheets/sheet")]
    assert sheets
    return any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)


def runs_as_formula(cell: str) -> bool:
    """Whether a spreadsheet would reckon with a cell instead of showing it; a number is no formula."""
    bare = cell.lstrip(' "\t\r\n')  # what some programs skip before they look for the sign
    return bare.startswith(("=", "+", "-", "@")) and not re.fullmatch(r"[-+]?[\d\s.,]+", bare)
