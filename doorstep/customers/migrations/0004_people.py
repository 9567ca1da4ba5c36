"""People: who those are that cases came from, and what staff know of them."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_checks_never_change'),
        ('places', '0002_homes_by_place'),
        ('staff', '0011_two_agree'),
    ]

    operations = [
        migrations.CreateModel(
            name='Word',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=40, unique=True)),
            ],
        ),
        migrations.AddField(
            model_name='customer',
            name='begun_for',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='customer',
            name='matched_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='customer',
            name='restricted',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='customer',
            name='uprn',
            field=models.BigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_organisation', models.BooleanField(default=False)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('former', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), default=list, size=None)),
                ('words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('language', models.CharField(blank=True, max_length=3)),
                ('format', models.CharField(blank=True, max_length=20)),
                ('reach', models.CharField(blank=True, max_length=10)),
                ('restricted', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(blank=True, max_length=80)),
                ('last_at', models.DateTimeField()),
                ('stale', models.BooleanField(default=False)),
                ('home', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='people', to='places.property')),
                ('same_as', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='behind', to='customers.person')),
            ],
        ),
        migrations.CreateModel(
            name='Opening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('why', models.CharField(max_length=1000)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.staffuser')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='openings', to='customers.person')),
            ],
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('need', 'need'), ('care', 'care'), ('warning', 'warning')], max_length=10)),
                ('text', models.CharField(max_length=1000)),
                ('why', models.CharField(max_length=1000)),
                ('review_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=80)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, max_length=80)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='customers.person')),
            ],
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('along', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('why', models.CharField(blank=True, max_length=1000)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=80)),
                ('parted_at', models.DateTimeField(null=True)),
                ('parted_by', models.CharField(blank=True, max_length=80)),
                ('gone', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.person')),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merges', to='customers.person')),
            ],
        ),
        migrations.CreateModel(
            name='Likeness',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(choices=[('contact', 'contact'), ('home', 'home'), ('several', 'several')], max_length=10)),
                ('at', models.DateTimeField()),
                ('said', models.CharField(blank=True, max_length=10)),
                ('said_by', models.CharField(blank=True, max_length=80)),
                ('said_at', models.DateTimeField(null=True)),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.person')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.person')),
            ],
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('email', 'email'), ('phone', 'phone')], max_length=10)),
                ('value', models.CharField(max_length=254)),
                ('key', models.CharField(max_length=254)),
                ('by_staff', models.BooleanField(default=False)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='customers.person')),
            ],
        ),
        migrations.CreateModel(
            name='Acting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=80)),
                ('seen', models.CharField(blank=True, max_length=200)),
                ('until', models.DateField(null=True)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=80)),
                ('ended_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acts_for', to='customers.person')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actors', to='customers.person')),
            ],
        ),
        migrations.AddField(
            model_name='customer',
            name='person',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='given', to='customers.person'),
        ),
        migrations.CreateModel(
            name='PersonEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('what', models.CharField(max_length=30)),
                ('by', models.CharField(max_length=80)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='customers.person')),
            ],
        ),
        migrations.AddIndex(
            model_name='person',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['words'], name='people_by_word'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(condition=models.Q(('stale', True)), fields=['stale'], name='people_stale'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('same_as', models.F('id')), _negated=True), name='person_not_behind_itself'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('reach__in', ['', 'email', 'text', 'call', 'letter'])), name='person_reach'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('format__in', ['', 'large_print', 'easy_read', 'braille', 'audio', 'sign_language'])), name='person_format'),
        ),
        migrations.AddIndex(
            model_name='opening',
            index=models.Index(fields=['person', '-at'], name='openings_by_person'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['person'], name='notes_open'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='note_ended_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.UniqueConstraint(condition=models.Q(('parted_at', None)), fields=('gone',), name='merged_once'),
        ),
        migrations.AddIndex(
            model_name='likeness',
            index=models.Index(condition=models.Q(('said', '')), fields=['at'], name='likenesses_open'),
        ),
        migrations.AddConstraint(
            model_name='likeness',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='likeness_once'),
        ),
        migrations.AddConstraint(
            model_name='likeness',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='likeness_in_order'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(django.contrib.postgres.indexes.OpClass(models.F('key'), name='varchar_pattern_ops'), name='contacts_by_start'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Reverse('key'), name='text_pattern_ops'), name='contacts_by_end'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(fields=('person', 'kind', 'key'), name='one_contact_a_person'),
        ),
        migrations.AddConstraint(
            model_name='acting',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('person', 'by'), name='acts_once'),
        ),
        migrations.AddConstraint(
            model_name='acting',
            constraint=models.CheckConstraint(condition=models.Q(('person', models.F('by')), _negated=True), name='acts_for_another'),
        ),
        migrations.AddIndex(
            model_name='personevent',
            index=models.Index(fields=['person', '-at'], name='person_events'),
        ),
    ]
