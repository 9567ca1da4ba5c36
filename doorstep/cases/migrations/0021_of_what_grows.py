"""Indexes of what is looked at each minute and each night, so that no whole table is read."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from doorstep.outside.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is made

    dependencies = [
        ('cases', '0020_closed_of_a_kind'),
        ('catalogue', '0004_words_lie_in_signposts'),
        ('customers', '0003_checks_never_change'),
        ('places', '0002_homes_by_place'),
    ]

    operations = [
        AddIndexBeside(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['due_on', 'opened_at'], include=('stage', 'flags'), name='worklist_by_due'),
        ),
        AddIndexBeside(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['stage', 'closed_at'], name='closed_by_stage'),
        ),
        AddIndexBeside(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', False), models.Q(('flags', []), _negated=True)), fields=['closed_at'], name='closed_with_flags'),
        ),
        AddIndexBeside(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', False), ('erased_at', None)), fields=['closed_at', 'version'], name='cases_to_erase'),
        ),
        AddIndexBeside(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', False), ('erased_at', None)), fields=['version'], name='versions_to_erase'),
        ),
        AddIndexBeside(
            model_name='case',
            index=models.Index(condition=models.Q(('erased_at__isnull', False)), fields=['erased_at'], name='cases_erased'),
        ),
        AddIndexBeside(
            model_name='draft',
            index=models.Index(condition=models.Q(('changes', None), ('sent_at__isnull', False), models.Q(('decisions', {}), ('facts', {}), _negated=True)), fields=['sent_at'], name='drafts_to_empty'),
        ),
        AddIndexBeside(
            model_name='access',
            index=models.Index(fields=['asked_at'], name='access_by_time'),
        ),
        RemoveIndexConcurrently(
            model_name='case',
            name='open_by_due',
        ),
    ]
