from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="documentversion",
            name="valid_until",
            field=models.DateField(blank=True, null=True),
        ),
    ]
