from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("waste", "0006_delay_said_by"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayHistory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("times", models.IntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="roundday", name="told_at", field=models.DateTimeField(null=True)
        ),
    ]
