# Money by any way: by telephone, at a counter, waived.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0019_changes'),
        ('payments', '0002_ledger'),
    ]

    operations = [
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pence', models.PositiveIntegerField()),
                ('reason', models.CharField(max_length=200)),
                ('state', models.CharField(max_length=10)),
                ('asked_by', models.CharField(max_length=80)),
                ('asked_at', models.DateTimeField()),
                ('decided_by', models.CharField(blank=True, max_length=80)),
                ('decided_at', models.DateTimeField(null=True)),
                ('why_not', models.CharField(blank=True, max_length=200)),
                ('charge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waivers', to='payments.charge')),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='attempt',
            name='known_to_the_provider',
        ),
        migrations.RemoveConstraint(
            model_name='charge',
            name='charge_state',
        ),
        migrations.AddField(
            model_name='attempt',
            name='counter',
            field=models.CharField(blank=True, db_default='', default='', max_length=120),
        ),
        migrations.AddField(
            model_name='attempt',
            name='slip',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='attempt',
            name='stopped_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='attempt',
            name='taken_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='attempt',
            name='way',
            field=models.CharField(db_default='card', default='card', max_length=12),
        ),
        migrations.AddField(
            model_name='charge',
            name='again',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='charge',
            name='again_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='movement',
            name='by',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='movement',
            name='way',
            field=models.CharField(db_default='card', default='card', max_length=12),
        ),
        migrations.AddField(
            model_name='refund',
            name='given_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='refund',
            name='mistake',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='refund',
            name='slip',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['open', 'paid']), _negated=True), ('provider_id__isnull', False), ('way__in', ('cash', 'cheque', 'counter_card')), _connector='OR'), name='known_to_the_provider'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ('card', 'moto', 'cash', 'cheque', 'counter_card'))), name='attempt_way'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_by', ''), ('way', 'card')), models.Q(('way', 'card'), ('taken_by', ''), _connector='OR', _negated=True), _connector='OR'), name='taken_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ('card', 'moto')), models.Q(models.Q(('counter', ''), _negated=True), ('provider_id', None), ('state', 'paid')), _connector='OR'), name='taken_somewhere'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('due', 'lapsing', 'withdrawing', 'paid', 'lapsed', 'withdrawn', 'waived'))), name='charge_state'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ('card', 'moto', 'cash', 'cheque', 'counter_card'))), name='movement_way'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'done', 'refused'))), name='waiver_state'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(('pence__gt', 0)), name='waiver_of_something'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'refused'), _negated=True), fields=('charge',), name='one_waiver'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', '')), models.Q(models.Q(('decided_by', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='waiver_decided_by'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', ''), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='waiver_two_pairs_of_eyes'),
        ),
    ]
