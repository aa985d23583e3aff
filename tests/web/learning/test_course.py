"""The course: a module is completed when every answer of one try is right; nobody but oneself is told."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse

from jamlik.handbook.course import newest_course
from jamlik.web.core.audit_models import AuditEvent
from jamlik.web.core.editing import TOKEN
from jamlik.web.core.erasure import erase_person, person_copy
from jamlik.web.learning import queries
from jamlik.web.learning.models import Completion
from tests.web.learning.conftest import AT

pytestmark = pytest.mark.django_db
COURSE = reverse("learning:course")


def right(module):
    return {question.id: question.right.id for question in module.check}


def with_one_wrong(module):
    last = module.check[-1]
    return right(module) | {last.id: next(option.id for option in last.options if not option.right)}


def answered(client, module, answers, **more):
    return client.post(reverse("learning:check", args=[module.key]), {**answers, **more})


def text_of(answer) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def module():
    return newest_course().modules[0]


def test_every_answer_right_in_one_try_completes_a_module_for_good(module, municipality, user_of, client_as):
    unit = municipality.units[0][0]
    user = user_of("reader", unit)
    client = client_as(user)
    page = text_of(client.get(answered(client, module, with_one_wrong(module)).headers["Location"]))
    wrong = module.check[-1].option(with_one_wrong(module)[module.check[-1].id])
    assert wrong.why["sv"] in page
    assert all(question.right.why["sv"] in page for question in module.check[:-1]), "the reason is told of right ones"
    assert not Completion.objects.exists()
    page = text_of(client.get(answered(client, module, right(module)).headers["Location"]))
    assert "Alla svar är rätt." in page
    kept = Completion.objects.get()
    assert (kept.user, kept.unit, kept.module, kept.course) == (user, unit, module.key, newest_course().key)
    answered(client, module, with_one_wrong(module))
    answered(client, module, right(module))
    assert list(Completion.objects.values_list("pk", "at")) == [(kept.pk, kept.at)], "the first time counts"
    assert queries.progress(user).done_n == 1
    for page in (COURSE, reverse("desk:start")):
        assert f"1 av {len(newest_course().modules)} avsnitt klara" in text_of(client.get(page))


def test_start_page_stops_telling_of_the_course_when_it_is_completed(municipality, staff, client_as):
    user, beginner = staff(municipality.units[0][0], 2, 1)
    assert COURSE in text_of(client_as(beginner).get(reverse("desk:start")))
    assert COURSE not in text_of(client_as(user).get(reverse("desk:start")))


def test_question_left_out_or_option_that_is_none_is_told_at_its_place(module, municipality, user_of, client_as):
    client = client_as(user_of("reader", municipality.top))
    for answers in ({}, right(module) | {module.check[0].id: "no_such_option"}):
        answer = answered(client, module, answers)
        assert answer.status_code == 422
        assert f'href="#id_{module.check[0].id}_0"' in text_of(answer)
    assert not Completion.objects.exists()
    result = reverse("learning:result", args=[module.key])
    assert client.get(result).headers["Location"] == reverse("learning:check", args=[module.key])


def test_address_of_a_result_completes_nothing(module, municipality, user_of, client_as):
    client = client_as(user_of("reader", municipality.top))
    assert client.get(reverse("learning:result", args=[module.key]), right(module)).status_code == 200
    assert not Completion.objects.exists()


def test_form_sent_twice_is_answered_once(module, municipality, user_of, client_as):
    client = client_as(user_of("reader", municipality.top))
    first = answered(client, module, with_one_wrong(module), **{TOKEN: "once"})
    again = answered(client, module, right(module), **{TOKEN: "once"})
    assert again.headers["Location"] == first.headers["Location"]
    assert not Completion.objects.exists()


def test_course_of_another_edition_does_not_count(module, municipality, user_of):
    user = user_of("reader", municipality.top)
    Completion.objects.create(user=user, course="basics-0", module=module.key, unit=municipality.top, at=AT)
    assert queries.progress(user).done_n == 0


def test_person_is_counted_in_the_lowest_unit_that_they_have_a_role_in(municipality, user_of):
    unit, user = municipality.units[0][1], user_of("reader", municipality.top)
    user.role_assignments.create(role="reader", unit=unit)
    user.role_assignments.create(role="reader", unit=municipality.committees[1])
    assert queries.home_unit(user, AT) == unit.pk
    assert queries.home_unit(user_of(), AT) is None


def test_what_one_has_completed_stands_in_one_s_own_copy_and_goes_with_the_person(
    module, municipality, user_of, client_as
):
    unit = municipality.units[0][0]
    user, other = user_of("reader", unit), user_of("reader", unit)
    for each in (user, other):
        answered(client_as(each), module, right(module))
    told = person_copy(user)["learning"]["completed"]
    assert [(each["module"], each["unit"]) for each in told] == [(module.key, unit.name)]
    assert not AuditEvent.objects.filter(verb__startswith="learning.").exists(), "no log tells who has completed what"
    erase_person(user=user, by=None, at=AT, reason="Har slutat.")
    assert [each.user for each in Completion.objects.all()] == [other]
