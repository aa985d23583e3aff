"""What only those inside a committee may see is looked for everywhere by everybody else.

The figures are planted, so that none of them can stand anywhere by chance, and so is a mark in every text that people
inside write about them. A whole round is gone through with one difference: handed out, judged, approved, acted on,
reported on, asked again. Then every address is opened, in every form it can be had, by people who together have every
role outside the committee, by those inside who do not work with it, and by nobody.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import models
from django.urls import NoReverseMatch, reverse
from pypdf import PdfReader

from jamlik.analysis.intake import opened
from jamlik.analysis.study import study_of_file
from jamlik.model.errors import JamlikError
from jamlik.web.assessments import actions as judging
from jamlik.web.assessments import casetext, round_actions
from jamlik.web.assessments.case_actions import begin_case
from jamlik.web.assessments.models import Assignment, Round, Verdict
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.worker import Worker
from jamlik.web.organisation.models import RoleAssignment, Unit
from jamlik.web.organisation.roles import Role
from jamlik.web.plans import actions as acting
from jamlik.web.plans import plan_actions
from jamlik.web.plans.models import Action, Plan, Remeasure
from jamlik.web.plans.plandocument import plan_document
from jamlik.web.statistics import actions, adopting, freezing, queries
from jamlik.web.statistics.models import DataSet, Finding, Import, ImportState, InsideFigures
from tests.web.conftest import made_unit
from tests.web.hard.many import own_models
from tests.web.objects import every_kind
from tests.web.statistics.test_inside import small_file
from tests.web.test_every_url import URLS

# Every address, six people, four forms of each: a minute and more.
pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.django_db]

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MARK = "Zqxvik"
PLANTED = {
    "gap": "-71341.7",
    "gap_low": "-79183.2",
    "gap_high": "-63592.4",
    "level": "20417.3",
    "level_reference": "91759.0",
    "base_n": "38",
    "reference_n": "64219",
    "persons": "-27164",
    "persons_worse_off": "27164",
    "p_value": "0.00031457",
    "q_value": "0.00072911",
}
LATER = {**PLANTED, "gap": "-58263.1", "gap_low": "-66104.6", "gap_high": "-50513.8", "level": "33496.9"}
_SEPARATED = re.compile(r"(?<=\d)(?:[\s\u00a0\u202f\u2009]|&nbsp;|&#160;|&thinsp;)(?=\d)")


def tokens() -> dict[str, re.Pattern[str]]:
    """What to look for: each planted number whole, however its thousands and decimals are marked, and the mark."""
    digits = {text.lstrip("-").partition(".")[0] for each in (PLANTED, LATER) for text in each.values()}
    digits |= {PLANTED["p_value"][2:], PLANTED["q_value"][2:], "13078"}  # the last is how much the gap changed
    found = {n: re.compile(rf"(?<![0-9A-Za-z]){n}(?![0-9A-Za-z])") for n in digits if len(n) >= 5}
    return {**found, MARK: re.compile(MARK, re.I)}


TOKENS = tokens()


def seen_in(text: str) -> set[str]:
    bare = _SEPARATED.sub("", text)
    lower = text.lower()  # as it stands anywhere at all is asked first, for it takes a hundredth of the time
    asked = [name for name in TOKENS if name in bare or name in text or (name == MARK and MARK.lower() in lower)]
    return {name for name in asked if TOKENS[name].search(bare) or TOKENS[name].search(text)}


def read(content: bytes, kind: str) -> str:
    """The text of what was sent, also inside a spreadsheet, a Word document or a PDF."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    if content.startswith(b"%PDF") and len(content) > 1000:  # the register holds made-up ones
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode("utf-8", "replace")


@cache
def frozen(first: int):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "betyg.csv"
        path.write_bytes(small_file(years=(first, first + 1)))
        study = study_of_file(opened(path), progress=lambda step, share: None, owner_rules="inside")
    return freezing.freeze(study)


