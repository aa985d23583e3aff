"""The objects of core and of logging in, for the walk over every URL."""

from __future__ import annotations

from types import SimpleNamespace

from jamlik.web.core import clock
from jamlik.web.core.models import Job, User
from jamlik.web.organisation.models import Unit
from tests.web.objects import Kind


def made_job(unit: Unit) -> Job:
    asker = User.objects.create_user("asker@ekby.example")
    return Job.objects.create(name="core.mail", queued_by=asker, queued_at=clock.now(), not_before=clock.now())


def nothing(unit: Unit) -> SimpleNamespace:
    return SimpleNamespace(pk=0)


KINDS = [
    Kind(
        "core.job",
        make=made_job,
        urls=("core:job",),
        scoped=False,
        why_open="it belongs to the person who asked for it, and is 404 for everyone else",
    ),
    Kind(
        "account.reset",
        make=nothing,
        urls=("account_reset_password_from_key",),
        kwargs=lambda made: {"uidb36": "1", "key": "none"},
        scoped=False,
        why_open="the link itself is the key",
    ),
    Kind(
        "account.oidc",
        make=nothing,
        urls=("openid_connect_login", "openid_connect_callback"),
        kwargs=lambda made: {"provider_id": "oidc"},
        scoped=False,
        why_open="logging in through the municipality",
    ),
]
