"""Every answer, read in XML and in JSON by a program of someone else's: alike, and as the schemas say."""

import json
from typing import Any

import pytest
from django.utils import timezone

from doorstep.cases import deciding
from doorstep.cases.models import Case, Event, EventText
from doorstep.catalogue import queries as catalogue
from doorstep.customers.models import Customer
from doorstep.reports import actions as reports
from doorstep.staff.actor import Actor
from doorstep.web.models import KeptAnswer
from tests.open311.client import Client
from tests.open311.conftest import AWAY, SERVICES, picture, report
from tests.open311.schemas import fits
from tests.publishing import publish
from tests.to_do import to_do

pytestmark = pytest.mark.django_db(transaction=True)
OFFICER = Actor("staff", "officer", "officer")


def decide(case: Case, decision: str) -> None:
    deciding.decide(
        case_id=case.pk, decision=decision, reason="Seen", by=OFFICER, now=timezone.now()
    )


def made(answer: Any) -> Case:
    assert answer.status == 201, answer.text
    (said,) = answer.said
    return Case.objects.get(reference=said["service_request_id"])


def test_discovery_says_where_it_lies(anyone: Client, live_server: Any) -> None:
    said = anyone.both("discovery")
    fits("discovery", said)
    assert said["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    assert said["endpoints"][0]["url"].endswith("/open311/v2")
    assert Client(f"{live_server.url}/open311").both("discovery") == said


def test_only_what_is_reported_in_public_is_listed(anyone: Client) -> None:
    said = anyone.both("services")
    fits("services", said)
    (bench,) = said  # the district's missed bins are nobody else's to see
    assert bench["service_code"] == "broken-bench" and bench["metadata"] is True
    assert bench["group"] == "Streets and open spaces"
    assert bench["keywords"] == "bench,seat  wooden,broken seat"
    assert anyone.get("services/missed-bin").status == 404
    assert anyone.get("services/nothing").status == 404


def test_a_definition_asks_what_has_no_field_of_its_own(anyone: Client) -> None:
    said = anyone.both("services/broken-bench")
    fits("definition", said)
    by_code = {a["code"]: a for a in said["attributes"]}
    asked = ["same", "damage", "danger", "noticed", "material", "plate", "words"]
    assert [a["code"] for a in said["attributes"]] == list(by_code) == asked
    assert [a["order"] for a in said["attributes"]] == [1, 2, 3, 4, 5, 6, 7]
    assert [a["datatype"] for a in said["attributes"]] == [
        "string",
        "multivaluelist",
        "singlevaluelist",
        "datetime",
        "singlevaluelist",
        "string",
        "string",
    ]
    # The page of damage is met whatever is answered, that of the inscription is not.
    assert [c for c, a in by_code.items() if a["required"]] == ["damage", "danger"]
    assert by_code["damage"]["values"][1] == {
        "key": "leg",
        "name": "A leg is loose & wobbly <or> gone",
    }


def test_a_request_makes_the_same_case_as_the_form(app: Client) -> None:
    fields = report(
        first_name="Ann", last_name="Lee", email="ann@resident.example", phone="01632 960001"
    )
    fields |= {
        "attribute[noticed]": "2026-11-20T10:00:00Z",
        "media_url": "https://photos.example/1.jpg",
    }
    answer = app.post(fields, "json")
    case = made(answer)
    fits("made", json.loads(answer.text))
    assert "look at it by the end of" in answer.said[0]["service_notice"]
    assert case.answers["damage"] == ["slat"] and case.answers["danger"] is False
    assert case.answers["noticed"] == {"$day": "2026-11-20"}
    assert case.answers["detail"] == "By the pond."
    assert (case.channel, case.latitude) == ("online", 52.7236)
    assert case.customer and (case.customer.name, case.customer.email) == (
        "Ann Lee",
        "ann@resident.example",
    )
    opened = Event.objects.get(case=case, kind="opened")
    assert (opened.by_kind, opened.by_key) == ("token", "Reporting app")
    # A link is for staff to look at; nothing fetches it.
    assert "https://photos.example/1.jpg" in EventText.objects.get(event__case=case).text


def test_a_stop_says_its_sentence_and_how_to_reach_a_person(app: Client) -> None:
    for kind in ("xml", "json"):
        answer = app.post(report(**AWAY), kind)
        assert answer.status == 400
        (error,) = answer.said
        assert "looked after by another council" in error["description"]
        assert "Leicestershire County Council, https://www.leicestershire.gov.uk" in error["description"]  # fmt: skip
        assert "Call us about benches." in error["description"]
    assert not Case.objects.exists()


def test_every_fault_is_said_at_once_and_named(app: Client) -> None:
    fields = report(email="no address")
    del fields["attribute[damage][]"]
    fields |= {"attribute[material]": "glass"}
    answer = app.post(fields)
    assert answer.status == 400
    said = [e["description"] for e in answer.said]
    assert any(text.startswith("attribute[damage]:") for text in said), said
    assert any(text.startswith("attribute[material]:") for text in said), said
    fits("errors", json.loads(app.post(fields, "json").text))
    assert not Case.objects.exists()


# Everything that a partner's program may have wrong, and that need not lose the report.
DETAILS = {
    "description": "It is broken. " * 60,
    "email": "no address",
    "phone": "ring the bell",
    "first_name": "Ann",
    "attribute[material]": "glass",
    "attribute[plate]": "In memory of " * 9,
    "attribute[uprn]": "100030417701",
    "attribute[easting]": "442596",
    "attribute[fixmystreet_id]": "FMS 12345",
    "jurisdiction_id": "COUNCIL.example",
}


@pytest.mark.parametrize("kind", ["xml", "json"])
def test_no_report_is_lost_for_a_detail(app: Client, kind: str) -> None:
    files = [b"not a picture", picture()]
    answer = app.post_files(report(**DETAILS), files, kind)
    case = made(answer)
    (said,) = answer.said
    for words in ("email was left out", "attribute[material] was left out", "not kept: 1"):
        assert words in said["service_notice"], said
    assert case.answers["material"] is None and len(case.answers["pictures"]) == 1
    assert case.answers["detail"] == DETAILS["description"].strip()[:500].strip()
    assert case.customer and (case.customer.name, case.customer.email) == ("Ann", "")
    note = EventText.objects.get(event__case=case).text
    for words in ("uprn: 100030417701", "easting: 442596", "fixmystreet_id: FMS 12345", "glass"):
        assert words in note, note
    assert "continued: …" in note and note.count("It is broken.") > 10
    assert "In memory of" in str(case.answers["plate"]) and "plate, continued" not in note
    # Sent again, it is the same one.
    assert made(app.post_files(report(**DETAILS), files, kind)) == case


# What need not be there, wrong in each way, with what staff then read.
UNNEEDED = [
    ({"attribute[same]": "GR-AAAA-BBBB"}, "attribute[same]: GR-AAAA-BBBB"),
    ({"attribute[same][]": ["different", "BB-2222-2222"]}, "attribute[same]: different, BB-2222-2222"),
    ({"attribute[plate][]": ["In memory", "of Ann"]}, "attribute[plate]: In memory, of Ann"),
    ({"attribute[noticed]": "last week"}, "attribute[noticed]: last week"),
    ({"attribute[words]": "n/a", "attribute[material]": "wood"}, "attribute[words]: n/a"),
    ({"attribute[words][]": ["n/a", "-"], "attribute[same]": "x"}, "attribute[words]: n/a, -"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "kept"), UNNEEDED)
def test_what_need_not_be_there_refuses_no_report(app: Client, more: Any, kept: str) -> None:
    made(app.post(report()))
    answer = app.post({**report(description="Another."), **more})
    case = made(answer)
    note = EventText.objects.get(event__case=case).text
    (said,) = answer.said
    assert kept in note and f"{kept.partition(':')[0]} was left out" in said["service_notice"]


def test_contact_that_cannot_be_right_is_kept_as_a_note(app: Client) -> None:
    sent = {"first_name": "A" * 121, "email": "ann smith at example.org", "phone": "ask for Ann"}
    note = EventText.objects.get(event__case=made(app.post(report(**sent)))).text
    for text in (f"name: {'A' * 121}", "email: ann smith at example.org"):
        assert text in note
    assert "ask for Ann" not in note  # this service asks for no telephone


def test_what_is_too_long_to_be_kept_is_said(app: Client) -> None:
    answer = app.post(report(description=f"{'x' * 30_000}&end"))
    case = made(answer)
    (said,) = answer.said
    left = "description: the last 9504 characters were not kept."
    assert left in said["service_notice"]
    assert left in EventText.objects.get(event__case=case).text
    links = [f"https://photos.example/{n}{'p' * 500}.jpg" for n in range(8)]
    case = made(app.post({**report(description="Links"), "media_url": links}))
    assert all(link in EventText.objects.get(event__case=case).text for link in links)


def test_where_it_is_may_be_said_in_three_ways(app: Client) -> None:
    fields = report()
    del fields["lat"], fields["long"]
    assert "Give lat and long" in app.post(fields).text
    assert "together" in app.post({**fields, "lat": "52.7"}).text
    assert "decimal degrees" in app.post({**fields, "lat": "nan", "long": "0"}).text
    by_id = made(app.post({**fields, "address_id": "street:1"}))
    by_name = made(app.post({**fields, "address_string": "LE67 3FJ"}))
    assert by_id.usrn == 1 and by_name.where
    assert "no such street" in app.post({**fields, "address_string": "Nowhere Road"}).text


def test_the_same_again_is_the_same_request(app: Client) -> None:
    first, again = app.post(report()), app.post(report(), "json")
    assert first.said == again.said and Case.objects.count() == 1
    other = app.post(report(description="By the gate."))
    assert other.said != first.said
    # With a key of the caller's own it is the key that counts.
    keyed = app.post(report(), Idempotency_Key="k-1")
    assert keyed.said != first.said and app.post(report(), Idempotency_Key="k-1").said == keyed.said
    assert app.post(report(description="x"), Idempotency_Key="k-1").status == 400
    KeptAnswer.objects.all().delete()  # the next day
    assert app.post(report(), Idempotency_Key="k-1").said == keyed.said
    assert Case.objects.count() == 3


def test_an_answer_lost_on_the_way_is_found_by_its_key(app: Client, live_server: Any) -> None:
    from tests.open311.conftest import key

    case = made(app.post(report(), Idempotency_Key="lost-1"))
    mine = {"api_key": app.key}
    said = app.both("tokens/lost-1", **mine)
    fits("token", said)
    assert said[0]["service_request_id"] == case.reference
    assert app.both(f"tokens/{case.reference}", **mine)[0]["service_request_id"] == case.reference
    other = {"api_key": key("cases:create", name="Other")}
    assert app.get("tokens/lost-1", **other).status == 404
    assert app.get("tokens/lost-1").status == 403


def test_a_sender_follows_what_it_sent_when_nobody_else_may(app: Client) -> None:
    fields = report(first_name="Ann", email="ann@resident.example")
    case = made(app.post(fields))
    show(case, hidden=True)
    mine = {"api_key": app.key}
    (said,) = app.both(f"requests/{case.reference}", **mine)
    fits("requests", [said])
    assert (said["status"], said["service_code"]) == ("open", "broken-bench")
    assert "look at it" in said["status_notes"]
    assert "pond" not in str(said) and "ann@" not in str(said).lower()
    assert app.get(f"requests/{case.reference}").status == 404
    assert app.both("requests") == [] and app.both("requests", **mine) == [said]
    decide(case, "close")
    (said,) = app.both("requests", **mine, status="closed")
    assert said["status"] == "closed" and app.both("requests", **mine, status="open") == []


def test_updates_say_what_each_stage_means(app: Client) -> None:
    mine = {"api_key": app.key}
    case, other = made(app.post(report())), made(app.post(report(description="Another.")))
    for decision in ("look", "close", "look", "send"):
        decide(case, decision)
    decide(other, "same")
    said = app.both("servicerequestupdates", **mine)
    fits("updates", said)
    by_case = {
        c: [u["status"] for u in said if u["service_request_id"] == c.reference]
        for c in (case, other)
    }
    assert by_case[case] == ["OPEN", "INVESTIGATING", "CLOSED", "REOPENED", "REOPENED"]
    assert by_case[other] == ["OPEN", "DUPLICATE"]
    assert len({u["update_id"] for u in said}) == len(said)
    alone = app.both("servicerequestupdates", **mine, service_request_id=other.reference)
    assert [u["status"] for u in alone] == ["OPEN", "DUPLICATE"]
    assert app.both("servicerequestupdates") == said  # they are public


def test_a_job_and_its_end_read_as_planned_and_fixed(app: Client) -> None:
    from uuid import uuid4

    from doorstep.fieldwork import actions as fieldwork
    from doorstep.fieldwork.models import Job

    case = made(app.post(report()))
    decide(case, "send")
    fieldwork.finish_job(
        event_id=uuid4(), job_id=Job.objects.get().pk, code="mended", note="", photo="", by=Actor("staff", "crew"), now=timezone.now()
    )  # fmt: skip
    said = app.both("servicerequestupdates", api_key=app.key)
    assert [u["status"] for u in said] == ["OPEN", "ACTION_SCHEDULED", "FIXED"]
    assert said[-1]["description"] == "We have mended it."


def test_what_a_sender_hears_is_an_officers_to_read(app: Client) -> None:
    from tests.open311.conftest import key

    case = made(app.post(report()))
    told = {
        "service_request_id": case.reference,
        "update_id": "77",
        "status": "REOPENED",
        "description": "It is still broken.",
        "updated_datetime": "2026-11-24T10:00:00Z",
    }
    first = app.post(told, "json", "servicerequestupdates")
    assert first.status == 201, first.text
    fits("update", json.loads(first.text))
    assert app.post(told, "xml", "servicerequestupdates").said == first.said
    case.refresh_from_db()
    assert len(to_do(case)) == 1 and case.stage == "received"
    (text,) = EventText.objects.filter(event__case=case).values_list("text", flat=True)
    assert text == "Reporting app says of this request: REOPENED. It is still broken."
    show(case, hidden=True)
    stranger = Client(app.base, key("cases:create", name="Stranger"))
    assert stranger.post(told, "xml", "servicerequestupdates").status == 404


def test_a_long_update_reaches_staff_whole_and_its_status_is_news_by_itself(app: Client) -> None:
    case = made(app.post(report()))
    link = f"https://photos.example/{'p' * 2100}.jpg"
    told = {"service_request_id": case.reference, "status": "OPEN", "media_url": link}
    long = {**told, "description": f"{'Mud. ' * 798}End"}
    assert app.post(long, "xml", "servicerequestupdates").status == 201
    alone = {"service_request_id": case.reference.lower().replace("-", " "), "status": "FIXED"}
    assert app.post(alone, "xml", "servicerequestupdates").status == 201
    texts = EventText.objects.filter(event__case=case).order_by("pk")
    whole, status = texts.values_list("text", flat=True)
    assert "Mud. End" in whole and whole.endswith(link)
    assert status == "Reporting app says of this request: FIXED."
    assert to_do(case)[0].endswith("… (the rest stands in the timeline)")
    asked = case.reference.lower().replace("-", "")
    assert app.get(f"requests/{asked}").status == 200


@pytest.mark.parametrize(
    "status", ["No Further Action", "FIXED - COUNCIL", "in-progress", "Wedi’i drwsio"]
)
def test_a_status_in_any_spelling_is_kept_with_its_words(app: Client, status: str) -> None:
    case = made(app.post(report()))
    told = {"service_request_id": case.reference, "status": status, "description": "Seen."}
    assert app.post(told, "xml", "servicerequestupdates").status == 201
    (text,) = EventText.objects.filter(event__case=case).values_list("text", flat=True)
    assert text == f"Reporting app says of this request: {status}. Seen."
    for nothing in ("", "--", "x" * 61):
        assert app.post({**told, "status": nothing}, "xml", "servicerequestupdates").status == 400


def test_contact_that_a_service_does_not_ask_for_is_not_kept(app: Client) -> None:
    made(app.post(report(phone="01632 960001", device_id="d", account_id="a")))
    assert not Customer.objects.exists()


def show(case: Case, *, hidden: bool = False, text: bool = False, photos: bool = False) -> None:
    names = case.answers["pictures"] if photos else []
    reports.show(
        case_id=case.pk, hidden=hidden, text=text, photos=names, by=OFFICER, now=timezone.now()
    )


def test_anyone_reads_what_the_page_of_reports_shows_and_no_more(
    app: Client, anyone: Client
) -> None:
    fields = report(first_name="Ann", last_name="Lee", email="ann@resident.example")
    case = made(app.post_files(fields, [picture()]))
    (said,) = anyone.both("requests")
    fits("requests", [said])
    assert said["description"] == "A slat is broken" and said["media_url"] is None
    assert (said["lat"], said["long"]) == (case.latitude, case.longitude)
    assert said["address"] == case.where and "look at it" in said["status_notes"]
    assert all(name not in str(said) for name in ("Ann", "Lee", "pond", "resident.example"))
    show(case, text=True, photos=True)
    (said,) = anyone.both(f"requests/{case.reference}")
    assert said["description"] == "A slat is broken\n\nBy the pond."
    (name,) = case.answers["pictures"]
    assert said["media_url"].endswith(f"/reports/{case.reference}/photos/{name}")
    assert [u["status"] for u in anyone.both("servicerequestupdates")] == ["OPEN"]
    show(case, hidden=True)
    assert anyone.both("requests") == [] and anyone.both("servicerequestupdates") == []
    assert anyone.get(f"requests/{case.reference}").status == 404
    # Its sender still knows where it stands.
    (said,) = app.both("requests", api_key=app.key)
    assert said["description"] is None and said["lat"] is None


def test_the_same_as_another_is_joined_and_another_is_not(app: Client, anyone: Client) -> None:
    first = made(app.post(report()))
    other = made(app.post(report(description="Another bench.")))
    fields = {k: v for k, v in report(description="Me too.").items() if "attribute" not in k}
    answer = app.post_files({**fields, "attribute[same]": first.reference}, [picture()])
    same = made(answer)
    # Programs send a description always; where it is not asked, staff read it all the same.
    assert EventText.objects.get(event__case=same).text == "Me too."
    assert len(same.answers["pictures"]) == 1
    assert (first.stage, other.stage, same.stage) == ("received", "received", "joined")
    assert {r["service_request_id"] for r in anyone.both("requests")} == {
        first.reference,
        other.reference,
    }
    mine = {"api_key": app.key, "service_request_id": same.reference}
    assert [u["status"] for u in app.both("servicerequestupdates", **mine)] == ["DUPLICATE"]
    gone = app.post({**fields, "attribute[same]": "BB-2222-2222"})
    assert gone.status == 400 and "attribute[same] was left out" in gone.text
    assert "attribute[damage]:" in gone.text  # without it, it is another one


def test_a_case_of_a_service_that_is_not_public_stays_ours(
    app: Client, anyone: Client, open_district: Any
) -> None:
    case = open_district.case(0)
    assert anyone.get(f"requests/{case.reference}").status == 404
    assert app.get(f"requests/{case.reference}", api_key=app.key).status == 404


def test_a_service_about_a_home_takes_its_uprn(app: Client, open_district: Any) -> None:
    contents = catalogue.read_folder(SERVICES / "loose-sign")
    form = contents["form.yaml"].replace("kind: location", "kind: address")
    flow = contents["workflow.yaml"].replace("'county'", "'nobody'")
    contents = {**contents, "form.yaml": form, "workflow.yaml": flow}
    publish(contents)
    fields = {"service_code": "loose-sign", "attribute[damage]": "leg", "attribute[danger]": "true"}
    said = app.post({**fields, "lat": "52.7", "long": "-1.4"})
    assert said.status == 400 and "address_id" in said.text
    assert app.post({**fields, "address_id": "999"}).status == 400
    case = made(app.post({**fields, "address_id": "1001"}))
    assert case.place_id == 1001
    (row,) = app.both("requests", api_key=app.key, service_code="loose-sign")
    # A home is nobody's to read, not even where the service is public.
    assert row["address"] is None and row["lat"] is None and "Mill" not in str(row)
    assert Client(app.base).both("requests") == []


def test_a_description_that_is_not_asked_for_is_a_note_for_staff(app: Client) -> None:
    contents = catalogue.read_folder(SERVICES / "broken-bench")
    lines = contents["form.yaml"].splitlines(keepends=True)
    form = "".join(line for line in lines if "{id: detail," not in line)
    about = contents["service.yaml"].replace("text: [detail], ", "")
    contents = {**contents, "form.yaml": form, "service.yaml": about}
    publish(contents)
    case = made(app.post(report(media_url="https://photos.example/1.jpg")))
    (text,) = EventText.objects.filter(event__case=case).values_list("text", flat=True)
    assert text == "By the pond.\nA picture is said to be at: https://photos.example/1.jpg"
    (row,) = app.both("requests")
    assert "pond" not in str(row)