def version(data_set: DataSet, first: int) -> Import:
    """One more version of the data set in use, its inside figures planted."""
    before = data_set.current
    if before is not None:
        Import.objects.filter(pk=before.pk).update(state=ImportState.REPLACED)
    imported = Import.objects.create(
        data_set=data_set,
        number=1 + data_set.imports.count(),
        state=ImportState.IN_USE,
        uploaded_at=AT,
        replaces=before,
    )
    freezing.write(freezing.ready(frozen(first)), imported, at=AT)
    plant(first + 1)
    data_set.current = imported
    data_set.save()
    adopting.adopt(data_set)
    return imported


def plant(newest: int) -> None:
    for row in InsideFigures.objects.all():
        numbers = LATER if row.period == "2026" else PLANTED
        row.numbers = {**row.numbers, **numbers, "trend": None, "explained": []}
        told = f"{MARK}tal {numbers['gap']} ({numbers['gap_low']}–{numbers['gap_high']})"
        row.texts = {lang: {**words, "sentence": told} for lang, words in row.texts.items()}
        row.save()


@dataclass
class Scene:
    """What was done inside the committee, and who did it."""

    data_set: DataSet
    before: Finding
    after: Finding
    assignment: Assignment
    verdict: Verdict
    action: Action
    remeasure: Remeasure
    round_: Round
    plan: Plan
    inside: dict[str, Any]
    outside: dict[str, Any]


def _people(municipality, user_of) -> tuple[dict[str, Any], dict[str, Any]]:
    schools, care = municipality.committees
    school = municipality.units[0][0]
    inside = {
        "manager": user_of("unit_manager", school),
        "head": user_of("head", municipality.departments[0]),
        "controller": user_of("controller", schools),
        "analyst": user_of("analyst", schools),
    }
    everything_at_top, everything_beside, others_inside = user_of(), user_of(language="en"), user_of(language="fi")
    for role in Role:
        RoleAssignment.objects.create(user=everything_at_top, role=role.value, unit=municipality.top)
        RoleAssignment.objects.create(user=everything_beside, role=role.value, unit=care)
    for role in (Role.READER, Role.REGISTRAR, Role.EDITOR, Role.HR, Role.ADMIN):
        RoleAssignment.objects.create(user=others_inside, role=role.value, unit=schools)
    provider = made_unit("provider", "Eken AB", "eken", municipality.departments[0])
    outside = {
        "every role for the municipality": everything_at_top,
        "every role in another committee": everything_beside,
        "those inside who do not work with it": others_inside,
        "a private provider of the committee": user_of("unit_manager", made_unit("unit", "Ekskolan", "eks", provider)),
        "no role": user_of(),
    }
    return inside, outside


