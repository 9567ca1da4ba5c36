"""People say that it is still there: counted once each, along joined reports, and of a closed one a person is asked once."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from doorstep.cases import choosing, forgetting
from doorstep.cases.models import Case
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.reports import actions, queries, still_there
from doorstep.reports.models import Report, StillThere
from doorstep.staff.actor import SYSTEM, Actor
from tests.form_client import FormClient, text
from tests.people import signed_in
from tests.to_do import to_do

pytestmark = pytest.mark.django_db
OFFICER = Actor("staff", "officer")


def say(case: Case, who: str, now: Any) -> str:
    return still_there.say(reference=case.reference, owner_key=who, now=now)


def press(case: Case, client: FormClient, address: str = "203.0.113.1") -> Any:
    there = f"/reports/{case.reference}/still"
    return client.post(there, follow=True, REMOTE_ADDR=address)


def shown(case: Case) -> queries.Shown:
    report = queries.one(case.reference)
    assert report
    return queries.shown(report)


def merge(case: Case, into: Case, now: Any) -> None:
    actions.merge(case_id=case.pk, reference=into.reference, by=OFFICER, now=now)


def test_one_button_without_scripts_a_thank_you_and_the_count(streets: Any) -> None:
    case, client = streets.case(), FormClient(enforce_csrf_checks=True)
    there = f"/reports/{case.reference}"
    page = text(client.get(there))
    form = page.split(f'action="{there}/still"')[1].split("</form>")[0]
    assert "It is still there" in form and "You do not need to report it again" in page
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[0]
    assert client.post(f"{there}/still").status_code == 403
    thanks = client.post(f"{there}/still", {"csrfmiddlewaretoken": token}, follow=True)
    assert thanks.redirect_chain == [(f"{there}/still", 302)]
    assert "Thank you. We have noted that it is still there" in text(thanks)
    assert "1 person says that it is still there, on " in text(client.get(there))
    press(case, FormClient())
    press(case, FormClient())
    for page in (there, "/reports"):
        assert "3 people say that it is still there" in text(client.get(page))
    (row,) = client.get("/reports.json").json()["reports"]
    assert row["still_there"] == 3 and "still_there" in text(client.get("/reports.csv"))


def test_one_browser_counts_once_and_one_address_five_times_a_day(streets: Any) -> None:
    case, client = streets.case(), FormClient()
    for _ in range(3):
        assert "Thank you" in text(press(case, client))
    assert shown(case).still == 1
    # Who throws the cookie away is another browser, from the same address.
    for _ in range(4):
        assert press(case, FormClient()).status_code == 200
    refused = press(case, FormClient())
    assert refused.status_code == 429 and "have not counted this one" in text(refused)
    assert shown(case).still == 5
    assert press(case, FormClient(), "203.0.113.2").status_code == 200
    assert press(streets.case("street:12"), FormClient()).status_code == 200
    assert shown(case).still == 6


def test_what_is_kept_joins_no_word_here_to_a_word_there(streets: Any) -> None:
    one, other = streets.case(), streets.case("street:12")
    for case in (one, other):
        say(case, "the-browsers-key", streets.now)
    first, second = StillThere.objects.order_by("pk")
    assert first.mark != second.mark and len(str(first.mark)) == 64
    with connection.cursor() as cursor:
        cursor.execute("select s::text from reports_stillthere s")
        assert "the-browsers-key" not in str(cursor.fetchall())
    still_there.forget(now=streets.now + timedelta(days=30))
    assert StillThere.objects.filter(mark=None).count() == 0
    still_there.forget(now=streets.now + timedelta(days=32))
    assert StillThere.objects.filter(mark=None).count() == 2 and shown(one).still == 1


def test_of_a_joined_one_it_is_said_of_the_one_that_stands(streets: Any) -> None:
    one, other, third = streets.case(), streets.case("street:12"), streets.case("street:12")
    now = streets.now
    say(other, "bob", now)
    say(one, "ann", now)
    merge(other, one, now)
    merge(third, other, now)
    assert shown(one).still == 2
    client = FormClient()
    page = text(client.get(f"/reports/{third.reference}"))
    assert f'action="/reports/{third.reference}/still"' in page
    thanks = press(third, client)
    assert thanks.redirect_chain == [(f"/reports/{one.reference}/still", 302)]
    assert shown(one).still == 3 and shown(third).still == 0
    # Whoever said so of one that was joined since has said so of both.
    with pytest.raises(Refused, match="said_already"):
        say(one, "bob", now)
    actions.split(case_id=other.pk, by=OFFICER, now=now)
    assert (shown(one).still, shown(other).still) == (2, 1)


def test_whoever_looks_after_it_reads_it_at_the_desk(streets: Any) -> None:
    case, now = streets.case(), streets.now
    for who in ("ann", "bob"):
        say(case, who, now)
    say(case, "cat", now + timedelta(days=1))
    page = text(signed_in("officer").get(f"/desk/cases/{case.reference}"))
    assert "3 people say that it is still there, the last at" in page
    # One line of the timeline a day, and it holds.
    assert page.count("<strong>Somebody says that it is still there.</strong>") == 2
    from doorstep.cases import timeline

    assert timeline.broken(case) == [] and to_do(case) == []


def test_of_a_closed_one_a_person_is_asked_once_and_it_stays_closed(streets: Any) -> None:
    case, now = streets.case(), streets.now
    say(case, "ann", now)
    streets.now = now = now + timedelta(hours=1)
    streets.finish(case)
    assert shown(case).still == 0  # of what was dealt with since, it says nothing
    for who in ("ann", "bob", "cat"):
        say(case, who, now + timedelta(days=1))
    case.refresh_from_db()
    assert case.closed_at and shown(case).still == 3
    (asked,) = to_do(case)
    assert "still there" in asked and "“Removed”" in asked
    from doorstep.cases import needs_person

    needs_person.done(case_id=case.pk, topic=still_there.TOPIC, by=OFFICER, now=now)
    say(case, "dan", now + timedelta(days=2))
    assert to_do(case) == []  # seen to: not asked again before it was dealt with once more


def test_a_closed_one_that_goes_on_needs_nobody_to_look_any_more(streets: Any) -> None:
    case = streets.case()
    streets.finish(case)
    say(case, "bob", streets.now)
    choosing.reopen(case_id=case.pk, text="Still there", photo="", by=SYSTEM, now=streets.now)
    assert to_do(case) == [] and shown(case).still == 1
    streets.now += timedelta(hours=1)
    streets.finish(case)
    say(case, "bob", streets.now)
    assert len(to_do(case)) == 1


def test_who_only_said_so_is_not_forgotten_when_its_person_withdraws_it(streets: Any) -> None:
    one, other, third, now = streets.case(), streets.case(), streets.case("street:12"), streets.now

    def withdraw(case: Case) -> None:
        choosing.choose(case_id=case.pk, name="withdraw", by=SYSTEM, now=now)

    say(one, "bob", now)
    withdraw(one)
    (asked,) = to_do(one)
    assert "withdrew it" in asked and shown(one).still == 0
    say(one, "cat", now)
    assert len(to_do(one)) == 1  # asked once
    withdraw(third)
    assert to_do(third) == []
    # Where somebody else told us too, it goes on for them, with all who said so.
    third = streets.case("street:12")
    merge(third, other, now)
    say(other, "bob", now)
    withdraw(other)
    assert shown(other).still == 1 and to_do(other) == []


def test_it_is_said_of_a_closed_one_only_for_a_time(streets: Any) -> None:
    case, now = streets.case(), streets.now
    streets.finish(case)
    case.refresh_from_db()
    last = still_there.until(case)
    assert last and last >= queries.day_of(now + timedelta(days=14))
    over = datetime.combine(last + timedelta(days=1), time.min, ZONE)
    with pytest.raises(Refused, match="too_late_to_say"):
        say(case, "bob", over)
    assert "tell us by the end of" in text(FormClient().get(f"/reports/{case.reference}"))
    Case.objects.filter(pk=case.pk).update(closed_at=now - timedelta(days=90))
    assert "It is still there" not in text(FormClient().get(f"/reports/{case.reference}"))
    for answer in (press(case, FormClient()), FormClient().get(f"/reports/{case.reference}/still")):
        assert answer.status_code == 409 and "Please report it anew" in text(answer)
        assert "/services/graffiti" in text(answer)
    assert not StillThere.objects.exists() and to_do(case) == []


def test_of_what_nobody_may_see_nothing_is_counted_and_nothing_is_told(streets: Any) -> None:
    hidden, erased, now = streets.case(), streets.case("street:12"), streets.now
    say(erased, "ann", now)
    actions.show(case_id=hidden.pk, hidden=True, text=False, photos=[], by=OFFICER, now=now)
    streets.finish(erased)
    say(erased, "ann", now)
    forgetting.erase(case_id=erased.pk, now=now)
    answers = [press(case, FormClient()) for case in (hidden, erased)]
    answers.append(FormClient().post("/reports/GR-0000-0000/still"))
    pages = [re.sub(r"<form.*?</form>|nonce-\S+", "", text(a), flags=re.S) for a in answers]
    assert [a.status_code for a in answers] == [404] * 3
    assert all("This report is not shown here" in page for page in pages)
    assert not Report.objects.filter(case=hidden, still__gt=0).exists()
    still_there.forget(now=now)
    assert not StillThere.objects.exists()


def test_who_sent_it_is_led_to_their_own_page(streets: Any) -> None:
    client = FormClient()
    client.post("/services/graffiti/begin")
    client.post("/services/graffiti/where", {"where": "street:11"})
    client.post("/services/graffiti/surface", {"surface": "furniture"})
    client.post("/services/graffiti/offensive", {"offensive": "no"})
    client.post("/services/graffiti/details", {"details": "By the fountain"})
    client.post("/services/graffiti/contact", {"name": "Ann", "email": "ann@x.example"})
    client.post("/services/graffiti/check")
    case = Case.objects.get()
    there, own = f"/reports/{case.reference}", f'href="/case/{case.reference}"'
    assert own not in text(client.get(there))
    streets.finish(case)
    assert own in text(client.get(there)) and own not in text(FormClient().get(there))
    first = streets.case()
    Case.objects.filter(pk=case.pk).update(closed_at=None, outcome="")
    from doorstep.reports.models import Joined

    Joined.objects.create(case=case, into=first, at=timezone.now())
    page = text(client.get(there))
    assert "together with another report" in page and own in page
    # Sent as "it is the same": never shown, and no less theirs.
    Report.objects.filter(case=case).delete()
    assert client.get(there)["Location"] == f"/case/{case.reference}"
    assert FormClient().get(there).status_code == 404
