"""What is too small to be shown to all: seen, judged and destroyed inside the committee that owns it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jamlik.model.errors import JamlikError
from jamlik.web.statistics import actions, inside, queries, rules
from jamlik.web.statistics.models import Finding, InsideCopy, InsideFigures, InsideRule, Observation
from tests.web.statistics.conftest import AT

pytestmark = pytest.mark.django_db


def small_file(*, years=(2024, 2025), few=8, share_of_few=0.0, seed=3) -> bytes:
    """Pupils of three schools; in one all but a handful are girls, and none of the handful passes."""
    rng = np.random.default_rng(seed)
    lines = ["År;Kön;Skola;Godkänd"]
    for year in years:
        for school, girls, boys in (("Norr", 200, 200), ("Söder", 200, 200), ("Öster", 150, few)):
            for sex, n, share in (("Flicka", girls, 0.8), ("Pojke", boys, 0.75)):
                passed = rng.random(n) < (share_of_few if school == "Öster" and sex == "Pojke" else share)
                lines += [f"{year};{sex};{school};{'Ja' if p else 'Nej'}" for p in passed]
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def few(loaded):
    """The file in use, and the sure difference in it that only the committee sees."""
    loaded(small_file())
    return Finding.objects.filter(audience="owner", newest=True, inside__certainty__in=rules.SURE).order_by("pk")[0]


def test_import_is_frozen_for_both_audiences_apart_from_each_other(few, data_set):
    analysis = data_set.current.analysis
    copy = analysis.inside
    assert analysis.audience == "public"
    assert copy.figures.count() >= 2
    assert copy.keep_until == copy.made_at + inside.KEPT
    public = {o.finding.finding_id: o for o in Observation.objects.filter(analysis=analysis).select_related("finding")}
    for figures in copy.figures.all():
        assert figures.numbers["gap"] is not None
        if figures.finding_id in public:
            assert public[figures.finding_id].status == "suppressed"
            assert public[figures.finding_id].numbers["gap"] is None
        assert figures.told("sv") not in analysis.content
    assert set(few.inside.texts) == {"sv", "en", "fi"}


def test_row_of_the_committee_holds_no_number_sign_or_certainty(few):
    row = Finding.objects.filter(pk=few.pk).values().get()
    assert (row["certainty"], row["status"], row["change"]) == ("inside", "suppressed", "")
    assert (row["gap"], row["persons"], row["rank"], row["numbers"], row["current_id"]) == (None, None, None, {}, None)
    assert "Talen visas bara inom nämnden" in row["sentence"]
    assert "skiljer sig" not in row["sentence"]
    for change in ({"gap": 1.0}, {"rank": 1}, {"persons": 3}, {"certainty": "clear"}, {"change": "new"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Finding.objects.filter(pk=few.pk).update(**change)
    public = Finding.objects.get(audience="public", finding_id=few.finding_id)
    assert (public.status, public.certainty, public.state) == ("suppressed", "not_testable", "detected")


def test_only_what_differs_is_written_when_the_committees_rows_are_looked_through_again(few, data_set):
    def written() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            inside.adopt(data_set, at=AT)
        return [each["sql"] for each in asked if "update " in each["sql"].lower() or "insert " in each["sql"].lower()]

    assert written() == []
    other = InsideFigures.objects.exclude(pk=few.inside_id).order_by("pk")[0]
    Finding.objects.filter(pk=few.pk).update(inside=other, newest=False, texts={}, sentence="")
    assert len(written()) == 2
    again = Finding.objects.get(pk=few.pk)
    assert (again.inside_id, again.newest, again.texts, again.sentence) == (
        few.inside_id,
        True,
        few.texts,
        few.sentence,
    )


SEES = {
    ("unit_manager", "unit"): True,
    ("head", "department"): True,
    ("controller", "committee"): True,
    ("analyst", "committee"): True,
    ("strategist", "committee"): True,
    ("reader", "committee"): False,
    ("registrar", "committee"): False,
    ("editor", "committee"): False,
    ("hr", "committee"): False,
    ("admin", "committee"): False,
    ("unit_manager", "other unit"): False,
    ("head", "other"): False,
    ("analyst", "other"): False,
    ("controller", "top"): False,
    ("strategist", "top"): False,
    ("analyst", "top"): False,
    ("head", "top"): False,
    ("admin", "top"): False,
}


def test_only_those_who_work_with_it_inside_the_committee_see_it(few, municipality, user_of, client_as):
    places = {
        "unit": municipality.units[0][0],
        "department": municipality.departments[0],
        "committee": municipality.committees[0],
        "other": municipality.committees[1],
        "other unit": municipality.units[1][0],
        "top": municipality.top,
    }
    own, public = few.pk, Finding.objects.get(audience="public", finding_id=few.finding_id)
    gap = few.inside.numbers["gap"].lstrip("-").replace(".", ",")
    for (role, place), sees in SEES.items():
        user = user_of(role, places[place])
        assert (queries.figures_for(few, user) is not None) is sees, (role, place)
        assert (queries.figures_for(public, user) is not None) is sees
        assert queries.visible_findings(user).filter(pk=own).exists() is sees
        client = client_as(user)
        assert client.get(reverse("statistics:finding", args=[own])).status_code == (200 if sees else 404)
        page = client.get(reverse("statistics:finding", args=[public.pk])).content.decode()
        assert ("Endast inom nämnden" in page) is sees
        assert (gap in page) is sees
        listed = client.get(reverse("statistics:findings"), {"show": "sure"}).content.decode()
        assert (reverse("statistics:finding", args=[own]) in listed) is sees


def test_figure_that_all_may_see_is_the_same_inside(few, analyst):
    shown = Finding.objects.filter(audience="public", status="shown")
    assert shown.count() > 3
    assert not [each for each in shown if queries.figures_for(each, analyst)]
    assert not Finding.objects.filter(audience="owner", finding_id__in=shown.values("finding_id")).exists()


def test_list_that_leaves_the_site_holds_only_what_all_may_see(few, analyst, client_as):
    client, address = client_as(analyst), reverse("statistics:findings")
    assert "Endast inom nämnden" in client.get(address, {"show": "all", "certainty": "inside"}).content.decode()
    for kind in ("csv", "xlsx"):
        file = client.get(address, {"show": "all", "format": kind})
        assert file.status_code == 200
        assert "inom nämnden" not in b"".join(file).decode("utf-8", "replace")


def test_committee_whose_rule_is_the_public_one_has_no_figures_of_its_own(data_set, loaded, analyst):
    actions.edit_data_set(
        data_set=data_set, values={"inside": InsideRule.AS_PUBLIC}, expected_version=data_set.version, by=analyst, at=AT
    )
    loaded(small_file())
    assert not InsideCopy.objects.exists()
    assert not Finding.objects.filter(audience="owner").exists()


def test_stricter_rule_destroys_the_figures_and_keeps_the_finding(few, data_set, analyst):
    actions.edit_data_set(
        data_set=data_set, values={"inside": InsideRule.AS_PUBLIC}, expected_version=data_set.version, by=analyst, at=AT
    )
    assert not InsideFigures.objects.exists()
    few.refresh_from_db()
    assert few.inside is None
    assert few.measured == {}
    assert not queries.visible_findings(analyst).filter(pk=few.pk).exists(), "nobody had begun with it"


def test_copy_is_destroyed_on_its_day_and_what_was_begun_stays(few, analyst, client_as, data_set):
    actions.move_finding(finding=few, to="under_analysis", by=analyst, at=AT)
    copy = InsideCopy.objects.get()
    assert inside.destroy_past(copy.keep_until - timedelta(seconds=1)) == 0
    assert inside.destroy_past(copy.keep_until) == 1
    assert not InsideFigures.objects.exists()
    page = client_as(analyst).get(reverse("statistics:finding", args=[few.pk])).content.decode()
    assert "Talen är förstörda" in page


def test_undone_version_takes_its_copy_with_it_and_the_one_before_counts_again(
    few, loaded, data_set, analyst, run_jobs
):
    first = few.inside
    loaded(small_file(few=7))
    few.refresh_from_db()
    assert few.inside.pk != first.pk
    assert InsideCopy.objects.count() == 2
    actions.undo_import(data_set=data_set, by=analyst, at=AT, reason="Fel fil.")
    run_jobs()
    few.refresh_from_db()
    assert few.inside == first
    assert InsideCopy.objects.count() == 1


def test_difference_that_grows_large_enough_is_shown_to_all_and_no_longer_kept_inside(few, loaded, analyst):
    loaded(small_file(few=150, share_of_few=0.4))
    few.refresh_from_db()
    assert few.inside is None
    assert not queries.visible_findings(analyst).filter(pk=few.pk).exists()
    assert queries.figures_for(Finding.objects.get(audience="public", finding_id=few.finding_id), analyst) is None


def test_question_is_followed_inside_over_the_years(few, loaded, analyst):
    loaded(small_file(years=(2025, 2026)))
    later = Finding.objects.get(audience="owner", question_key=few.question_key, period="2026")
    few.refresh_from_db()
    assert (few.newest, later.newest) == (False, True)
    assert [each.pk for each in queries.same_question(few)] == [later.pk]
    public = Finding.objects.get(audience="public", finding_id=few.finding_id)
    assert {each.audience for each in queries.same_question(public)} <= {"public"}
    change = queries.gap_change(few, later)
    assert change.change is not None
    assert queries.gap_change(public, public).change is None


def test_nothing_inside_goes_into_what_is_public(few, data_set):
    with pytest.raises(JamlikError, match="får inte publiceras"):
        rules.require_public([few])
    rules.require_public(Finding.objects.filter(audience="public"))
    released = actions.publish_release(analysis=data_set.current.analysis, released_on=AT.date(), by=None, at=AT)
    assert released.fingerprint == data_set.current.analysis.fingerprint
    assert few.inside.told("sv") not in data_set.current.analysis.content