@pytest.fixture
def scene(municipality, goal, user_of, django_capture_on_commit_callbacks) -> Scene:
    """The whole round with one difference that is too small to be shown to all."""
    schools, school = municipality.committees[0], municipality.units[0][0]
    inside, outside = _people(municipality, user_of)
    manager, head, top = inside["manager"], inside["head"], outside["every role for the municipality"]
    with django_capture_on_commit_callbacks(execute=True):
        data_set = actions.create_data_set(title="Betyg", owner=schools, by=inside["analyst"], at=AT)
        imported = version(data_set, 2024)
        before = Finding.objects.filter(audience="owner", period="2025", inside__isnull=False).order_by("pk")[0]
        release = actions.publish_release(
            analysis=imported.analysis, released_on=AT.date(), by=inside["analyst"], at=AT
        )
        assert release.fingerprint
        plan = plan_actions.make_plan(
            title="Plan", owner=schools, first_year=2026, last_year=2027, summary="", by=head, at=AT
        )
        plan_actions.move_plan(plan=plan, to="referral", by=head, at=AT)
        plan.refresh_from_db()
        round_ = round_actions.plan_round(
            kind="annual",
            title="Årsredovisning",
            owner=municipality.top,
            opens_on=AT.date(),
            due_on=AT.date() + timedelta(days=20),
            cap=5,
            by=top,
            at=AT,
        )
        round_actions.open_round(round_=round_, by=top, at=AT)
        round_.refresh_from_db()
        (assignment,) = round_actions.assign_findings(
            findings=[before], unit=school, round_=round_, by=inside["controller"], at=AT
        )
        late = AT.date() + timedelta(days=40)
        assert round_actions.remind(at=AT, day=late) == (1, 1)
        action = _acted(before, school, goal, plan, manager)
        answers = {"verdict": "unjustified", "control": "own", "response": "action", "evidence": f"{MARK} skäl 71341,7"}
        verdict = judging.answer(
            assignment=Assignment.objects.get(pk=assignment.pk), fields=answers, expected_version=0, by=manager, at=AT
        )
        judging.send_verdicts(verdicts=[verdict], by=manager, at=AT)
        judging.approve_verdicts(verdicts=[Verdict.objects.get(pk=verdict.pk)], by=head, at=AT)
        begin_case(round_=round_, committee=schools, texts={"matter": "Ärendet"}, by=head, at=AT)
        acting.report(action=action, progress="on_track", text=f"{MARK} rapport", spent_sek=1, by=manager, at=AT)
        assert acting.remind(at=AT + timedelta(days=2000), day=date(2032, 1, 1)) == (1, 1)
        version(data_set, 2025)
        before.refresh_from_db()
        after = Finding.objects.get(audience="owner", question_key=before.question_key, period="2026")
        asked_again = plan_actions.remeasure(before=before, after=after, by=manager, at=AT)
    with django_capture_on_commit_callbacks(execute=True):
        work()
    return Scene(
        data_set, before, after, assignment, verdict, action, asked_again, round_, plan, inside, outside
    )  # fmt: skip


def _acted(before: Finding, school: Any, goal: Any, plan: Plan, manager: Any) -> Action:
    action = acting.begin_action(finding=before, unit=school, by=manager, at=AT)
    fields = {
        "title": f"{MARK} åtgärd",
        "description": f"{MARK} 20417,3 procent",
        "goal": goal,
        "plan": plan,
        "role": "Rektor",
        "due_on": date(2027, 1, 1),
        "cost_sek": 35261,
        "expected_effect": f"{MARK} verkan",
    }
    action = acting.change_action(action=action, fields=fields, expected_version=action.version, by=manager, at=AT)
    action = acting.finish_planning(action=action, by=manager, at=AT)
    acting.add_milestone(action=action, title=f"{MARK} steg", due_on=date(2026, 12, 1), by=manager, at=AT)
    acting.add_contributor(action=action, unit=None, partner=f"{MARK} klubb", commitment="Lokal", by=manager, at=AT)
    return Action.objects.get(pk=action.pk)


def work() -> None:
    worker = Worker(pause=0.0, name="test:1")
    while worker.run_one():
        pass


def addresses(unit: Unit, scene: Scene) -> dict[str, str]:
    """Every address about what was done, about what else is there, and about nothing in particular.

    Where nothing of a kind is there, one is made in the unit, so that every address is opened. Of the many differences
    that nothing was done with, the first dozen speak for the others.
    """
    found: dict[str, str] = {}
    done = (scene.before, scene.after)
    for kind in every_kind():
        rows: list[Any] = []
        with suppress(LookupError):
            rows = list(apps.get_model(kind.name)._default_manager.all()[:12])
            rows += [each for each in done if kind.name.lower() == each._meta.label_lower and each not in rows]
        for row in rows or [kind.make(unit)]:
            for url in kind.urls:
                with suppress(AttributeError, NoReverseMatch, TypeError):
                    found[reverse(url, kwargs=dict(kind.kwargs(row)))] = url
    for name, _, pattern in URLS:
        if not pattern.pattern.regex.groupindex:
            with suppress(NoReverseMatch):
                found.setdefault(reverse(name), name)
    return found


