"""The human route of a stop: what to do now, the next day, and a person who is asked at any hour."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from doorstep.cases import deciding
from doorstep.cases.models import Case
from doorstep.catalogue.words import say
from doorstep.messages.models import Message
from doorstep.staff.actor import SYSTEM
from doorstep.waste import actions as waste
from tests.form_client import FormClient, text
from tests.people import signed_in
from tests.publishing import publish_library

BASE = "/services/missed-bin"


@pytest.fixture
def stopped(district: Any) -> Any:
    """A resident's form that stops, because somebody has reported the bin already."""
    publish_library("tell-us-anything", now=district.now)
    district.case(0)
    return at_the_stop(district)


def at_the_stop(district: Any) -> FormClient:
    client, box = FormClient(), district.boxes[0]
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    return client


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text(answer)).split())


PERSON = f"{BASE}/bin/person"


def test_a_stop_says_the_next_day_and_what_to_do_now_by_its_reason(district: Any) -> None:
    waste.record_log(
        event_id=uuid4(), container_id=str(district.boxes[0].pk), reason="overweight",
        note="", photo="", by=SYSTEM, now=district.now,
    )  # fmt: skip
    page = words(at_the_stop(district).get(f"{BASE}/bin/stopped"))
    following = say(district.due + timedelta(days=14))
    assert f"Next collection of this bin {following}" in page
    assert "What to do now Take some out" in page and f"Put it out by 6am on {following}" in page
    assert "put it out by 6am on ." not in page and "Take the bin in" not in page
    # The reason can be disputed: that is its human route.
    assert "I think the crew’s record is wrong" in page and "Ask a person" not in page


def test_a_person_is_asked_and_answers_by_a_day(stopped: FormClient, district: Any) -> None:
    page = text(stopped.get(f"{BASE}/bin/stopped"))
    assert re.search(r'href="[^"]+/bin/person"', page) and "Ask a person to look at this" in page
    asked = words(stopped.get(PERSON))
    assert "Report a missed bin. We already know about this bin. Black bin (rubbish)" in asked
    answer = stopped.post(PERSON, {"text": "It is <b>another</b> bin", "email": "ann@x.example"})
    case = Case.objects.get(slug="tell-us-anything")
    assert answer["Location"] == f"/case/{case.reference}/sent"
    sent = words(stopped.get(f"/case/{case.reference}/sent"))
    assert case.reference in sent and case.due_on and say(case.due_on) in sent
    assert str(case.answers["text"]).startswith(
        "Report a missed bin. We already know about this bin."
    )
    assert str(case.answers["text"]).endswith("\n\nIt is <b>another</b> bin")
    assert Message.objects.filter(to="ann@x.example", name="received").exists()
    # Their own form is as it was.
    assert stopped.get(f"{BASE}/bin/stopped").status_code == 200


def test_the_same_words_are_one_request_and_others_another(
    stopped: FormClient, district: Any
) -> None:
    there = {stopped.post(PERSON, {"text": "Please look"})["Location"] for _ in range(2)}
    assert len(there) == 1 and Case.objects.filter(slug="tell-us-anything").count() == 1
    stopped.post(PERSON, {"text": "Please look again"})
    assert Case.objects.filter(slug="tell-us-anything").count() == 2
    # Who adds how to be reached is not taken for who sent it twice.
    stopped.post(PERSON, {"text": "Please look again", "email": "ann@x.example"})
    assert Case.objects.filter(customer__email="ann@x.example").count() == 1


def test_the_answer_is_read_on_the_page_also_without_an_email(
    stopped: FormClient, district: Any
) -> None:
    stopped.post(PERSON, {"text": "Please look"})
    case = Case.objects.get(slug="tell-us-anything")
    decided = {"case_id": case.pk, "by": SYSTEM, "now": district.now, "reason": "x"}
    deciding.decide(decision="answer", reply="It was <b>yours</b>.\nSorry.", **decided)
    page = stopped.get(f"/case/{case.reference}").content.decode()
    assert "It was &lt;b&gt;yours&lt;/b&gt;.\nSorry." in page
    # What the page after sending promises is over.
    assert stopped.get(f"/case/{case.reference}/sent")["Location"] == f"/case/{case.reference}"


def test_what_is_wrong_is_said_and_nothing_is_lost(stopped: FormClient, district: Any) -> None:
    empty = text(stopped.post(PERSON, {"text": " ", "email": "ann@x.example"}))
    assert "There is a problem" in empty and 'value="ann@x.example"' in empty
    wrong = text(stopped.post(PERSON, {"text": "Look at it", "email": "ann"}))
    assert "Look at it" in wrong and 'href="#email"' in wrong
    long = text(stopped.post(PERSON, {"text": "a" * 1999}))
    assert 'href="#text"' in long and "a" * 1999 in long
    assert not Case.objects.filter(slug="tell-us-anything").exists()


@pytest.mark.parametrize("typed", ["x" * 3000, "line\r\n" * 600, "👍" * 2001])
def test_the_counter_and_the_error_name_one_limit(
    stopped: FormClient, district: Any, typed: str
) -> None:
    counted = re.search(r'data-maxlength="(\d+)"', text(stopped.get(PERSON)))
    assert counted
    room, letters = int(counted[1]), len(typed.replace("\r\n", "\n").strip())
    said = words(stopped.post(PERSON, {"text": typed}))
    assert f"must be {room} characters or fewer; it is {letters - room} too long" in said
    fits = {"text": typed.replace("\r\n", "\n").strip()[:room].replace("\n", "\r\n")}
    assert "/sent" in stopped.post(PERSON, fits)["Location"]


def test_somebody_in_danger_is_told_to_ring_first(stopped: FormClient, district: Any) -> None:
    urgent = {"text": "There is someone with a knife at the bins"}
    page = words(stopped.post(PERSON, urgent))
    assert "ring 999" in page and "Nobody is in danger: send it" in page
    assert "We have not sent this yet" in page
    assert re.search(r"<title[^>]*>\s*Error:", text(stopped.post(PERSON, urgent)))
    assert not Case.objects.filter(slug="tell-us-anything").exists()
    assert "/sent" in stopped.post(PERSON, {**urgent, "calm": "1"})["Location"]


def test_nobody_else_asks_for_them_and_only_at_a_stop(stopped: FormClient, district: Any) -> None:
    form = re.search(
        r"/services/missed-bin/[0-9a-f-]{36}", text(stopped.get(f"{BASE}/bin/stopped"))
    )
    assert form
    stranger = FormClient()
    assert stranger.post(f"{form[0]}/bin/person", {"text": "x"}).status_code == 410
    elsewhere = stopped.get(f"{form[0]}/address/person")
    assert elsewhere.status_code == 302 and not elsewhere["Location"].endswith("person")


def test_without_such_a_service_there_is_no_such_button(district: Any) -> None:
    district.case(0)
    client = at_the_stop(district)
    page = text(client.get(f"{BASE}/bin/stopped"))
    assert "Ask a person" not in page and "01632 960 123" in page
    assert client.get(PERSON).status_code == 404


def test_an_officer_has_another_way(stopped: FormClient, district: Any) -> None:
    officer = signed_in("officer")
    assert officer.get("/desk").status_code == 200  # who works here is a person already
    requests = Case.objects.filter(slug="tell-us-anything")
    stopped.post(PERSON, {"text": "Look"})
    assert requests.get().reference in text(officer.get("/desk"))
