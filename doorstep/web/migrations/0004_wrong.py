"""What slows down guessing of passwords and codes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("web", "0003_sent_in")]
    operations = [
        migrations.CreateModel(
            name="Wrong",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.IntegerField()),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
