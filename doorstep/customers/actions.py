"""Keeps people's contact details, as they come with a case."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from doorstep.customers.forgetting import drop, of_staff, tidy
from doorstep.customers.models import Customer, Person


def keep(
    *,
    name: str,
    email: str,
    phone: str,
    now: datetime,
    uprn: int | None = None,
    begun_for: int | None = None,
    restricted: bool = False,
) -> Customer | None:
    """Write down contact details; nothing given, nothing kept. Whose they are, `matching` finds out later.

    `uprn` is the home that the case is about; `begun_for` the person whom staff filled it in for.
    """
    if not (name or email or phone):
        return None
    return Customer.objects.create(
        name=name,
        email=email,
        phone=phone,
        created_at=now,
        uprn=uprn,
        begun_for=begun_for,
        restricted=restricted,
    )


@transaction.atomic
def forget(*, customer_id: int | None) -> None:
    """Delete a person's contact details as they came with a case; what is known of the person by them goes within hours."""
    # Locked first, so that who looks into it just now has done so.
    rows = Customer.objects.select_for_update()
    if customer_id is not None and rows.filter(pk=customer_id).first() is not None:
        Person.objects.filter(given=customer_id).update(stale=True)
        Customer.objects.filter(id=customer_id).delete()


@transaction.atomic
def restrict(*, customer_id: int | None, on: bool) -> None:
    """Have contact details tell who may not see restricted cases nothing, or no longer so.

    Whoever is known by restricted cases alone is restricted from now on, in all their records. From anybody else's record what
    the case gave is taken away, and is looked into again as somebody's whom few may see. A person stays restricted until
    somebody opens their record.
    """
    rows = Customer.objects.select_for_update()
    row = rows.filter(pk=customer_id).first() if customer_id is not None else None
    if row is None:
        return
    Customer.objects.filter(pk=row.pk).update(restricted=on)
    if not on or row.person_id is None:
        return
    found = Person.objects.filter(Q(pk=row.person_id) | Q(behind=row.person_id)).values("pk")
    group = Person.objects.filter(Q(pk__in=found) | Q(same_as__in=found))
    records = {one.pk: one for one in group.select_for_update().order_by("pk")}
    person = records[row.person_id]
    if person.restricted:
        return
    is_all = not Customer.objects.filter(person__in=records, restricted=False).exists()
    if is_all and not any(one.made_by for one in records.values()):
        Person.objects.filter(pk__in=records).update(restricted=True)
        return
    Customer.objects.filter(pk=row.pk).update(person=None, matched_at=None)
    # Whoever kept its name elsewhere did so because of what this case said.
    person.former = [name for name in person.former if name != row.name]
    person.named_by_staff = person.named_by_staff and person.name != row.name
    person.save(update_fields=["former", "named_by_staff"])
    if tidy(person):
        return
    if of_staff(person):
        Person.objects.filter(pk=person.pk).update(
            stale=True
        )  # and what staff wrote stays for its time
    else:
        drop(person)


def is_restricted(*, person_id: int) -> bool:
    """Say whether a person's record is open to few, or gone meanwhile: nobody knows any more that it was open to all."""
    return not Person.objects.filter(pk=person_id, restricted=False).exists()