def log_addresses() -> list[str]:
    events = AuditEvent.objects.exclude(target_kind="").values_list("target_kind", "target_key").distinct()
    return [reverse("organisation:log_of", kwargs={"kind": kind, "key": key}) for kind, key in events]


def forms_of(page: str) -> list[dict[str, str]]:
    """The other forms in which what a page shows can be had: as files, searched, with every chart."""
    files: list[dict[str, str]] = [{"format": "csv", "show": "all"}, {"format": "xlsx"}] if "format=csv" in page else []
    searched = [{"q": MARK, "show": "all"}] if 'name="q"' in page else []
    return [*files, *searched, *([{"charts": "all"}] if "charts=all" in page else [])]


def opened_all(client: Any, paths: dict[str, str]) -> tuple[dict[str, set[str]], int, set[str]]:
    """What was seen where; how many answers were read; and the addresses that were not there at all."""
    seen: dict[str, set[str]] = {}
    read_n, absent = 0, set()
    for path in paths:
        asked_in: list[dict[str, str]] = [{}]
        for asked in asked_in:
            answer = client.get(path, asked)
            if answer.status_code in (302, 403, 404, 405):
                absent.add(path)
                break
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            read_n += 1
            text = read(content, answer.headers.get("Content-Type", "")) + json.dumps(dict(answer.headers))
            if not asked:
                asked_in += forms_of(text)
            # what one searches for stands in the search field, and is no find
            found = seen_in(text.replace(f'value="{MARK}"', "").replace(f"q={MARK}", "")) - _asked_for(asked, text)
            if found:
                seen.setdefault(f"{path} {asked}", set()).update(found)
    return seen, read_n, absent


def _asked_for(asked: dict[str, str], text: str) -> set[str]:
    """The mark itself, where the page only repeats what was searched for; its words have more than the mark."""
    words = re.findall(rf"{MARK}\w*(?: \w+)?", text, re.I)
    return {MARK} if asked.get("q") and all(each.strip().lower() == MARK.lower() for each in words) else set()


def test_nobody_outside_finds_a_number_or_a_word_of_it_anywhere(scene, client_as, client, municipality):
    everywhere = addresses(municipality.units[1][1], scene)
    assert set(everywhere.values()) >= {name for name, _, _ in URLS if name and ":" in name}
    paths = {**everywhere, **dict.fromkeys(log_addresses(), "organisation:log_of")}
    assert len(paths) > 150
    own = {path for path in paths if _about(path, scene)}
    assert len(own) >= 15
    clients = {name: client_as(user) for name, user in scene.outside.items()} | {"nobody": client}
    for name, each in clients.items():
        seen, read_n, absent = opened_all(each, paths)
        assert not seen, f"{name}: {seen}"
        assert own <= absent, f"{name}: {sorted(own - absent)}"
        assert read_n > {"nobody": 0, "no role": 5}.get(name, 20), name
    logs = clients["every role for the municipality"].get(reverse("organisation:log"))
    assert logs.status_code == 200, "the log is read"


def _about(path: str, scene: Scene) -> bool:
    """Whether an address is about the difference, or something that hangs on it."""
    about = [
        f"/statistics/findings/{scene.before.pk}/",
        f"/statistics/findings/{scene.after.pk}/",
        reverse("assessments:verdict", args=[scene.verdict.pk]),
        reverse("plans:action", args=[scene.action.pk]),
        reverse("plans:remeasured", args=[scene.remeasure.pk]),
    ]
    return path.startswith(tuple(about))


