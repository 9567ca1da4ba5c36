"""Two streets of a real district, and the street services published there."""

from datetime import datetime
from typing import Any
from uuid import uuid4

# Where the Ordnance Survey has these places, in metres of the National Grid (Code-Point Open).
HIGH_STREET, MILL_LANE = (442596, 314198), (442900, 314500)


class Streets:
    """The district with High Street and Mill Lane beside each other, and a service of reports."""

    def __init__(self, district: Any, slug: str = "graffiti") -> None:
        from doorstep.places.models import Property, Street, Ward
        from tests.publishing import publish_library

        self.now: datetime = district.now
        ward = Ward.objects.create(code="E05010105", name="Coalville East")
        for usrn, name, (east, north) in (
            (11, "High Street", HIGH_STREET),
            (12, "Mill Lane End", MILL_LANE),
        ):
            street = Street.objects.create(usrn=usrn, name=name, locality="Coalville")
            Property.objects.create(
                uprn=usrn * 1000,
                street=street,
                ward=ward,
                line=f"1 {name}",
                sort=1,
                postcode="LE67 3AA",
                blpu_class="RD",
                easting=east,
                northing=north,
            )
        self.service = publish_library(slug, now=self.now)

    def spot(self, place_id: str = "street:11") -> dict[str, Any]:
        from dataclasses import asdict

        from doorstep.places import spots

        found = spots.find(place_id)
        assert found
        return asdict(found)

    def draft(self, place_id: str = "street:11", **answers: Any) -> Any:
        """Answer the form page by page; what is not said is answered as most people would."""
        from doorstep.forms.questions.kind import Typed
        from tests.filling import fill

        usual = {
            "where": Typed({"where": [place_id]}),
            "same": "different",
            "surface": "furniture",
            "offensive": False,
            "details": "By the fountain",
            "photos": None,
            "name": "Ann",
            "email": "ann@resident.example",
            "phone": None,
        }
        given = usual | answers
        if given["photos"]:
            given["photos"] = Typed({"photos": given["photos"]})
        return fill(self.service, given, now=self.now)

    def case(self, place_id: str = "street:11", **answers: Any) -> Any:
        from doorstep.cases import submitting
        from doorstep.staff.actor import RESIDENT

        draft = self.draft(place_id, **answers)
        made, decision = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=self.now)
        assert made is not None, decision
        return made

    def finish(self, case: Any, code: str = "removed") -> None:
        from doorstep.fieldwork import actions as fieldwork
        from doorstep.fieldwork.models import Job
        from doorstep.staff.actor import Actor

        job = Job.objects.get(case=case, state="open")
        crew = Actor("staff", "crew")
        fieldwork.finish_job(
            event_id=uuid4(), job_id=job.pk, code=code, note="", photo="", by=crew, now=self.now
        )
