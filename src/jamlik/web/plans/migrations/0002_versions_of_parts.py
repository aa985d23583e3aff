"""What is part of an action can be changed, by one person at a time."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Count the versions of milestones and contributors."""

    dependencies = (("plans", "0001_initial"),)
    operations = (
        migrations.AddField("contributor", "version", models.PositiveIntegerField(default=0)),
        migrations.AddField("milestone", "version", models.PositiveIntegerField(default=0)),
    )
