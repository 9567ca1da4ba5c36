"""Was this helpful? Who has the case answers once after sending and once at the end, and no answer names a case."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from doorstep.cases import deciding, forgetting
from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.insight import answers
from doorstep.insight.models import Answer, Answered
from doorstep.staff.actor import SYSTEM
from tests.form_client import FormClient, text

BASE = "/services/missed-bin"


def sent(district: Any, number: int = 0) -> tuple[FormClient, Case]:
    """Return a resident's browser that has sent a missed bin, and the case."""
    client, box = FormClient(), district.boxes[number]
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    client.post(f"{BASE}/contact", {"name": "Ann", "email": "ann@x.example", "phone": ""})
    client.post(f"{BASE}/check")
    return client, Case.objects.latest("pk")


def close(case: Case) -> None:
    now = timezone.now()
    deciding.decide(case_id=case.pk, decision="close", reason="x", by=SYSTEM, now=now)


def test_asked_after_sending_and_at_the_end_once_each(district: Any) -> None:
    client, case = sent(district)
    there = f"/case/{case.reference}/helpful"
    page = text(client.get(there))
    assert "How satisfied are you with this form?" in page
    assert "Do not write your name or address" in page and 'name="place" value="sent"' in page
    said = client.post(there, {"score": "4", "comment": " Quick \r\nenough "}, follow=True)
    assert said.redirect_chain == [(there, 302)] and "Thank you for telling us" in text(said)
    client.post(there, {"score": "1"})
    (one,) = Answer.objects.all()
    assert (one.service, one.version, one.channel) == ("missed-bin", case.version_id[:12], "online")
    assert (one.place, one.score, one.comment, one.language) == ("sent", 4, "Quick \nenough", "en")
    close(case)
    assert "How satisfied are you with how this went?" in text(client.get(there))
    # A page that was open since before says where it asked.
    client.post(there, {"score": "1", "place": "sent"})
    assert Answer.objects.count() == 1
    client.post(there, {"score": "2", "place": "end"})
    client.post(there, {"score": "3"})
    assert list(Answer.objects.order_by("pk").values_list("place", "score")) == [
        ("sent", 4),
        ("end", 2),
    ]


def test_nothing_chosen_or_too_much_written_says_so_and_loses_nothing(district: Any) -> None:
    client, case = sent(district)
    there = f"/case/{case.reference}/helpful"
    page = text(client.post(there, {"comment": "My words"}))
    assert "Choose how satisfied you are" in page and "My words" in page
    assert "<title>\n      Error:" in page or re.search(r"<title[^>]*>\s*Error:", page)
    page = text(client.post(there, {"score": "5", "comment": "x" * 1001}))
    assert "1 too long" in page and "x" * 1001 in page and "checked" in page
    assert not Answer.objects.exists() and not Answered.objects.exists()


def test_only_who_has_the_case_answers(district: Any) -> None:
    _client, case = sent(district)
    there, stranger = f"/case/{case.reference}/helpful", FormClient()
    assert stranger.get(there)["Location"] == f"/case/open?reference={case.reference}"
    assert stranger.post(there, {"score": "1"}).status_code == 404
    unknown = stranger.get("/case/MB-0000-0000/helpful")
    assert unknown["Location"] == "/case/open?reference=MB-0000-0000"
    assert not Answer.objects.exists()


def test_of_an_erased_case_nothing_is_asked(district: Any) -> None:
    client, case = sent(district)
    close(case)
    forgetting.erase(case_id=case.pk, now=timezone.now())
    there = f"/case/{case.reference}/helpful"
    for answer in (client.get(there), client.post(there, {"score": "1"})):
        assert answer.status_code == 410 and "This request has been deleted" in text(answer)
    assert not Answer.objects.exists()
    case.refresh_from_db()
    with pytest.raises(Refused, match="erased"):
        answers.take(case=case, place="end", score=1, comment="", language="en", now=timezone.now())


def test_an_answer_names_no_case_no_person_and_no_moment(district: Any) -> None:
    client, case = sent(district)
    client.post(f"/case/{case.reference}/helpful", {"score": "5", "comment": "Good"})
    known = {case.reference, str(case.draft_id), "ann@x.example", "Ann", str(case.place_id)}
    columns = {(f.name, f.get_internal_type()) for f in Answer._meta.get_fields()}
    assert columns == {
        ("id", "BigAutoField"), ("day", "DateField"), ("service", "CharField"), ("version", "CharField"),
        ("channel", "CharField"), ("language", "CharField"), ("place", "CharField"), ("score", "SmallIntegerField"),
        ("comment", "TextField"),
    }  # fmt: skip
    # The mark that it was answered stands alone: no moment, no number, nothing of what was said.
    assert [f.name for f in Answered._meta.get_fields()] == ["mark"]
    with connection.cursor() as cursor:
        cursor.execute("select a::text from insight_answer a union all select m::text from insight_answered m")  # fmt: skip
        kept = str(cursor.fetchall())
    # Whole words: sixty-four signs of a mark hold any four figures now and then.
    assert not [word for word in known if re.search(rf"\b{re.escape(word)}\b", kept)]
    # Nor does the case tell of it.
    assert not case.events.filter(kind__icontains="answer").exists()
    mark = Answered.objects.get().mark
    assert len(mark) == 64 and answers.is_answered(case, "sent")
    _other, second = sent(district, 2)
    assert not answers.is_answered(second, "sent") and not answers.is_answered(case, "end")


def test_after_a_night_not_even_the_order_tells_whose_it_was(district: Any) -> None:
    case, now = district.case(0), timezone.now()
    for score in (1, 2, 3, 4, 5) * 4:
        Answered.objects.all().delete()
        about = {"case": case, "place": "sent", "comment": "", "language": "en"}
        answers.take(score=score, now=now, **about)
    rows = Answer.objects.order_by("pk")
    before, last = list(rows.values_list("score", flat=True)), rows.latest("pk").pk
    today = rows[0].day
    answers.shuffle(today)
    assert rows[0].pk <= last  # of this day, more may come
    answers.shuffle(today + timedelta(days=1))
    after = list(rows.values_list("score", flat=True))
    assert rows[0].pk > last and sorted(after) == sorted(before) and after != before


def test_a_command_prints_what_was_said(district: Any) -> None:
    client, case = sent(district)
    there = f"/case/{case.reference}/helpful"
    client.post(there, {"score": "4", "comment": "Quick\nand good"})
    out = StringIO()
    call_command("answers", "missed-bin", stdout=out)
    said = out.getvalue()
    assert "After sending: 1 answer, 100 % satisfied" in said and "At the end: 0 answers\n" in said
    assert "satisfied: Quick and good" in said
    Answer.objects.update(day=timezone.now().date() - timedelta(days=40))
    out = StringIO()
    call_command("answers", "missed-bin", "--days", "28", stdout=out)
    assert "After sending: 0 answers\n" in out.getvalue()
    answers.forget(timezone.now().date() + timedelta(days=400))
    assert Answer.objects.get().comment == "" and Answer.objects.get().score == 4


def test_the_receipt_and_the_thanks_lead_there(district: Any) -> None:
    from django.template import engines

    _client, case = sent(district)
    made = engines["jinja2"].get_template("portal/helpful_link.html").render({"case": case})
    assert f'href="/case/{case.reference}/helpful"' in made and "Was this helpful?" in made
    case.erased_at = timezone.now()
    made = engines["jinja2"].get_template("portal/helpful_link.html").render({"case": case})
    assert made.strip() == ""
