"""The tables of contacts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0025_by_end'),
        ('customers', '0006_named_by_staff'),
        ('places', '0003_homes_by_words'),
        ('tasks', '0002_of_what_grows'),
        ('staff', '0012_find_key'),
    ]

    operations = [
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('telephone', 'telephone'), ('face to face', 'face to face'), ('e-mail', 'e-mail'), ('post', 'post')], max_length=20)),
                ('had_person', models.BooleanField(default=False)),
                ('number', models.CharField(blank=True, max_length=40)),
                ('begun_at', models.DateTimeField(db_index=True)),
                ('last_at', models.DateTimeField()),
                ('held_at', models.DateTimeField(null=True)),
                ('held_seconds', models.IntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True)),
                ('reason', models.SlugField(blank=True)),
                ('demand', models.CharField(blank=True, max_length=10)),
                ('kind', models.CharField(blank=True, max_length=20)),
                ('is_corrected', models.BooleanField(default=False)),
                ('offered', models.CharField(blank=True, max_length=15)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to=settings.AUTH_USER_MODEL)),
                ('home', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='places.property')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='contacts_made', to='customers.person')),
            ],
        ),
        migrations.CreateModel(
            name='Act',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('what', models.CharField(choices=[('sent', 'sent'), ('stopped', 'stopped'), ('looked', 'looked'), ('told', 'told'), ('answered', 'answered'), ('noted', 'noted'), ('decided', 'decided'), ('signposted', 'signposted'), ('call_back', 'call_back'), ('link', 'link'), ('paid', 'paid')], max_length=15)),
                ('service', models.SlugField(blank=True)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='cases.case')),
                ('task', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tasks.task')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acts', to='contacts.contact')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Ring',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('message_hash', models.CharField(max_length=64, unique=True)),
                ('sealed', models.TextField(blank=True)),
                ('line', models.CharField(blank=True, max_length=40)),
                ('at', models.DateTimeField(db_index=True)),
                ('staff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(condition=models.Q(('person__isnull', False)), fields=['person', '-begun_at'], name='contacts_of_person_made'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['last_at'], name='contacts_open'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(condition=models.Q(('had_person', False), ('home', None), ('note', ''), ('number', ''), ('person', None), _negated=True), fields=['ended_at'], name='contacts_to_empty'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None), ('held_at', None)), fields=('by',), name='one_contact_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('demand__in', ['', 'value']), ('kind', '')), models.Q(('demand', 'failure'), ('kind__in', ('chasing', 'clarification', 'signposting', 'closed_early', 'duplicate', 'went_wrong'))), _connector='OR'), name='failure_demand_of_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('offered__in', ['', 'taken', 'declined', 'not_offered'])), name='offered_online_or_not'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), models.Q(('ended_at__gte', models.F('begun_at')), ('held_at', None)), _connector='OR'), name='contact_ended_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='act',
            constraint=models.UniqueConstraint(fields=('contact', 'what', 'service', 'case', 'code', 'task'), name='an_act_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='act',
            constraint=models.CheckConstraint(condition=models.Q(('what__in', ('sent', 'stopped', 'looked', 'told', 'answered', 'noted', 'decided', 'signposted', 'call_back', 'link', 'paid'))), name='act_of_a_kind'),
        ),
    ]
