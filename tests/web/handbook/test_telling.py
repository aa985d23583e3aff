"""Mail about an analysis: who gets which, where it leads, and that it says nothing of what the analysis says."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from jamlik.web.core.models import Job
from jamlik.web.handbook import review_actions


@pytest.fixture
def told(scene, django_capture_on_commit_callbacks):
    """Do something, and tell which mail it asked for: (which, to whom, address)."""

    def mails(act, **values):
        with django_capture_on_commit_callbacks(execute=True):
            act(analysis=scene.analysis, at=scene.at, **values)
        scene.analysis.refresh_from_db()
        rows = list(Job.objects.filter(name="core.mail").order_by("pk"))
        assert all(row.args["values"] == {"unit": scene.unit.name} for row in rows)
        found = [(row.args["key"].rpartition(".")[2], row.args["user_id"], row.args["url"]) for row in rows]
        Job.objects.all().delete()
        return found

    return mails


def test_mail_goes_to_those_who_act_and_those_who_wrote(scene, whole, told, user_of, municipality):
    helper = user_of("analyst", scene.unit)
    second = user_of("head", municipality.departments[0])  # wrote too, so approves nothing of it
    scene.analysis.contributors.add(helper, second, user_of())  # the last has no role any more
    wrote = [scene.writer, helper, second]
    page = reverse("handbook:analysis", args=[whole.pk])
    day = date(2027, 9, 1)
    sent = told(review_actions.submit, follow_up_on=day, by=scene.writer)
    assert sent == [("sent_in", scene.head.pk, reverse("handbook:approve", args=[whole.pk]))]
    assert not told(review_actions.submit, follow_up_on=day, by=scene.writer), "a second click tells nobody"
    back = told(review_actions.ask_for_completion, text="Vilka saknas?", by=scene.head)
    assert back == [("returned", person.pk, page) for person in wrote]
    assert [each[0] for each in told(review_actions.submit, follow_up_on=day, reply="Alla.", by=helper)] == ["sent_in"]
    yes = told(review_actions.approve, expected_version=scene.analysis.version, by=scene.head)
    assert yes == [("approved", person.pk, page) for person in wrote]
    decided = {
        "body": "committee",
        "body_name": "Utbildningsnämnden",
        "outcome": "referred_back",
        "decided_on": date(2027, 2, 1),
        "paragraph": "§ 1",
        "reason": "Barnen är inte hörda.",
        "by": scene.registrar,
    }
    referred = told(review_actions.record_decision, **decided)
    assert referred == [("referred_back", person.pk, page) for person in wrote]
