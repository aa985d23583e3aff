"""Mail: in the receiver's language, after the change is saved, tried again when the mail server does not answer."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction

from jamlik.web.core import clock, mail, texts
from jamlik.web.core.models import Job, JobState
from jamlik.web.core.worker import Worker

TEXTS = {
    "x.due.subject": {"sv": "{title} är\nförsenad", "en": "{title} is late", "fi": "{title} on myöhässä"},
    "x.due.body": {"sv": "Hej {name}! {url}", "en": "Hello {name}! {url}", "fi": "Hei {name}! {url}"},
}


@pytest.fixture(autouse=True)
def own_texts(monkeypatch):
    monkeypatch.setattr(texts, "all_texts", lambda: TEXTS)


def run_all():
    while Worker(name="here:0").run_one():
        pass


@pytest.mark.django_db(transaction=True)
def test_mail_is_in_the_receivers_language_with_an_address_that_opens_the_one_thing(user_of):
    user = user_of(name="Aino", language="fi")
    mail.send_later(to=user, key="x.due", url="/plans/7/", title="Kieli")
    run_all()
    (sent,) = outbox.outbox
    assert (sent.subject, sent.to) == ("Kieli on myöhässä", [user.email])
    assert sent.body == "Hei Aino! http://127.0.0.1:8000/plans/7/"


@pytest.mark.django_db(transaction=True)
def test_subject_is_one_line_whatever_is_in_it(user_of):
    mail.send_later(to=user_of(), key="x.due", title="A\r\nBcc: b@example.com")
    run_all()
    assert outbox.outbox[0].subject == "A Bcc: b@example.com är försenad"


@pytest.mark.django_db(transaction=True)
def test_mail_of_a_change_that_is_not_saved_is_not_sent(user_of):
    with transaction.atomic():
        mail.send_later(to=user_of(), key="x.due", title="A")
        transaction.set_rollback(True)
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_key_without_texts_is_refused_at_once(user_of):
    with pytest.raises(KeyError, match="subject and"):
        mail.send_later(to=user_of(), key="x.nothing")


@pytest.mark.django_db(transaction=True)
def test_person_whose_account_is_closed_gets_nothing(user_of):
    mail.send_later(to=user_of(is_active=False), key="x.due", title="A")
    run_all()
    assert not outbox.outbox


@pytest.mark.django_db(transaction=True)
def test_mail_server_that_does_not_answer_is_tried_again_later_and_for_about_a_day(user_of, monkeypatch, caplog):
    def refuse(*_):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    mail.send_later(to=user_of(), key="x.due", title="A")
    begun, tried = now, 0
    while Job.objects.filter(state=JobState.QUEUED).exists():
        now = max(now, Job.objects.get(state=JobState.QUEUED).not_before)
        run_all()
        tried += 1
    assert tried == mail.MOST_TRIES
    assert timedelta(hours=12) < now - begun < timedelta(hours=48)
    assert Job.objects.order_by("pk").last().state == JobState.FAILED
    assert not outbox.outbox


@pytest.mark.django_db(transaction=True)
def test_job_of_a_sent_mail_forgets_what_it_said(user_of):
    user = user_of()
    mail.send_later(to=user, key="x.due", title="Svea Persson")
    run_all()
    assert Job.objects.get().args == {"user_id": user.pk, "key": "x.due"}
    assert len(outbox.outbox) == 1
