"""The database refuses to change the audit log."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from jamlik.web.core import audit_triggers


def _install(_: Any, editor: Any) -> None:
    audit_triggers.install(editor.connection)


def _remove(_: Any, editor: Any) -> None:
    audit_triggers.remove(editor.connection)


class Migration(migrations.Migration):
    """Triggers on the three tables of the log."""

    dependencies = (("core", "0001_initial"),)
    operations = (migrations.RunPython(_install, _remove),)
