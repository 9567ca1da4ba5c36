"""Keeps people's contact details, as they come with a case."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from doorstep.customers.forgetting import tidy
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


def forget(*, customer_id: int | None) -> None:
    """Delete a person's contact details as they came with a case; what is known of the person by them goes in the night."""
    if customer_id is not None:
        Person.objects.filter(given=customer_id).update(stale=True)
        Customer.objects.filter(id=customer_id).delete()


@transaction.atomic
def restrict(*, customer_id: int | None, on: bool) -> None:
    """Have contact details tell who may not see restricted cases nothing, or no longer so.

    Whoever is known by them alone is restricted from now on; of somebody who asked for other things too they are taken away,
    and looked into again as somebody's whom few may see. A person stays restricted until somebody opens their record.
    """
    rows = Customer.objects.select_for_update()
    row = rows.filter(pk=customer_id).first() if customer_id is not None else None
    if row is None:
        return
    Customer.objects.filter(pk=row.pk).update(restricted=on)
    if on and row.person_id:
        person = Person.objects.select_for_update().get(pk=row.person_id)
        others = Customer.objects.filter(Q(person=person.pk, restricted=False), ~Q(pk=row.pk))
        if not others.exists() and not person.made_by:
            Person.objects.filter(pk=person.pk).update(restricted=True)
        elif not person.restricted:
            Customer.objects.filter(pk=row.pk).update(person=None, matched_at=None)
            tidy(person)
