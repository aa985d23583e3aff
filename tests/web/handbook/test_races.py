"""Several at the same moment in one analysis: nobody is overwritten unseen, one decision is taken, one copy frozen."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from jamlik.web.handbook.models import Analysis, Edition
from tests.web.hard.test_races import posts, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def url(name, *args):
    return reverse(f"handbook:{name}", args=args)


def test_two_who_answer_the_same_row_at_once_are_one_saved_and_one_told(scene, user_of, client_as):
    analysis = scene.analysis
    people = [client_as(scene.writer), client_as(user_of("analyst", scene.unit))]
    page = url("question", analysis.pk, "q05_target_group")
    acts = [
        lambda client=client, text=text: client.post(page, {"answer": text, "parts": "answer", "version": 0})
        for client, text in zip(people, ("Den enas.", "Den andras."), strict=True)
    ]
    came = {answer.status_code: answer for answer in together(*acts)}
    assert set(came) == {302, 409}
    kept = analysis.answers.get(question_key="q05_target_group")
    assert (kept.version, kept.value["answer"] in ("Den enas.", "Den andras.")) == (1, True)
    assert kept.value["answer"] in came[409].content.decode()
    rows = posts(people, url("row", analysis.pk, "q16_observation", "new"), {"measure": "Väntetid", "parts": "measure"})
    assert [status for status, _ in rows] == [302, 302]
    keys = analysis.answers.filter(question_key="q16_observation").values_list("row_key", flat=True)
    assert sorted(keys) == sorted([scene.row, "1", "2"]), "two new rows have a number each"


def test_what_is_approved_is_what_was_read_whoever_saves_meanwhile(scene, sent, user_of, client_as, municipality):
    analysis, other = sent, user_of("head", municipality.departments[0])
    answer = {"answer": "Ändrat efteråt.", "parts": "answer", "version": 1}
    yes = {"version": sent.version}
    came = together(
        lambda: client_as(scene.head).post(url("approve", analysis.pk), yes).status_code,
        lambda: client_as(other).post(url("completion", analysis.pk), {"text": "Vilka saknas?"}).status_code,
        lambda: client_as(scene.writer).post(url("question", analysis.pk, "q06_absent"), answer).status_code,
    )
    assert not [status for status in came if status >= 500], came
    analysis = Analysis.objects.get(pk=analysis.pk)
    outcomes = list(analysis.decisions.values_list("outcome", flat=True))
    assert outcomes in (["approved"], ["completion"]), "one of them decided"
    if analysis.state == "approved":
        said = json.loads(analysis.copies.get().content)["answers"]["q06_absent"]
        assert said == [{"row": "answer", "answer": "De som arbetar efter skolan."}]
        assert analysis.answers.get(question_key="q06_absent").version == 1
    else:
        assert not analysis.copies.exists()


def test_two_who_begin_editions_at_once_get_a_number_each(municipality, user_of, client_as):
    by = user_of("strategist", municipality.top)
    posts([client_as(by), client_as(by)], url("begin_edition", "team"), {"begun_from": "0"})
    assert sorted(Edition.objects.values_list("key", flat=True)) == ["team-1+1", "team-1+2"]