def test_people_inside_find_it_where_they_work_and_never_in_a_file(scene, client_as, municipality):
    paths = addresses(municipality.units[1][1], scene)
    for name, most in (("manager", 6), ("head", 6), ("analyst", 4), ("controller", 4)):
        seen, _, _ = opened_all(client_as(scene.inside[name]), paths)
        assert len(seen) >= most, (name, seen)
        assert any("71341" in found for found in seen.values()), name
        files = {
            where: found for where, found in seen.items() if "format" in where or "word" in where or "pdf" in where
        }
        assert not files, files
    page = client_as(scene.inside["head"]).get(reverse("plans:action", args=[scene.action.pk])).content.decode()
    assert {"71341", "58263"} <= seen_in(page), "the gap before and after"


def test_what_is_public_refuses_it_and_the_case_is_silent(scene, client_as):
    schools = scene.data_set.owner
    assert casetext.case_verdicts(scene.round_, schools) == []
    word = client_as(scene.inside["head"]).get(reverse("assessments:case_word", args=[scene.round_.pk, schools.pk]))
    text = read(word.content, "")
    assert not seen_in(text)
    assert "bedöms inom nämnden" in text
    with pytest.raises(JamlikError, match="får inte publiceras"):
        plan_document(scene.plan, [scene.action], cost=0)
    for name in ("plans:plan_pdf", "plans:plan_word", "plans:plan"):
        answer = client_as(scene.inside["head"]).get(reverse(name, args=[scene.plan.pk]))
        assert answer.status_code == 200
        assert not seen_in(read(answer.content, "")), name


def test_nothing_is_changed_by_somebody_outside(scene, client_as, client, municipality):
    paths = [path for path in addresses(municipality.units[1][1], scene) if _about(path, scene)]
    clients = [*map(client_as, scene.outside.values()), client]
    before = AuditEvent.objects.count()
    for each in clients:
        for path in paths:
            assert each.post(path, {"reason": "Nytt.", "closed": "yes"}).status_code in (302, 403, 404, 405), path
    assert AuditEvent.objects.count() == before


def mail_goes_to_those_inside_alone_and_names_no_number(scene):
    assert mail.outbox
    outside = {user.email for user in scene.outside.values()}
    marked = [letter for letter in mail.outbox if seen_in(f"{letter.subject} {letter.body}")]
    sent_out = [(letter.to, letter.subject) for letter in mail.outbox if outside & set(letter.to)]
    assert not sent_out, "there was nothing else to tell of"
    numbers = {name for letter in marked for name in seen_in(f"{letter.subject} {letter.body}")}
    assert numbers <= {MARK}


def database_holds_the_numbers_in_one_place():
    """Nothing frozen, published, drawn, logged, sent or told by a job holds them; people's own words are their own."""
    written = {"evidence", "description", "content", "body"}
    found: dict[str, set[str]] = {}
    for model in own_models():
        if model is InsideFigures:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, models.CharField | models.TextField | models.JSONField | models.FloatField):
                name = f"{model._meta.label_lower}.{field.name}"
                for value in model._base_manager.values_list(field.name, flat=True):
                    here = seen_in(str(value)) - {MARK}
                    if here:
                        found.setdefault(name, set()).update(here)
    assert all(name.rpartition(".")[2] in written for name in found), found
    assert "statistics.finding.numbers" not in found
    assert "plans.remeasure.numbers" not in found
    assert InsideFigures.objects.count() > 1


def public_row_stands_still_while_the_committee_works(scene):
    public = Finding.objects.get(audience="public", finding_id=scene.before.finding_id)
    assert (public.state, public.certainty, public.status, public.gap) == (
        "detected",
        "not_testable",
        "suppressed",
        None,
    )
    assert not public.moves.exists()
    scene.before.refresh_from_db()
    assert scene.before.state == "remeasured"
    assert scene.before.moves.count() >= 4
    assert queries.gap_change(scene.before, scene.after).change == pytest.approx(-13078.6)
    assert scene.remeasure.answer


def test_mail_database_and_the_public_row_tell_nothing(scene):
    mail_goes_to_those_inside_alone_and_names_no_number(scene)
    database_holds_the_numbers_in_one_place()
    public_row_stands_still_while_the_committee_works(scene)
