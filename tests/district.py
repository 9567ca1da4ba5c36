"""A small district, built through the rooms' own actions."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from tests.tables import Kept

FIRST_UPRN = 1000


class District:
    """A street of homes whose black bins were due yesterday, all rounds finished."""

    def __init__(self, now: datetime | None = None) -> None:
        from django.utils import timezone

        from doorstep.council.queries import ZONE

        self.now = now or timezone.now()
        self.today = self.now.astimezone(ZONE).date()
        # The last weekday before today, so that the window of working days is open.
        back = 1
        while (self.today - timedelta(days=back)).weekday() > 4:
            back += 1
        self.due = self.today - timedelta(days=back)

    def at(self, day: date, hour: int) -> datetime:
        from doorstep.council.queries import ZONE

        return datetime.combine(day, time(hour), ZONE)

    def build(self, homes: int = 8) -> "District":
        from doorstep.places.models import Property, Street, Ward
        from doorstep.staff import actions as staff
        from doorstep.staff.actor import SYSTEM
        from doorstep.staff.permissions import ROLES
        from doorstep.staff.who import Held
        from doorstep.waste import actions as waste
        from doorstep.waste.models import Container, Round
        from tests.publishing import publish_library

        ward = Ward.objects.create(code="E1", name="Ward")
        street = Street.objects.create(usrn=1, name="Mill Lane", locality="Coalville")
        made = Round.objects.create(
            code="REF-1", name="Coalville", stream="refuse", anchor=self.due, weeks=2
        )
        places = Property.objects.bulk_create(
            Property(
                uprn=FIRST_UPRN + n,
                street=street,
                ward=ward,
                line=f"{n} Mill Lane",
                sort=n,
                postcode="LE67 3FJ",
                blpu_class="RD",
                easting=0,
                northing=0,
            )
            for n in range(1, homes + 1)
        )
        self.boxes = Container.objects.bulk_create(
            Container(place=home, kind="black-bin", round=made) for home in places
        )
        for hour, act in ((6, waste.start_round), (15, waste.finish_round)):
            act(
                event_id=uuid4(),
                round_code="REF-1",
                day=self.due,
                by=SYSTEM,
                now=self.at(self.due, hour),
            )
        of = {"councillor": {"ward": "E1"}, "partner": {"key": "county"}}
        for role in ROLES:
            staff.add(
                username=role,
                name=role.title(),
                roles=[Held(role, **of.get(role, {}))],
                password="a-long-password",
                now=timezone.now(),
            )
        self.service = publish_library("missed-bin", now=self.now)
        return self

    def put_back(self, first: "District", rows: Kept) -> "District":
        """Be the same as one that was built before, from its rows."""
        from doorstep.catalogue.models import Played, Version
        from doorstep.waste.models import Container

        rows.put_back()
        Played.objects.update(at=self.now)
        Version.objects.update(published_at=self.now)
        boxes = Container.objects.select_related("place__street", "place__ward", "round")
        self.boxes = list(boxes.order_by("place__sort"))
        self.service = first.service
        return self

    def draft(self, number: int, owner: Any = None, email: str = "ann@resident.example") -> Any:
        from tests.filling import fill

        box = self.boxes[number]
        answers = {
            "property": str(box.place_id),
            "container": str(box.pk),
            "name": "Ann",
            "email": email or None,
            "phone": None,
        }
        return fill(self.service, answers, owner=owner, now=self.now)

    def case_of(self, email: str, number: int) -> Any:
        """Return a case of somebody with this address, about the bin of this number."""
        from doorstep.cases import submitting
        from doorstep.staff.actor import RESIDENT

        draft = self.draft(number, email=email)
        made, decision = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=self.now)
        assert made is not None, decision
        return made

    def case(self, number: int) -> Any:
        from doorstep.cases import submitting
        from doorstep.staff.actor import RESIDENT

        made, _ = submitting.submit(draft_id=self.draft(number).pk, by=RESIDENT, now=self.now)
        assert made is not None
        return made
