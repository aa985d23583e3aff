"""People: invited by a link that works once, given roles, closed, erased; and never without an administrator."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from django.core import mail as outbox
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail.backends.locmem import EmailBackend
from django.http import Http404

from jamlik.web.assessments.choices import choice_label
from jamlik.web.core import audit, audit_proof, clock, erasure, history
from jamlik.web.core.audit_models import AuditDetails, AuditEvent
from jamlik.web.core.editing_models import Draft
from jamlik.web.core.job_models import Job
from jamlik.web.core.jobs import Running
from jamlik.web.core.mail import send
from jamlik.web.core.models import User
from jamlik.web.organisation import people_actions as people
from jamlik.web.organisation import queries
from jamlik.web.organisation.models import Invitation, RoleAssignment

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
GOOD = "tre vanliga ord"


@pytest.fixture
def admin(municipality, user_of):
    return user_of("admin", municipality.top, name="Anna Admin")


def invited(admin, unit, email="Ny.Chef@Ekby.example", **more) -> User:
    return people.invite(email=email, name="Ny Chef", role="unit_manager", unit=unit, by=admin, at=AT, **more)


def sent_link(job: Job) -> str:
    """Send the mail that a job asks for; the token of the link in it."""
    send(Running(job), **job.args)
    return re.search(r"/organisation/invitation/([^/]+)/", outbox.outbox[-1].body)[1]


@pytest.fixture
def token(municipality, admin, django_capture_on_commit_callbacks, monkeypatch) -> str:
    with django_capture_on_commit_callbacks(execute=True):
        invited(admin, municipality.units[0][0])
    monkeypatch.setattr(clock, "now", lambda: AT)
    return sent_link(Job.objects.get())


def test_invited_person_has_the_role_and_gets_a_link(municipality, token):
    user = User.objects.get(email="ny.chef@ekby.example")
    assert not user.has_usable_password()
    assert user.has_perm("organisation.see_unprotected", municipality.units[0][0])
    assert Invitation.objects.get().token_digest != token


def test_database_holds_no_link_that_opens_the_door(token):
    assert token not in str(list(Invitation.objects.values()))
    assert token not in str(list(Job.objects.values()))
    assert token not in "".join(AuditDetails.objects.values_list("body", flat=True))


def test_job_of_a_mail_holds_no_link_before_it_is_sent_and_no_name_after(
    municipality, admin, django_capture_on_commit_callbacks, monkeypatch
):
    with django_capture_on_commit_callbacks(execute=True):
        user = invited(admin, municipality.units[0][0])
    job = Job.objects.get()
    assert "/invitation/" not in str(job.args)
    assert "Anna Admin" in str(job.args)
    monkeypatch.setattr(clock, "now", lambda: AT)
    token = sent_link(job)
    assert people.invitation_of(token, at=AT).user == user
    job.refresh_from_db()
    assert job.args == {"user_id": user.pk, "key": "organisation.mail.invitation"}
    send(Running(job), **job.args)  # the worker died before it could say that the mail was sent
    assert len(outbox.outbox) == 1


def test_mail_with_a_link_that_has_been_replaced_is_not_sent(
    municipality, admin, django_capture_on_commit_callbacks, monkeypatch
):
    with django_capture_on_commit_callbacks(execute=True):
        user = invited(admin, municipality.units[0][0])
    monkeypatch.setattr(clock, "now", lambda: AT)
    path = people.make_link(user=user, by=admin, at=AT)
    job = Job.objects.get()
    send(Running(job), **job.args)
    assert not outbox.outbox
    assert people.invitation_of(path.rstrip("/").rpartition("/")[2], at=AT).user == user


def test_link_sent_again_after_trouble_opens_the_door(
    municipality, admin, django_capture_on_commit_callbacks, monkeypatch
):
    with django_capture_on_commit_callbacks(execute=True):
        invited(admin, municipality.units[0][0])
    monkeypatch.setattr(clock, "now", lambda: AT)

    def refuse(*_):
        raise OSError("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        first = Job.objects.get()
        send(Running(first), **first.args)
    second = Job.objects.exclude(pk=first.pk).get()
    assert "/invitation/" not in str(list(Job.objects.values("args")))
    assert people.invitation_of(sent_link(second), at=AT) is not None


def test_link_lets_in_once(token, django_assert_max_num_queries):
    assert people.invitation_of(token, at=AT) is not None
    user = people.accept_invitation(token=token, name="Ny Chefsson", password=GOOD, at=AT)
    assert user.check_password(GOOD)
    assert user.name == "Ny Chefsson"
    assert people.invitation_of(token, at=AT) is None
    with pytest.raises(ValidationError):
        people.accept_invitation(token=token, name="X", password="ett helt annat", at=AT)
    user.refresh_from_db()
    assert user.check_password(GOOD)


@pytest.mark.parametrize("days", [7, 30])
def test_link_grows_old(token, days):
    late = AT + timedelta(days=days)
    assert people.invitation_of(token, at=late - timedelta(seconds=1) if days == 7 else AT) is not None
    assert people.invitation_of(token, at=late) is None
    with pytest.raises(ValidationError):
        people.accept_invitation(token=token, name="X", password=GOOD, at=late)


def test_new_link_makes_the_earlier_one_useless(municipality, admin, token):
    user = User.objects.get(email="ny.chef@ekby.example")
    people.send_invitation(user=user, by=admin, at=AT)
    assert people.invitation_of(token, at=AT) is None


def test_link_of_a_closed_account_opens_nothing(admin, token):
    user = User.objects.get(email="ny.chef@ekby.example")
    people.change_person(user=user, name=user.name, is_active=False, by=admin, at=AT)
    assert people.invitation_of(token, at=AT) is None


def test_unknown_link_opens_nothing(db):
    assert people.invitation_of("x" * 43, at=AT) is None
    assert people.invitation_of("", at=AT) is None


def test_address_in_use_gets_the_role_and_no_second_account(municipality, admin, user_of):
    known = user_of("reader", municipality.top, email="kari@ekby.example")
    known.last_login = AT
    known.save()
    assert invited(admin, municipality.units[0][0], email="KARI@ekby.example") == known
    assert {each.role for each in queries.current_assignments(known)} == {"reader", "unit_manager"}
    assert not Invitation.objects.exists()


def test_same_role_twice_is_one_role(municipality, admin):
    for _ in range(2):
        invited(admin, municipality.units[0][0])
    assert RoleAssignment.objects.filter(role="unit_manager").count() == 1


def test_mail_is_sent_in_the_receivers_language(municipality, admin, django_capture_on_commit_callbacks):
    from jamlik.web.core.texts import say_in

    for lang in ("sv", "en", "fi"):
        values = {"by_name": "Anna", "site": "Ekby kommun", "url": "https://x/y", "days": 7}
        text = say_in(lang, "organisation.mail.invitation.body", **values)
        assert "Ekby kommun" in say_in(lang, "organisation.mail.invitation.subject", **values)
        assert "https://x/y" in text
        assert "Anna" in text
    assert not outbox.outbox


# --- roles ------------------------------------------------------------------------------------------------------------


def test_ended_role_ends_at_once_and_stays_as_history(municipality, admin, user_of):
    user = user_of("head", municipality.committees[0])
    assignment = user.role_assignments.get()
    people.end_role(assignment=assignment, by=admin, at=AT)
    assert not User.objects.get(pk=user.pk).has_perm("organisation.people_read")
    assignment.refresh_from_db()
    assert assignment.valid_to == clock.today() - timedelta(days=1)
    event = AuditEvent.objects.get(verb="organisation.role_ended")
    assert (event.target_key, event.unit_key) == (str(user.pk), str(municipality.committees[0].pk))


def test_role_given_today_can_be_ended_today(municipality, admin, user_of):
    user = user_of()
    given = people.give_role(user=user, role="head", unit=municipality.top, valid_from=clock.today(), by=admin, at=AT)
    people.end_role(assignment=given, by=admin, at=AT)
    assert not queries.current_assignments(User.objects.get(pk=user.pk))


def test_role_ended_twice_keeps_the_day_it_ended(municipality, admin, user_of, monkeypatch):
    assignment = user_of("head", municipality.committees[0]).role_assignments.get()
    people.end_role(assignment=assignment, by=admin, at=AT)
    assignment.refresh_from_db()
    ended = assignment.valid_to
    later = clock.today() + timedelta(days=40)
    monkeypatch.setattr(clock, "today", lambda: later)
    people.end_role(assignment=assignment, by=admin, at=AT)
    assignment.refresh_from_db()
    assert assignment.valid_to == ended
    assert AuditEvent.objects.filter(verb="organisation.role_ended").count() == 1


def test_role_to_come_can_be_taken_away_and_leaves_no_day_on_which_it_held(municipality, admin, user_of):
    user = user_of()
    begins = clock.today() + timedelta(days=10)
    given = people.give_role(user=user, role="head", unit=municipality.top, valid_from=begins, by=admin, at=AT)
    people.end_role(assignment=given, by=admin, at=AT)
    assert not RoleAssignment.objects.filter(pk=given.pk).exists()
    assert AuditEvent.objects.filter(verb="organisation.role_ended").exists()


def test_link_to_hand_over_takes_the_right_to_the_whole_account(municipality, admin, user_of):
    local = user_of("admin", municipality.committees[0])
    people.invite(email=admin.email, name="x", role="reader", unit=municipality.units[0][0], by=local, at=AT)
    with pytest.raises(Http404):  # else a committee's administrator could become the municipality's
        people.make_link(user=admin, by=local, at=AT)


def test_last_administrator_of_all_cannot_be_taken_away(municipality, admin, user_of):
    assignment = admin.role_assignments.get()
    user_of("admin", municipality.committees[0])  # a committee's own is not enough
    with pytest.raises(ValidationError):
        people.end_role(assignment=assignment, by=admin, at=AT)
    user_of("admin", municipality.top)
    people.end_role(assignment=assignment, by=admin, at=AT)


def test_administrator_of_a_committee_gives_roles_only_within_it(municipality, user_of):
    local = user_of("admin", municipality.committees[0])
    user = user_of("reader", municipality.committees[0])
    people.give_role(user=user, role="head", unit=municipality.departments[0], by=local, at=AT)
    for place in (municipality.top, municipality.committees[1]):
        with pytest.raises(Http404):
            people.give_role(user=user, role="admin", unit=place, by=local, at=AT)
        with pytest.raises(Http404):
            invited(local, place)


def test_administrator_of_a_committee_cannot_close_or_erase_an_account_with_roles_elsewhere(municipality, user_of):
    local = user_of("admin", municipality.committees[0])
    user = user_of("head", municipality.committees[0])
    RoleAssignment.objects.create(user=user, role="reader", unit=municipality.committees[1])
    with pytest.raises(Http404):
        people.change_person(user=user, name="X", is_active=False, by=local, at=AT)
    with pytest.raises(Http404):
        people.erase_person(user=user, reason="x", by=local, at=AT)
    people.send_invitation(user=user, by=local, at=AT)  # it goes to the person's own address


def test_other_roles_give_nothing(municipality, user_of):
    for role in ("reader", "head", "registrar", "controller"):
        with pytest.raises(PermissionDenied):
            invited(user_of(role, municipality.top), municipality.top)


def test_own_account_cannot_be_closed(municipality, admin):
    with pytest.raises(ValidationError):
        people.change_person(user=admin, name=admin.name, is_active=False, by=admin, at=AT)


# --- a person's data --------------------------------------------------------------------------------------------------


def test_erased_person_is_named_nowhere_and_the_chain_holds(municipality, admin, token):
    user = people.accept_invitation(token=token, name="Ny Chefsson", password=GOOD, at=AT)
    RoleAssignment.objects.create(user=user, role="head", unit=municipality.top, valid_to=clock.today() + timedelta(9))
    RoleAssignment.objects.create(user=user, role="hr", unit=municipality.top, valid_from=clock.today() + timedelta(9))
    people.change_person(user=user, name="Ny Chefsdotter", is_active=True, by=admin, at=AT)
    with pytest.raises(ValidationError):
        people.erase_person(user=user, reason="begäran", by=admin, at=AT)
    people.change_person(user=user, name="Ny Chefsdotter", is_active=False, by=admin, at=AT)
    with pytest.raises(ValidationError):
        people.erase_person(user=user, reason=" ", by=admin, at=AT)
    people.erase_person(user=user, reason="KS 2026:7", by=admin, at=AT)
    user.refresh_from_db()
    assert not RoleAssignment.objects.filter(queries.valid_on(clock.today()), user=user).exists()
    assert user.last_login is None
    told = "".join(AuditDetails.objects.values_list("body", flat=True)) + str(list(User.objects.values()))
    assert not re.search("chefs|ny.chef", told, re.IGNORECASE)
    proof = audit_proof.proved()
    assert proof.holds
    assert proof.erased >= 4


def test_erased_person_has_no_invitation_address_or_draft_left(municipality, admin, token):
    user = User.objects.get(email="ny.chef@ekby.example")
    EmailAddress.objects.create(user=user, email=user.email)
    Draft.objects.create(user=user, form="x", changed_at=AT)
    people.change_person(user=user, name=user.name, is_active=False, by=admin, at=AT)
    people.erase_person(user=user, reason="KS 2026:7", by=admin, at=AT)
    assert not Invitation.objects.filter(user=user).exists()
    assert not EmailAddress.objects.filter(user=user).exists()
    assert not Draft.objects.filter(user=user).exists()
    assert not Job.objects.filter(args__user_id=user.pk).exists()


def test_copy_of_a_persons_data_holds_roles_and_what_was_done(municipality, admin, token):
    user = people.accept_invitation(token=token, name="Ny Chefsson", password=GOOD, at=AT)
    copy = erasure.person_copy(user)
    assert copy["organisation"]["roles"] == [
        {"role": "unit_manager", "unit": "Björkskolan", "valid_from": None, "valid_to": None}
    ]
    assert [each["what"] for each in copy["done_by_you"]] == ["organisation.invitation_accepted"]


def test_first_administrator_gets_in_by_the_link_that_the_first_start_prints(db):
    from jamlik.web.organisation import actions

    top = actions.begin_municipality(name="Ekby kommun", code="ekby", by=None, at=AT)
    path = people.begin_admin(email="it@ekby.example", municipality=top, at=AT)
    user = people.accept_invitation(token=path.rstrip("/").split("/")[-1], name="It", password=GOOD, at=AT)
    assert user.has_perm("organisation.people_edit", top)


def test_two_who_change_a_person_see_each_others_version(admin, municipality, user_of, client_as):
    user = user_of("reader", municipality.units[0][0], name="Kari Ek")
    client, where = client_as(admin), f"/organisation/people/{user.pk}/change/"
    assert 'name="seen_name" value="Kari Ek"' in client.get(where).content.decode()
    seen = {"seen_name": "Kari Ek", "seen_active": "True"}
    assert client.post(where, {"name": "Kari Ask", "is_active": "on", **seen}).status_code == 302
    late = client.post(where, {"name": "Kari Al", "is_active": "on", **seen})
    page = late.content.decode()
    assert late.status_code == 409
    assert "Kari Ask" in page.split('role="alert">')[1].split("</div>")[0]
    assert 'value="Kari Al"' in page
    assert User.objects.get(pk=user.pk).name == "Kari Ask"
    again = {"seen_name": "Kari Ask", "seen_active": "True"}
    assert client.post(where, {"name": "Kari Al", "is_active": "on", **again}).status_code == 302


def test_second_step_bears_the_sites_name_in_the_app(municipality, settings):
    settings.JAMLIK = dataclasses.replace(settings.JAMLIK, name="")
    assert get_adapter().get_totp_issuer() == "Ekby kommun"


def test_log_tells_choices_of_every_app_in_words(admin):
    told = {
        ("assessments.verdict_answered", "verdict", "unjustified"): "Omotiverad skillnad",
        ("assessments.round_opened", "state", "open"): "öppen",
        ("plans.action_changed", "cause", "norms"): choice_label("cause_kind", "norms", "sv"),
        ("register.theme_set_added", "origin", "four_perspectives"): "",
        ("statistics.finding_moved", "state", "detected"): "Upptäckt",
    }
    for (verb, field, value), words in told.items():
        audit.record(verb, target=admin, by=admin, at=AT, changes={field: (None, value)})
        change = history.told([AuditEvent.objects.latest("number")])[0].changes[0]
        assert change.after != value
        assert words in change.after
        assert change.label != field
