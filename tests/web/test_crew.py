"""The crew's tablet: street by street, vehicle and position, mistakes taken back; and the evidence at the desk."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from doorstep.fieldwork.models import Job, Outcome
from doorstep.staff.models import Look, StaffUser
from doorstep.waste import facts
from doorstep.waste.models import RoundDay, StreetDay
from tests.form_client import FormClient
from tests.people import signed_in

REF = "/crew/REF-1"


def as_role(name: str) -> FormClient:
    client = FormClient()
    who = StaffUser.objects.get(username=name)
    client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    return client


def event(**given: object) -> dict[str, str]:
    return {"event": str(uuid4()), **{k: str(v) for k, v in given.items()}}


@pytest.fixture
def crew(district: Any) -> FormClient:
    return as_role("crew")


def state(district: Any) -> str:
    box = district.boxes[0]
    seen = facts.street_progress(str(box.place_id), "REF-1", district.today, district.now)
    return str(seen.value["state"])


def test_a_street_done_is_finished_for_its_homes_while_the_round_runs(
    district: Any, crew: FormClient
) -> None:
    assert state(district) == "waiting"
    given = event(done=0, position="52.72,-1.37,9")
    assert crew.post(f"{REF}/streets/1", given).status_code == 302
    assert state(district) == "running"  # the first street starts the round
    assert "Mill Lane" in crew.get(f"{REF}/streets").content.decode()
    done = event(done=1)
    for _ in range(2):  # the second tap changes nothing
        crew.post(f"{REF}/streets/1", done)
    assert state(district) == "finished" and StreetDay.objects.count() == 1
    assert RoundDay.objects.get(day=district.today).finished_at is None
    crew.post(f"{REF}/streets/1", event(done=0))
    assert state(district) == "running"


def test_a_street_of_another_round_is_refused(crew: FormClient) -> None:
    assert crew.post(f"{REF}/streets/77", event(done=1)).status_code == 404
    assert crew.post(f"{REF}/streets/1", {"done": "1", "event": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("position", "kept"),
    [
        ("52.7,-1.4,5", (52.7, -1.4)),
        ("0,0,1", (None, None)),
        ("<b>", (None, None)),
        ("", (None,) * 2),
    ],
)
def test_a_record_carries_vehicle_and_position(
    district: Any, crew: FormClient, position: str, kept: tuple[float | None, ...]
) -> None:
    crew.post(f"{REF}/start", event(vehicle="fj12 abc"))
    log = event(container=district.boxes[0].pk, reason="not_out", position=position)
    crew.post(f"{REF}/log", log)
    seen = Outcome.objects.get()
    assert (seen.vehicle, seen.latitude, seen.longitude) == ("FJ12 ABC", *kept)


def test_a_log_made_by_mistake_is_taken_back_and_stays_on_record(
    district: Any, crew: FormClient
) -> None:
    crew.post(f"{REF}/log", event(container=district.boxes[0].pk, reason="not_out"))
    seen = Outcome.objects.get()
    back = event()
    for _ in range(2):
        assert crew.post(f"{REF}/undo/{seen.pk}", back).status_code in (302, 404)
    assert district.draft(0).decisions["bin"]["code"] == ""
    page = (
        as_role("officer").get(f"/desk/homes/{district.boxes[0].place_id}/lifts").content.decode()
    )
    assert "taken back" in page
    assert Outcome.objects.count() == 2


def test_every_lift_has_its_evidence_and_the_look_leaves_a_trace(
    district: Any, crew: FormClient
) -> None:
    crew.post(f"{REF}/start", event(vehicle="FJ12 ABC"))
    log = event(
        container=district.boxes[0].pk, reason="contaminated", position="52.7,-1.4", note="Paint"
    )
    crew.post(f"{REF}/log", log)
    officer = as_role("officer")
    page = officer.get(f"/desk/homes/{district.boxes[0].place_id}/lifts").content.decode()
    for said in ("wrong things were in the bin", "FJ12 ABC", "52.7", "Paint", "crew"):
        assert said in page
    assert "round finished" in page  # yesterday's lift, with who and when
    assert Look.objects.filter(what="home").count() == 1
    neighbour = officer.get(f"/desk/homes/{district.boxes[1].place_id}/lifts").content.decode()
    assert "Paint" not in neighbour
    assert officer.get("/desk/homes/42").status_code == 404
    found = officer.get("/desk/homes?postcode=le673fj").content.decode()
    assert "8 Mill Lane" in found
    assert "Enter a full UK postcode" in officer.get("/desk/homes?postcode=x").content.decode()


def test_a_list_that_is_no_round_shows_its_jobs_only(district: Any, crew: FormClient) -> None:
    case = district.case(0)
    Job.objects.update(crew_list="DELIVERY", day=district.today)
    assert "Container deliveries – 1 job" in crew.get("/crew").content.decode()
    page = crew.get("/crew/DELIVERY").content.decode()
    assert "1 Mill Lane" in page and "Start the round" not in page
    assert crew.get("/crew/DELIVERY/streets").status_code == 404
    job = Job.objects.get()
    crew.post(f"/crew/DELIVERY/jobs/{job.pk}", event(code="collected", job=job.pk))
    case.refresh_from_db()
    assert case.stage == "collected"
    assert crew.get("/crew/NOWHERE").status_code == 404


def test_an_adviser_gets_the_denser_page_and_goes_past_a_stop_with_a_reason(
    district: Any, crew: FormClient
) -> None:
    crew.post(f"{REF}/log", event(container=district.boxes[0].pk, reason="not_out"))
    adviser, base = as_role("adviser"), "/desk/new/missed-bin"
    adviser.post(base, {"channel": "telephone"})
    assert "dense" in adviser.get(f"{base}/address").content.decode()
    adviser.post(f"{base}/address", {"property": str(district.boxes[0].place_id)})
    stop = adviser.post(f"{base}/bin", {"container": str(district.boxes[0].pk)})["Location"]
    assert "Go on all the same" in adviser.get(stop).content.decode()
    assert "Give a reason" in adviser.post(stop, {"reason": " "}).content.decode()
    assert adviser.post(stop, {"reason": "Promised"})["Location"] == f"{base}/all"


def test_a_crew_sees_what_comes_on_the_next_days_and_cannot_do_it_yet(district: Any) -> None:
    district.case(0)
    Job.objects.update(day=district.today + timedelta(days=3))
    page = signed_in("crew").get("/crew/REF-1").content.decode()
    assert "On the next days" in page and "1 Mill Lane" in page
    assert f"/jobs/{Job.objects.get().pk}" not in page
