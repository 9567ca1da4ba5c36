"""What is counted on the way through a form, and what was written in vain."""

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Phrase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('words', models.CharField(max_length=120)),
                ('language', models.CharField(max_length=3)),
                ('n', models.IntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['day'], name='phrase_by_day')],
                'constraints': [models.UniqueConstraint(fields=('words', 'day', 'language'), name='one_phrase_a_day')],
            },
        ),
        migrations.CreateModel(
            name='StepCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('service', models.CharField(max_length=50)),
                ('version', models.CharField(max_length=12)),
                ('page', models.CharField(max_length=60)),
                ('what', models.CharField(max_length=10)),
                ('detail', models.CharField(max_length=120)),
                ('device', models.CharField(max_length=10)),
                ('channel', models.CharField(max_length=20)),
                ('language', models.CharField(max_length=3)),
                ('n', models.IntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('service', 'day', 'version', 'page', 'what', 'detail', 'device', 'channel', 'language'), name='one_cell_a_key'), models.CheckConstraint(condition=models.Q(('what__in', ('shown', 'started', 'answered', 'error', 'stop', 'time', 'sent', 'left', 'stopped', 'unstarted'))), name='cell_of_a_known_kind')],
            },
        ),
    ]
