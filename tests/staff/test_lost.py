"""Who lost what they sign in with comes back by a colleague's link; accounts for emergencies raise an alarm."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from doorstep.council.errors import Refused
from doorstep.staff import actions as staff
from doorstep.staff import lost
from doorstep.staff.models import Alarm, Session, StaffEvent, StaffUser, WayBack
from doorstep.staff.who import Held
from doorstep.web import jobs
from tests.at_once import at_once
from tests.form_client import FormClient, text
from tests.people import signed_in


def person(name: str) -> StaffUser:
    return StaffUser.objects.get(username=name)


def another_administrator(name: str) -> StaffUser:
    return staff.add(username=name, name=name.title(), roles=["administrator"], password="three-words-together", now=timezone.now())  # fmt: skip


def link_for(name: str = "officer") -> str:
    made = lost.help_back(person=person(name), by=person("administrator"), now=timezone.now())
    return f"/desk/sign-in/link/{made}"


def test_a_colleagues_link_lets_somebody_in_once(district: Any) -> None:
    before, client = signed_in("officer"), FormClient()
    link = link_for()
    assert "It is for" in text(client.get(link)) and "It is for" in text(client.get(link))
    assert client.post(link)["Location"] == "/desk/sign-in/yours/add"
    assert client.get("/desk")["Location"] == "/desk/sign-in/yours"
    assert before.get("/desk").status_code == 302
    assert "Way back used" in text(client.get("/desk/sign-in/yours"))
    assert Session.objects.get().how == "link"
    other = FormClient()
    assert "older than an hour" in text(other.post(link)) and "older than" in text(other.get(link))
    kinds = ["account made", "way back made", "way back used", "signed in"]
    assert list(StaffEvent.objects.filter(about="officer").order_by("id").values_list("kind", flat=True)) == kinds  # fmt: skip


def test_a_link_is_over_after_an_hour_and_another_ends_it(district: Any) -> None:
    first, second = link_for(), link_for()
    assert "older than" in text(FormClient().post(first))
    WayBack.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "older than" in text(FormClient().post(second))
    jobs.forget()
    assert not WayBack.objects.exists()


def test_a_link_of_a_closed_account_opens_nothing(district: Any) -> None:
    link = link_for()
    staff.close(username="officer", now=timezone.now())
    assert "older than" in text(FormClient().post(link))


def test_its_secret_is_kept_as_a_hash(district: Any) -> None:
    link = link_for()
    secret = link.rpartition("/")[2]
    row = WayBack.objects.get()
    assert len(secret) > 40 and secret not in str(vars(row))
    assert "older than" in text(FormClient().post(f"/desk/sign-in/link/{row.secret_hash}"))


@pytest.mark.parametrize(("by", "code"), [("officer", "not_oneself"), ("supervisor", "not_yours")])
def test_nobody_helps_themselves_or_without_the_permission(
    district: Any, by: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        lost.help_back(person=person("officer"), by=person(by), now=timezone.now())


def test_an_administrators_link_needs_two_colleagues(district: Any) -> None:
    ann, bob, now = another_administrator("ann"), another_administrator("bob"), timezone.now()
    ada = person("administrator")
    assert lost.help_back(person=ada, by=ann, now=now) == ""
    assert lost.help_back(person=ada, by=ann, now=now) == ""  # the same colleague is no second
    late = now + timedelta(minutes=61)
    assert lost.help_back(person=ada, by=bob, now=late) == ""
    made = lost.help_back(person=ada, by=ann, now=late)
    assert FormClient().post(f"/desk/sign-in/link/{made}").status_code == 302


def test_eight_browsers_with_one_link_are_one(open_district: Any) -> None:
    secret = link_for().rpartition("/")[2]
    acts = [partial(lost.use, secret=secret, now=timezone.now())] * 8
    assert sorted(at_once(*acts)) == ["done"] + ["link_over"] * 7


def test_the_machines_owner_makes_one_by_a_command(district: Any, capsys: Any) -> None:
    call_command("staff", "link", "administrator")
    printed = capsys.readouterr().out.strip()
    assert printed.startswith("http://localhost:8000/desk/sign-in/link/")
    assert FormClient().post(printed.removeprefix("http://localhost:8000")).status_code == 302
    assert StaffEvent.objects.get(kind="way back made").by == ""
    with pytest.raises(CommandError):
        call_command("staff", "link", "nobody")


def test_an_account_for_emergencies_raises_an_alarm(district: Any, settings: Any) -> None:
    settings.DEMO = True
    staff.break_glass(username="designer", now=timezone.now())
    staff.add(username="designer", name="Designer", roles=["administrator"], password="three-words-together", now=timezone.now())  # fmt: skip
    used, ada, officer = FormClient(), signed_in("administrator"), signed_in("officer")
    used.post("/demo/as/designer")
    alarm = Alarm.objects.get(why="break-glass")
    says = "an account for emergencies, was used"
    assert says in text(ada.get("/desk/services")) and says in text(ada.get("/status"))
    assert says not in text(officer.get("/desk"))
    path = f"/desk/sign-in/alarms/{alarm.pk}"
    used.post(path)  # nobody looks into what they did themselves
    assert officer.post(path).status_code == 403
    assert says in text(ada.get("/desk/services"))
    ada.post(path)
    assert says not in text(ada.get("/desk/services"))
    kinds = list(StaffEvent.objects.filter(kind__startswith="break").values_list("kind", "by"))
    assert ("break-glass used", "designer") in kinds
    assert ("break-glass looked into", "administrator") in kinds


@pytest.mark.parametrize("how", ["withdrawn", "lapsed", "taken there", "renewed by a command"])
def test_who_managed_people_lately_needs_two_colleagues_as_well(district: Any, how: str) -> None:
    """Else one takes the role away, makes the link alone, and gives the role back."""
    ada, bob, now = person("administrator"), another_administrator("bob"), timezone.now()
    grant = bob.grants.get()
    if how == "withdrawn":
        staff.withdraw(grant_id=grant.pk, by=ada, now=now)
    elif how == "lapsed":
        bob.grants.update(until=now - timedelta(hours=1))
    elif how == "taken there":
        grant.delete()
        said = {"roles": ["adviser"], "roles_before": ["administrator"]}
        staff.note(kind="roles changed", about="bob", by="bob", now=now, **said)
    else:
        staff.add(username="bob", name="Bob", roles=["adviser"], password="three-words-together", now=now)  # fmt: skip
    assert lost.help_back(person=bob, by=ada, now=now + timedelta(days=29)) == ""
    assert lost.help_back(person=bob, by=ada, now=now + timedelta(days=31))


def test_who_never_managed_people_needs_one_colleague(district: Any) -> None:
    ada, now = person("administrator"), timezone.now()
    officer = person("officer")
    staff.withdraw(grant_id=officer.grants.get().pk, by=ada, now=now)
    assert lost.help_back(person=officer, by=ada, now=now)


def test_a_link_of_one_colleague_is_over_once_its_person_manages_people(district: Any) -> None:
    ada, now = person("administrator"), timezone.now()
    link = link_for("officer")
    staff.give(person=person("officer"), grant=Held("administrator"), until=None, by=ada, now=now)
    before = signed_in("officer")
    for answer in (FormClient().get(link), FormClient().post(link)):
        assert "that takes two" in text(answer) and "It is for" not in text(answer)
    assert before.get("/desk/people").status_code == 200
    made = lost.make(person=person("officer"), now=now)  # by who runs the machine
    assert FormClient().post(f"/desk/sign-in/link/{made}").status_code == 302


def test_who_agreed_stands_beside_who_asked(district: Any) -> None:
    ann, bob, now = another_administrator("ann"), another_administrator("bob"), timezone.now()
    lost.help_back(person=person("administrator"), by=ann, now=now)
    lost.help_back(person=person("administrator"), by=bob, now=now)
    row = WayBack.objects.get()
    assert (row.asked_by, row.agreed_by) == (ann, bob)


def made_by(by: str, name: str) -> Alarm:
    """Make somebody who has an account an administrator; return the alarm that this is."""
    now = timezone.now()
    staff.give(person=person(name), grant=Held("administrator"), until=None, by=person(by), now=now)
    return Alarm.objects.get(about__username=name)


def test_a_new_administrator_is_an_alarm_until_another_has_looked_into_it(district: Any) -> None:
    another_administrator("ann")
    ada, ann, officer = signed_in("administrator"), signed_in("ann"), signed_in("officer")
    alarm = made_by("administrator", "officer")
    says, path = "made Officer an administrator", f"/desk/sign-in/alarms/{alarm.pk}"
    assert says in text(ann.get("/desk/services"))
    for neither in (ada, officer):
        assert says not in text(neither.get("/desk/services"))
        neither.post(path)
    assert says in text(ann.get("/desk/services")) and path in text(ann.get("/desk/services"))
    ann.post(path)
    assert says not in text(ann.get("/desk/services"))
    event = StaffEvent.objects.get(kind="administrator looked into")
    assert (event.about, event.by) == ("officer", "ann")


def test_administrators_that_one_made_for_themselves_clear_no_alarm(district: Any) -> None:
    first = made_by("administrator", "officer")
    second = made_by("administrator", "adviser")
    third = made_by("officer", "designer")
    for name in ("administrator", "officer", "adviser", "designer"):
        client = signed_in(name)
        for alarm in (first, second, third):
            assert f"alarms/{alarm.pk}" not in text(client.get("/desk/services")), name
            client.post(f"/desk/sign-in/alarms/{alarm.pk}")
    assert Alarm.objects.filter(seen_at=None).count() == 3
    assert "made Designer an administrator" in text(signed_in("administrator").get("/desk/services"))  # fmt: skip
    another_administrator("ann")
    ann = signed_in("ann")
    for alarm in (first, second, third):
        ann.post(f"/desk/sign-in/alarms/{alarm.pk}")
    assert not Alarm.objects.filter(seen_at=None).exists()


def test_a_role_that_somebody_has_for_good_already_is_no_alarm(district: Any) -> None:
    another_administrator("ann")
    now = timezone.now()
    staff.give(person=person("ann"), grant=Held("administrator"), until=now + timedelta(days=1), by=person("administrator"), now=now)  # fmt: skip
    assert not Alarm.objects.exists()


def test_a_colleague_makes_the_link_on_the_page_of_somebody(district: Any) -> None:
    ada = signed_in("administrator")
    path = f"/desk/people/{person('officer').pk}/link"
    page = ada.post(path)
    found = re.search(r"/desk/sign-in/link/[^<]+", text(page))
    assert found and page["Cache-Control"] == "no-store"
    assert FormClient().post(found[0]).status_code == 302
    assert signed_in("officer").post(path).status_code == 403
    ann = another_administrator("ann")
    assert "Another colleague is needed" in text(ada.post(f"/desk/people/{ann.pk}/link"))
    own = f"/desk/people/{person('administrator').pk}/link"
    assert "ask another administrator" in text(ada.post(own))
