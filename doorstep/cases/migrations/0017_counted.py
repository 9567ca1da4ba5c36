"""On what a form was begun, by which link code, and whether it was counted as left."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0016_tasks'),
        ('catalogue', '0004_words_lie_in_signposts'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='assisted',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='case',
            name='campaign',
            field=models.CharField(blank=True, db_default='', max_length=40),
        ),
        migrations.AddField(
            model_name='case',
            name='device',
            field=models.CharField(blank=True, db_default='', max_length=10),
        ),
        migrations.AddField(
            model_name='draft',
            name='assisted',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='draft',
            name='campaign',
            field=models.CharField(blank=True, db_default='', max_length=40),
        ),
        migrations.AddField(
            model_name='draft',
            name='device',
            field=models.CharField(blank=True, db_default='', max_length=10),
        ),
        migrations.AddField(
            model_name='draft',
            name='left_as',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='draft',
            name='left_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(condition=models.Q(('left_at__isnull', False)), fields=['left_at'], name='draft_counted_left'),
        ),
    ]
