import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("authorities", "0001_initial"),
        ("cases", "0010_location"),
    ]

    operations = [
        migrations.AddField(
            model_name="passed", name="news_at", field=models.DateTimeField(null=True)
        ),
        migrations.CreateModel(
            name="OfficerAsked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case")),
            ],
        ),
        migrations.AddConstraint(
            model_name="officerasked",
            constraint=models.UniqueConstraint(fields=("case", "about"), name="officer_asked_once"),
        ),
    ]
