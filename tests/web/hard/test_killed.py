"""Kill -9 in the middle: what people see afterwards is what was before or what is after, and the work goes on.

Each death comes at a chosen statement to the database, in a process of the site's own.
"""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

import httpx
import pytest
from django.urls import reverse

from jamlik.web.assessments import actions as verdicts
from jamlik.web.assessments.models import Verdict, VerdictCopy
from jamlik.web.core import audit_proof, clock
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.editing_models import Sent
from jamlik.web.core.jobs import Job, JobState
from jamlik.web.statistics import actions
from jamlik.web.statistics.models import (
    Analysis,
    DataSet,
    Finding,
    Import,
    ImportState,
    LevelRows,
    Move,
    Observation,
    Picture,
    Release,
    ReleaseState,
)
from tests.web.hard.processes import Browser, until
from tests.web.statistics.conftest import school_file
from tests.web.statistics.objects import made_data_set

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FILE = school_file(years=(2025,), n=60)
PLAIN = b"Flicka;Norr"

# Where the worker is cut off in each job: the statement, and how long after it.
WORKER_DEATHS = {
    "statistics.inspect": ('UPDATE "core_job" SET "lease_until".*step.read', 0.15),
    "statistics.analyse": ('INSERT INTO "statistics_observation"', 0.0),
    "statistics.publish": ('INSERT INTO "statistics_picture"', 0.0),
}
MORE_DEATHS = {
    "statistics.inspect": [
        ('UPDATE "statistics_import"', 0.0),
        ('INSERT INTO "core_auditdetails"', 0.0),
        ('UPDATE "core_audithead"', 0.0),
        ("""UPDATE "core_job" SET "state" = .*(?i:done)""", 0.0),
    ],
    "statistics.analyse": [
        ('UPDATE "core_job" SET "lease_until".*step.read', 0.4),
        ('INSERT INTO "statistics_analysis"', 0.0),
        ('INSERT INTO "statistics_levelrows"', 0.0),
        ('INSERT INTO "statistics_finding"', 0.0),
        ('UPDATE "statistics_finding"', 0.0),
        ('UPDATE "core_audithead"', 0.0),
        ("""UPDATE "core_job" SET "state" = .*(?i:done)""", 0.0),
    ],
    "statistics.publish": [
        ('UPDATE "core_job" SET "lease_until".*step.draw', 0.3),
        ('UPDATE "statistics_release"', 0.0),
        ('INSERT INTO "core_auditdetails"', 0.0),
        ("""UPDATE "core_job" SET "state" = .*(?i:done)""", 0.0),
    ],
}


def nothing_in_plain(site):
    """No file of the site holds a line of what was handed in, wherever it was cut off."""
    files = [path for path in site.home.rglob("*") if path.is_file() and not path.is_symlink()]
    found = [path.name for path in files if PLAIN in path.read_bytes()]
    assert not found
    assert FILE.count(PLAIN) > 20


def everything_is_whole(site):
    """What anyone can see is finished, and the log holds."""
    proof = audit_proof.proved()
    assert proof.holds, proof.faults
    nothing_in_plain(site)
    done = (ImportState.IN_USE, ImportState.REPLACED, ImportState.UNDONE)
    assert set(Analysis.objects.values_list("imported_id")) == set(
        Import.objects.filter(state__in=done).values_list("pk")
    )
    assert set(DataSet.objects.exclude(current=None).values_list("current_id")) == set(
        Import.objects.filter(state=ImportState.IN_USE).values_list("pk")
    )
    if not Analysis.objects.exists():
        assert not any(model.objects.exists() for model in (Finding, LevelRows, Observation))
    assert not Finding.objects.filter(source="computed", current=None).exists()
    assert not Picture.objects.exclude(release__state=ReleaseState.PUBLISHED).exists()
    assert not Sent.objects.filter(url="").exists()


def the_log_says_the_same():
    """What was done is recorded once each, however often somebody died of it."""
    counts = Counter(AuditEvent.objects.values_list("verb", flat=True))
    names = ("file_received", "import_inspected", "import_accepted", "import_taken_into_use")
    assert [counts[f"statistics.{name}"] for name in names] == [1] * 4
    assert (counts["statistics.release_ordered"], counts["statistics.release_published"]) == (1, 1)


def job_of(name):
    return Job.objects.filter(name=name).latest("pk")


def ended(name):
    return until(lambda: job_of(name).ended, why=name) and job_of(name)


def order(site, deaths, name):
    statement, after = deaths[name]
    site.die_at("worker", statement, after=after)


