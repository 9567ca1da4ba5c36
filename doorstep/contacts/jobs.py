"""What is done each minute and each day: end what was forgotten open, forget what is personal in old contacts."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from doorstep.cases import queries as cases
from doorstep.contacts import actions, waiting
from doorstep.contacts.models import Act, Contact, Ring

# A contact in which nothing was done for so long was forgotten.
# How long a number that rang is kept, and whose contact it was with what was noted.
NUMBER_KEPT = timedelta(days=7)
KEPT = timedelta(days=365)
# A ring that nobody took.
RINGS = timedelta(minutes=10)
AT_ONCE = 5000


def end_forgotten() -> None:
    """End the contacts in which nothing was done for an hour; delete rings that nobody took; forget who waited and is gone."""
    now = timezone.now()
    forgotten = Contact.objects.filter(ended_at=None, last_at__lt=now - actions.FORGOTTEN)
    for number in forgotten.values_list("pk", flat=True)[:500]:
        actions.end_as_known(contact_id=number, now=now)
    Ring.objects.filter(at__lt=now - RINGS).delete()
    waiting.forget(now)


def forget() -> None:
    """Empty of all that is personal the contacts that are old, or whose person or case is gone; the rest stays for figures."""
    now = timezone.now()
    waiting.forget(now)
    waiting.drop_old(now)
    Contact.objects.filter(ended_at__lt=now - NUMBER_KEPT).exclude(number="").update(number="")
    of_cases = Act.objects.filter(case__in=cases.erased_lately(now)).values("contact")
    gone = Q(had_person=True, person=None) | Q(pk__in=of_cases) | Q(ended_at__lt=now - KEPT)
    full = ~Q(person=None, home=None, number="", note="", had_person=False)
    ids = list(Contact.objects.filter(full, gone).values_list("pk", flat=True)[:AT_ONCE])
    Contact.objects.filter(pk__in=ids).update(
        person=None, had_person=False, home=None, number="", note=""
    )
