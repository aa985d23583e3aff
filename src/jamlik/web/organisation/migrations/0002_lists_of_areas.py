from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="unitlist",
            name="about",
            field=models.CharField(choices=[("units", "Units"), ("areas", "Areas")], default="units", max_length=10),
        ),
    ]