def one_dies_another_goes_on(site, name):
    """See that nothing shows of the job whose worker dies, and let another finish it."""
    site.wait_for_death("worker")
    everything_is_whole(site)
    assert job_of(name).state == JobState.RUNNING, "nobody has told that it ended"
    site.start("worker")
    job = ended(name)
    assert (job.state, job.tries) == (JobState.DONE, 2), site.told()
    everything_is_whole(site)


class Analyst:
    """What a person does with a file, through pages."""

    def __init__(self, site, user, data_set):
        self.site, self.browser, self.data_set = site, Browser(site.url, user), data_set

    def send(self, path, statement="", *, shown_on="", with_file=False, **fields):
        """Send a form; where a statement is given the site dies at it, is started again, and the same form is sent."""
        file = {"file": ("betyg.csv", FILE)} if with_file else {}
        filled = self.browser.form(shown_on or path, **fields)
        if statement:
            self.site.die_at("web", statement)
            with pytest.raises(httpx.TransportError):
                self.browser.post(path, filled, **file)
            self.site.wait_for_death("web")
            everything_is_whole(self.site)
            self.site.start("web")
        answer = self.browser.post(path, filled, **file)
        assert answer.status_code == 302, answer.text
        again = self.browser.post(path, filled, **file)
        assert again.headers["Location"] == answer.headers["Location"], "the same form sent again does nothing more"
        return int(urlsplit(answer.headers["Location"]).path.rstrip("/").rpartition("/")[2])


def the_way_of_a_file(site, user, committee, deaths, web_deaths):
    """A file from upload to published results, with a death at each step."""
    data_set = actions.create_data_set(title="Betyg", owner=committee, by=user, at=clock.now())
    analyst = Analyst(site, user, data_set)
    site.start("web")
    upload = reverse("statistics:upload", args=[data_set.pk])
    pk = analyst.send(upload, web_deaths.get("upload", ""), with_file=True)
    page = reverse("statistics:import", args=[pk])
    assert Import.objects.get().state == ImportState.SPOOLED
    order(site, deaths, "statistics.inspect")
    site.start("worker")
    one_dies_another_goes_on(site, "statistics.inspect")
    assert Import.objects.get().state == ImportState.INSPECTED
    order(site, deaths, "statistics.analyse")
    analyst.send(reverse("statistics:accept", args=[pk]), web_deaths.get("accept", ""), shown_on=page)
    one_dies_another_goes_on(site, "statistics.analyse")
    imported = Import.objects.get()
    assert (imported.state, imported.spool, imported.spool_key) == (ImportState.IN_USE, "", None)
    assert Finding.objects.filter(dimension="sex").count() == Analysis.objects.count() == 1
    order(site, deaths, "statistics.publish")
    day = clock.today().isoformat()
    publish = reverse("statistics:publish", args=[data_set.pk])
    analyst.send(publish, web_deaths.get("publish", ""), released_on=day)
    one_dies_another_goes_on(site, "statistics.publish")
    assert Release.objects.get().state == ReleaseState.PUBLISHED
    assert Picture.objects.count() == job_of("statistics.publish").result.get("pictures", Picture.objects.count()) > 0
    the_log_says_the_same()


def test_file_reaches_the_public_though_every_process_dies_on_the_way(site, municipality, user_of):
    user = user_of("analyst", municipality.committees[0])
    web_deaths = {
        "upload": 'INSERT INTO "statistics_import"',
        "publish": 'UPDATE "core_audithead"',
    }
    the_way_of_a_file(site, user, municipality.committees[0], WORKER_DEATHS, web_deaths)


@pytest.mark.prove
@pytest.mark.parametrize(("name", "death"), [(name, death) for name, many in MORE_DEATHS.items() for death in many])
def test_file_reaches_the_public_wherever_its_worker_dies(site, municipality, user_of, name, death):
    user = user_of("analyst", municipality.committees[0])
    web_deaths = {
        "upload": 'INSERT INTO "core_auditevent"',
        "accept": 'INSERT INTO "core_job"',
        "publish": 'INSERT INTO "statistics_release"',
    }
    the_way_of_a_file(site, user, municipality.committees[0], {**WORKER_DEATHS, name: death}, web_deaths)


def two_workers_die(site, name, statement):
    """Kill the worker that takes a job, and the one that takes it again; the third tells it as lost."""
    for _ in range(2):
        site.die_at("worker", statement)
        site.start("worker")
        site.wait_for_death("worker")
    site.start("worker")
    job = ended(name)
    assert (job.state, job.problem) == (JobState.LOST, "core.jobs.lost")
    everything_is_whole(site)


