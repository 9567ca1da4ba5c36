"""`doorstep reconcile`."""

import sys

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from doorstep.outside.errors import OutsideError
from doorstep.payments import comparing
from doorstep.payments.models import Comparison


class Command(BaseCommand):
    """Sets our payments against the provider's now; exits 1 on any difference."""

    help = "Set our payments against the provider's; exits 1 on any difference."

    def handle(self, *args: object, **options: object) -> None:
        """Compare, and print each difference in a line."""
        now = timezone.now()
        comparison = Comparison.objects.create(asked_at=now, asked_by="doorstep reconcile")
        try:
            comparing.compare(comparison_id=comparison.pk, now=now)
        except OutsideError as exc:
            Comparison.objects.filter(id=comparison.pk).update(ended_at=now, problem=str(exc)[:200])
            raise CommandError(str(exc)) from exc
        comparison.refresh_from_db()
        for d in comparison.differences:
            self.stdout.write(
                f"{d['kind']}: {d['reference']}: ours {d['ours']}, theirs {d['theirs']}"
            )
        self.stdout.write(
            f"{comparison.compared} payments compared, {len(comparison.differences)} differences."
        )
        if comparison.differences:
            sys.exit(1)
