"""When somebody was last told that an answer still waits for approval."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the time, so that nobody is told more than once a week."""

    dependencies = (("assessments", "0002_reply"),)
    operations = (migrations.AddField("verdict", "chased_at", models.DateTimeField(blank=True, null=True)),)
