"""Keeps people's contact details."""

from datetime import datetime

from doorstep.customers.models import Customer


def keep(*, name: str, email: str, phone: str, now: datetime) -> Customer | None:
    """Write down contact details; nothing given, nothing kept."""
    if not (name or email or phone):
        return None
    return Customer.objects.create(name=name, email=email, phone=phone, created_at=now)


def forget(*, customer_id: int | None) -> None:
    """Delete a person's contact details."""
    if customer_id is not None:
        Customer.objects.filter(id=customer_id).delete()
