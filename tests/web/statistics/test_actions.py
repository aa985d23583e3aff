"""What changes data sets, imports, findings and releases: the rules, the history, and nothing half-done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jamlik.analysis.change import GapAnswer
from jamlik.analysis.incoming import Correction
from jamlik.model.errors import JamlikError
from jamlik.reports import rounding
from jamlik.web.core import clock
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.job_models import Job
from jamlik.web.core.jobs import LeaseLostError
from jamlik.web.statistics import actions, freezing, jobs, queries, rules, spool
from jamlik.web.statistics.models import (
    Analysis,
    DataSet,
    Finding,
    FindingState,
    Import,
    ImportState,
    Observation,
    Release,
)
from jamlik.web.statistics.thawing import intact
from tests.web.statistics.conftest import AT, school_file

pytestmark = pytest.mark.django_db


def received(data_set, analyst, content=None, name="betyg.csv"):
    content = school_file() if content is None else content
    return actions.receive_file(data_set=data_set, file_name=name, parts=[content], by=analyst, at=AT)


def spooled():
    return sorted(path.name for path in spool.spool_folder().iterdir())


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path):
    settings.JAMLIK_HOME = tmp_path


# --- imports ----------------------------------------------------------------------------------------------------------


def test_import_that_is_used_destroys_file_and_key_and_is_rounded_once(loaded, monkeypatch):
    rounded = []
    findings_of = rounding.published_findings

    def counted(findings, **options):
        rounded.extend(findings)
        return findings_of(findings, **options)

    monkeypatch.setattr(rounding, "published_findings", counted)
    monkeypatch.setattr(freezing, "published_findings", counted)
    imported = loaded(school_file())
    assert len(rounded) == imported.analysis.observations.count() > 0, "each finding once, not once a language"
    assert imported.state == ImportState.IN_USE
    assert (imported.spool, imported.spool_key, imported.expires_at) == ("", None, None)
    assert spooled() == []
    assert intact(imported.analysis)


def test_import_that_is_refused_destroys_file_and_key(data_set, analyst, run_jobs, django_capture_on_commit_callbacks):
    imported = received(data_set, analyst)
    run_jobs()
    assert spooled() != []
    with django_capture_on_commit_callbacks(execute=True):
        actions.refuse_import(imported=imported, by=analyst, at=AT)
    imported.refresh_from_db()
    assert (imported.state, imported.spool, imported.spool_key) == (ImportState.REFUSED, "", None)
    assert spooled() == []
    with pytest.raises(JamlikError):
        actions.accept_import(imported=imported, by=analyst, at=AT)


def test_import_that_fails_says_why_and_destroys_file_and_key(
    data_set, analyst, run_jobs, django_capture_on_commit_callbacks
):
    content = ("Kön;Uppgift;Ja\n" + "K;640823-3234;Ja\nM;640823-3234;Nej\n" * 60).encode()
    imported = received(data_set, analyst, content)
    with django_capture_on_commit_callbacks(execute=True):
        run_jobs()
    imported.refresh_from_db()
    assert imported.state == ImportState.FAILED
    assert "personnummer" in imported.error["what"]["sv"] + imported.error["why"]["sv"]
    assert "640823" not in str(imported.error) + str(list(Job.objects.values()))
    assert imported.spool_key is None
    assert spooled() == []


def test_import_left_for_a_day_is_destroyed(
    data_set, analyst, run_jobs, django_capture_on_commit_callbacks, monkeypatch
):
    imported = received(data_set, analyst)
    run_jobs()
    late = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: late)
    with django_capture_on_commit_callbacks(execute=True):
        run_jobs()
    imported.refresh_from_db()
    assert (imported.state, imported.error, imported.spool_key) == (ImportState.FAILED, {"what": "expired"}, None)
    assert spooled() == []


class _Lost:
    """A job that was given to another worker."""

    by = None

    def tell(self, step, share):
        if share > 0.5:
            raise LeaseLostError


def test_worker_that_lost_its_job_touches_neither_file_nor_release(loaded, data_set, analyst, run_jobs):
    imported = loaded(school_file())
    release = actions.publish_release(analysis=imported.analysis, released_on=clock.today(), by=analyst, at=AT)
    with pytest.raises(LeaseLostError):
        jobs.publish(_Lost(), release_id=release.pk)
    release.refresh_from_db()
    assert (release.state, release.pictures.count()) == ("preparing", 0)
    waiting = received(data_set, analyst)
    with pytest.raises(LeaseLostError):
        jobs.inspect(_Lost(), import_id=waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.spool in spooled()) == (ImportState.SPOOLED, True)
    run_jobs()
    waiting.refresh_from_db()
    assert waiting.state == ImportState.INSPECTED


def test_sweep_removes_files_that_no_import_knows(data_set, analyst, monkeypatch):
    imported = received(data_set, analyst)
    lost = spool.spool([b"left behind"])
    late = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: late)
    jobs.sweep(None)
    assert lost.name not in spooled()
    assert imported.spool in spooled()


def test_second_version_waits_until_the_first_is_answered(data_set, analyst):
    received(data_set, analyst)
    before = spooled()
    with pytest.raises(JamlikError, match="inte klar"):
        received(data_set, analyst)
    assert spooled() == before
    assert Import.objects.count() == 1


def test_wrong_correction_keeps_the_file_and_says_why(data_set, analyst, run_jobs):
    imported = received(data_set, analyst)
    run_jobs()
    imported.refresh_from_db()
    good = imported.description
    said = Correction(roles={"Kön": "ignore", "Område": "ignore"})
    actions.correct_import(imported=imported, correction=said, by=analyst, at=AT)
    run_jobs()
    imported.refresh_from_db()
    assert imported.state == ImportState.INSPECTED
    assert "grupper" in imported.error["what"]["sv"]
    assert imported.description == good
    actions.correct_import(
        imported=imported, correction=Correction(directions={"local:godkand": "up"}), by=analyst, at=AT
    )
    run_jobs()
    imported.refresh_from_db()
    assert imported.error == {}
    assert imported.inspection["indicators"][0]["direction"] == "up"


def test_new_version_tells_its_difference_and_replaces(loaded, data_set, analyst):
    first = loaded(school_file())
    second = loaded(school_file(years=(2024, 2025, 2026)))
    first.refresh_from_db()
    assert second.diff["periods_added"] == ["2026"]
    assert second.diff["periods_gone"] == []
    assert (first.state, second.state, second.replaces) == (ImportState.REPLACED, ImportState.IN_USE, first)
    assert Analysis.objects.count() == 2
    assert data_set.current == second


def test_undo_brings_back_exactly_what_was_there(loaded, data_set, analyst, run_jobs):
    first = loaded(school_file())
    fields = ("finding_id", "sentence", "numbers", "certainty", "rank", "newest", "change", "current_id")
    before = list(Finding.objects.order_by("pk").values(*fields))
    second = loaded(school_file(years=(2024, 2025, 2026), boys=0.3, seed=9))
    after = list(Finding.objects.order_by("pk").values(*fields))
    observations = Observation.objects.count()
    with pytest.raises(JamlikError, match="inte användas igen"):
        actions.redo_import(imported=second, by=analyst, at=AT)
    asked = actions.undo_import(data_set=data_set, by=analyst, at=AT, reason="Fel fil")
    assert actions.undo_import(data_set=data_set, by=analyst, at=AT, reason="Fel fil") == asked
    run_jobs()
    data_set.refresh_from_db()
    first.refresh_from_db()
    assert (data_set.current, first.state) == (first, ImportState.IN_USE)
    seen = Finding.objects.filter(current__isnull=False)
    assert list(seen.order_by("pk").values(*fields)) == before
    assert not queries.visible_findings(analyst).filter(period="2026").exists()
    assert Observation.objects.count() == observations
    again = actions.redo_import(imported=second, by=analyst, at=AT)
    assert actions.redo_import(imported=second, by=analyst, at=AT) == again
    run_jobs()
    data_set.refresh_from_db()
    first.refresh_from_db()
    assert (data_set.current, data_set.current.state, first.state) == (second, "in_use", "replaced")
    assert list(Finding.objects.order_by("pk").values(*fields)) == after
    verbs = ("undo_ordered", "import_undone", "redo_ordered", "import_redone")
    assert [AuditEvent.objects.filter(verb=f"statistics.{verb}").count() for verb in verbs] == [1, 1, 1, 1]


def test_undo_that_comes_too_late_changes_nothing_and_says_why(loaded, data_set, analyst, run_jobs):
    imported = loaded(school_file())
    asked = actions.undo_import(data_set=data_set, by=analyst, at=AT, reason="Fel fil")
    Job.objects.filter(pk=asked.pk).update(state="running", worker="dead", started_at=AT, lease_until=AT)
    loaded(school_file(boys=0.3, seed=9))
    Job.objects.filter(pk=asked.pk).update(state="queued", worker="", started_at=None, lease_until=None)
    run_jobs()
    asked.refresh_from_db()
    imported.refresh_from_db()
    assert (asked.state, imported.state) == ("failed", ImportState.REPLACED)
    assert "En annan version" in asked.problem


def test_undo_without_a_version_before_leaves_no_finding_in_the_lists(loaded, data_set, analyst, run_jobs):
    loaded(school_file())
    actions.undo_import(data_set=data_set, by=analyst, at=AT, reason="Fel fil")
    run_jobs()
    data_set.refresh_from_db()
    assert data_set.current is None
    assert Finding.objects.exists()
    assert not Finding.objects.filter(current__isnull=False).exists()
    assert not Finding.objects.filter(newest=True).exists()


def test_undo_of_what_is_published_is_refused(loaded, data_set, analyst):
    imported = loaded(school_file())
    actions.publish_release(analysis=imported.analysis, released_on=clock.today(), by=analyst, at=AT)
    with pytest.raises(JamlikError, match="publicerad"):
        actions.undo_import(data_set=data_set, by=analyst, at=AT, reason="Fel fil")
    with pytest.raises(JamlikError):
        actions.undo_import(data_set=data_set, by=analyst, at=AT, reason=" ")


# --- findings ---------------------------------------------------------------------------------------------------------


def a_finding(unit, state=FindingState.DETECTED):
    return Finding.objects.create(owner=unit, source="council", state=state, sentence="Det skiljer sig.", made_at=AT)


@pytest.mark.parametrize("state", FindingState.values)
def test_a_finding_goes_where_the_rules_say_and_nowhere_else(state, committee, analyst):
    for to in FindingState.values:
        finding = a_finding(committee, state)
        if to in rules.next_states(state):
            actions.move_finding(finding=finding, to=to, by=analyst, at=AT, reason="Därför")
            finding.refresh_from_db()
            assert finding.state == to
            assert finding.moves.get().state_from == state
        else:
            with pytest.raises(JamlikError):
                actions.move_finding(finding=finding, to=to, by=analyst, at=AT, reason="Därför")
            finding.refresh_from_db()
            assert finding.state == state
            assert not finding.moves.exists()


def test_every_state_can_be_reached_and_left():
    reached = {FindingState.DETECTED.value}
    while (more := reached | {str(to) for state in reached for to in rules.next_states(state)}) != reached:
        reached = more
    assert reached == set(FindingState.values)
    assert all(rules.next_states(state) for state in FindingState.values)
    assert FindingState.CLOSED in rules.next_states("decided") & rules.next_states("remeasured")


def test_a_step_back_needs_a_reason(committee, analyst):
    for before, to in rules.NEEDS_REASON:
        with pytest.raises(JamlikError, match="varför"):
            actions.move_finding(finding=a_finding(committee, before), to=to, by=analyst, at=AT)


def test_several_findings_move_together_or_not_at_all(committee, analyst):
    good, bad = a_finding(committee), a_finding(committee, FindingState.CLOSED)
    with pytest.raises(JamlikError):
        actions.move_findings(findings=[good, bad], to="awaiting_approval", by=analyst, at=AT)
    with pytest.raises(JamlikError):
        actions.move_findings(findings=[good, bad], to="under_analysis", by=analyst, at=AT)
    good.refresh_from_db()
    assert good.state == FindingState.DETECTED


def test_state_and_history_survive_a_new_version(loaded, analyst):
    loaded(school_file())
    finding = Finding.objects.get(dimension="sex", newest=True)
    actions.move_finding(finding=finding, to="under_analysis", by=analyst, at=AT)
    loaded(school_file(boys=0.5, seed=4))
    finding.refresh_from_db()
    assert finding.state == FindingState.UNDER_ANALYSIS
    assert finding.observations.count() == 2


def test_same_question_and_the_answer_to_whether_the_gap_closed(loaded):
    loaded(school_file(years=(2024, 2025), boys=0.5, n=600))
    loaded(school_file(years=(2026,), girls=0.8, boys=0.8, n=600, seed=3))
    after = Finding.objects.get(dimension="sex", period="2026")
    same = queries.same_question(after)
    assert [finding.period for finding in same] == ["2024", "2025"]
    assert queries.gap_change(same[-1], after).answer is GapAnswer.CLOSED
    assert queries.gap_change(same[0], same[1]).answer in (GapAnswer.CANNOT_TELL, GapAnswer.UNCHANGED)
    assert after.change == "gone"


# --- releases ---------------------------------------------------------------------------------------------------------


def test_release_is_drawn_in_three_languages_then_out(loaded, analyst, run_jobs):
    imported = loaded(school_file())
    release = actions.publish_release(analysis=imported.analysis, released_on=clock.today(), by=analyst, at=AT)
    assert not queries.published_releases().exists()
    run_jobs()
    release.refresh_from_db()
    assert release.state == "published"
    pictures = list(release.pictures.all())
    assert {picture.lang for picture in pictures} == {"sv", "en", "fi"}
    for picture in pictures:
        assert picture.svg.startswith("<svg")
        assert picture.title
        assert picture.description
        assert picture.source
        assert picture.table["rows"]
    with pytest.raises(JamlikError, match="redan publicerad"):
        actions.publish_release(analysis=imported.analysis, released_on=clock.today(), by=analyst, at=AT)


def test_release_of_a_later_day_is_not_out_before(loaded, analyst, run_jobs, user_of, municipality, monkeypatch):
    imported = loaded(school_file())
    day = clock.today() + timedelta(days=3)
    release = actions.publish_release(analysis=imported.analysis, released_on=day, by=analyst, at=AT)
    run_jobs()
    reader = user_of("reader", municipality.top)
    assert not queries.published_releases().exists()
    assert not queries.releases(reader).exists()
    assert queries.releases(analyst).get() == release
    monkeypatch.setattr(clock, "today", lambda: day)
    assert queries.releases(reader).get() == release


def test_withdrawal_is_recorded_and_the_release_stays(loaded, analyst, run_jobs):
    imported = loaded(school_file())
    release = actions.publish_release(analysis=imported.analysis, released_on=clock.today(), by=analyst, at=AT)
    run_jobs()
    with pytest.raises(JamlikError):
        actions.withdraw_release(release=release, by=analyst, at=AT, reason="")
    actions.withdraw_release(release=release, by=analyst, at=AT, reason="Fel i underlaget")
    release = Release.objects.get()
    assert (release.state, release.reason, release.withdrawn_by) == ("withdrawn", "Fel i underlaget", analyst)
    assert not queries.published_releases().exists()


# --- first start ------------------------------------------------------------------------------------------------------


def test_load_ekby_gives_each_committee_its_services_once(municipality, analyst, run_jobs):
    schools, care = municipality.committees
    owners = {"grundskola": schools, "hemtjanst": care}
    job = actions.load_ekby(owners=owners, by=analyst, at=AT)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"loaded": 2})
    assert {(d.origin_key, d.owner) for d in DataSet.objects.all()} == {("grundskola", schools), ("hemtjanst", care)}
    sure = queries.sure_findings(Finding.objects.all())
    assert sure.filter(owner=schools).exists()
    assert sure.filter(owner=care).exists()
    count = Finding.objects.count()
    again = actions.load_ekby(owners=owners, by=analyst, at=AT)
    run_jobs()
    again.refresh_from_db()
    assert again.result == {"loaded": 0}
    assert Finding.objects.count() == count