@pytest.mark.prove
def test_work_that_two_workers_die_of_is_told_and_can_be_begun_anew(site, municipality, user_of, monkeypatch):
    user, committee = user_of("analyst", municipality.committees[0]), municipality.committees[0]
    monkeypatch.setattr("django.conf.settings.JAMLIK_HOME", site.home)
    data_set = actions.create_data_set(title="Betyg", owner=committee, by=user, at=clock.now())
    imported = actions.receive_file(data_set=data_set, file_name="betyg.csv", parts=[FILE], by=user, at=clock.now())
    two_workers_die(site, "statistics.inspect", 'UPDATE "statistics_import"')
    site.start("web")
    browser = Browser(site.url, user)
    page = reverse("statistics:import", args=[imported.pk])
    assert "Arbetet avbröts" in browser.get(page).text
    assert browser.post(reverse("statistics:again", args=[imported.pk]), browser.form(page)).status_code == 302
    until(lambda: Import.objects.get().state == ImportState.INSPECTED)


def test_publishing_that_two_workers_die_of_can_be_asked_for_again(site, municipality, user_of):
    user, committee = user_of("analyst", municipality.committees[0]), municipality.committees[0]
    data_set = made_data_set(committee)
    ask = {"analysis": data_set.current.analysis, "released_on": clock.today(), "by": user}
    first = actions.publish_release(**ask, at=clock.now())
    two_workers_die(site, "statistics.publish", 'INSERT INTO "statistics_picture"')
    site.start("web")
    browser = Browser(site.url, user)
    assert "Gick inte" in browser.get(reverse("statistics:release", args=[first.pk])).text
    publish = reverse("statistics:publish", args=[data_set.pk])
    assert publish in browser.get(reverse("statistics:data_set", args=[data_set.pk])).text
    again = browser.post(publish, browser.form(publish, released_on=clock.today().isoformat()))
    assert again.status_code == 302, again.text
    until(lambda: Release.objects.filter(state=ReleaseState.PUBLISHED).exists())
    assert set(Release.objects.order_by("pk").values_list("state")) == {("failed",), ("published",)}


@pytest.fixture
def sent_verdicts(municipality, asked, user_of, at):
    """Two verdicts that wait for approval, and who may approve them."""
    unit = municipality.units[0][0]
    writer = user_of("unit_manager", unit)
    made = []
    for assignment in asked(unit, 2):
        fields = {"verdict": "no_difference", "evidence": "Skillnaden är liten.", "control": "own"}
        made.append(verdicts.answer(assignment=assignment, fields=fields, expected_version=0, by=writer, at=at))
    verdicts.send_verdicts(verdicts=made, by=writer, at=at)
    return made, user_of("head", municipality.departments[0])


APPROVE_DEATHS = [
    'INSERT INTO "assessments_verdictcopy"',
    'INSERT INTO "statistics_move".*(?i:closed)',
    'UPDATE "core_sent" SET "url"',
]


def test_approving_happens_wholly_or_not_at_all_when_the_site_dies(site, sent_verdicts):
    made, head = sent_verdicts
    before = AuditEvent.objects.count()
    site.start("web")
    browser = Browser(site.url, head)
    chosen = re.findall(r'name="verdict" value="([^"]+)"', browser.get(reverse("assessments:approve")).text)
    filled = browser.form(reverse("assessments:approve"), verdict=chosen)
    for statement in APPROVE_DEATHS:
        site.die_at("web", statement)
        with pytest.raises(httpx.TransportError):
            browser.post(reverse("assessments:approve"), filled)
        site.wait_for_death("web")
        assert set(Verdict.objects.values_list("state", "approved_by")) == {("submitted", None)}
        assert set(Finding.objects.filter(pk__in=[v.finding_id for v in made]).values_list("state")) == {
            ("awaiting_approval",)
        }
        assert AuditEvent.objects.count() == before
        assert audit_proof.proved().holds
        site.start("web")
    for _ in range(2):
        assert browser.post(reverse("assessments:approve"), filled).status_code == 302
    assert set(Verdict.objects.values_list("state", "approved_by")) == {("approved", head.pk)}
    assert VerdictCopy.objects.filter(state="approved").count() == 2
    assert Move.objects.filter(state_to="decided").count() == 2
    assert AuditEvent.objects.filter(verb="assessments.verdict_approved").count() == 2
    assert audit_proof.proved().holds
