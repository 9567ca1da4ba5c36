"""What fieldwork does every day: forget notes, photos and places of cases that were erased."""

from datetime import timedelta

from django.utils import timezone

from doorstep.cases import queries as cases
from doorstep.council import queries as council
from doorstep.fieldwork.models import Caution, Job, Outcome
from doorstep.files import photos

CAUTIONS_KEPT = timedelta(days=365)


def forget() -> None:
    """Empty jobs and outcomes of erased cases; that a bin was not out on a day is no longer told."""
    erased = cases.erased_lately(timezone.now())
    outcomes = Outcome.objects.filter(job__case__in=erased).exclude(about_key="")
    for names in outcomes.values_list("photo", "photo_before"):
        for name in filter(None, names):
            photos.remove(name)
    outcomes.update(note="", photo="", photo_before="", about_key="")
    days = council.current().keep_logs_days
    old = timezone.localdate() - timedelta(days=days)
    for log in Outcome.objects.filter(job=None, day__lt=old)[:5000]:
        photos.remove(log.photo)
        log.delete()
    # What crews had to know of a place, and of who lives there.
    Caution.objects.filter(until__lt=timezone.localdate() - CAUTIONS_KEPT).delete()
    Job.objects.filter(case__in=erased).exclude(title="").update(
        place=None, detail="", title="", about_key="", warning=""
    )
