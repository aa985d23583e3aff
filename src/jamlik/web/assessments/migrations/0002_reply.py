"""What a writer answers when a verdict has come back with a question."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the reply, and whether anything was changed since the verdict came back."""

    dependencies = (("assessments", "0001_initial"),)
    operations = (
        migrations.AddField("verdict", "reply", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddField("verdict", "amended", models.BooleanField(default=False)),
    )
