"""People on the desk: who may what is given, taken away and narrowed by administrators, and bites on the next request."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from doorstep.staff import actions
from doorstep.staff.models import Grant, StaffEvent, StaffUser, Team
from doorstep.staff.who import Held
from tests.at_once import at_once
from tests.form_client import text
from tests.people import narrowed, signed_in

WASTE = "Waste Services"


def person(username: str) -> tuple[StaffUser, str]:
    who = StaffUser.objects.get(username=username)
    return who, f"/desk/people/{who.pk}"


def kinds(username: str) -> list[str]:
    rows = StaffEvent.objects.filter(about=username).order_by("-id")
    return [kind for kind in rows.values_list("kind", flat=True) if "sign" not in kind]


def test_somebody_is_added_and_given_a_role_of_a_team(district: Any) -> None:
    ada = signed_in("administrator")
    typed = {"name": "Jo Field", "username": "Jo.Field"}
    for wrong, says in (
        ({"name": " "}, "Enter their name"),
        ({"name": "N" * 121}, "120 characters or fewer"),
        ({"username": "n" * 81}, "Enter a name to sign in with"),
        ({"username": "jo field"}, "Enter a name to sign in with"),
        ({"username": "officer"}, "Somebody signs in with that name already"),
    ):
        page = ada.post("/desk/people/new", {**typed, **wrong})
        assert page.status_code == 200 and says in text(page), wrong
        assert "Jo Field" in text(page) or "name" in wrong
    assert not StaffUser.objects.filter(username="jo.field").exists()
    page = ada.post("/desk/people/new", typed, follow=True)
    assert "Which role for Jo Field?" in text(page)
    who, there = person("jo.field")
    assert not who.has_usable_password() and not who.grants.exists()
    assert "Choose a role" in text(ada.get(f"{there}/give?chosen=1"))
    assert "Of which team?" in text(ada.get(f"{there}/give?role=officer&chosen=1"))
    for role, of, says in (
        ("officer", "", "Choose a team"),
        ("supervisor", "", "Choose a team"),
        ("crew", "", "Choose a list"),
        ("councillor", "*", "That is no longer there"),
        ("", "", "Choose a role"),
        ("king", "", "Choose a role"),
        ("councillor", "", "Choose the ward"),
        ("partner", "", "Choose the partner"),
        ("officer", "No such team", "That is no longer there"),
        ("crew", WASTE, "That is no longer there"),
    ):
        page = ada.post(f"{there}/give", {"role": role, "of": of})
        assert page.status_code == 200 and says in text(page), role
    page = ada.post(f"{there}/give", {"role": "officer", "of": WASTE}, follow=True)
    assert "Officer, Waste Services" in text(page) and "Jo Field" in text(ada.get("/desk/people"))
    event = StaffEvent.objects.get(about="jo.field", kind="role given")
    assert event.data == {"role": "officer", "team": WASTE} and event.by == "administrator"


def test_a_role_holds_from_the_next_request_and_until_its_last_day(district: Any) -> None:
    ada, adviser = signed_in("administrator"), signed_in("adviser")
    who, there = person("adviser")
    assert adviser.get("/desk/payments").status_code == 403
    today = timezone.localdate()
    for until, says in (
        ("soon", "Enter a day"),
        (str(today - timedelta(days=2)), "That day is over"),
    ):
        page = ada.post(f"{there}/give", {"role": "officer", "of": WASTE, "until": until})
        assert says in text(page), until
    ada.post(f"{there}/give", {"role": "officer", "of": WASTE, "until": str(today)})
    assert adviser.get("/desk/payments").status_code == 200
    grant = Grant.objects.get(staff=who, role="officer")
    Grant.objects.filter(pk=grant.pk).update(until=timezone.now() - timedelta(seconds=1))
    assert adviser.get("/desk/payments").status_code == 403
    assert "Officer" not in text(ada.get(there)).partition("What was done")[0]
    (first,) = Grant.objects.filter(staff=who, role="adviser")
    page = ada.post(f"{there}/withdraw", {"grant": str(first.pk)}, follow=True)
    assert "they have no role" in text(page) and adviser.get("/desk").status_code == 403
    assert kinds("adviser")[:2] == ["role withdrawn", "role given"]


def test_a_leaver_is_out_at_once_and_comes_back(district: Any) -> None:
    ada, officer = signed_in("administrator"), signed_in("officer")
    _who, there = person("officer")
    assert officer.get("/desk").status_code == 200
    page = text(ada.post(f"{there}/close", follow=True))
    assert "Closed" in page and officer.get("/desk").status_code == 302
    assert "Open" in text(ada.post(f"{there}/open-again", follow=True))
    assert kinds("officer")[:2] == ["account opened again", "account closed"]
    assert signed_in("officer").get("/desk").status_code == 200


def test_nobody_gives_themselves_a_role_or_closes_themselves(district: Any) -> None:
    ada = signed_in("administrator")
    who, there = person("administrator")
    page = text(ada.get(there))
    assert "This is your own account" in page and "Give a role" not in page
    page = ada.post(f"{there}/give", {"role": "supervisor", "of": "*"})
    assert "ask another administrator" in text(page)
    assert "ask another administrator" in text(ada.post(f"{there}/close"))
    assert list(who.grants.values_list("role", flat=True)) == ["administrator"]


def test_the_last_administrator_stays(district: Any) -> None:
    """Whoever stands in for a while cannot leave the council without anybody who manages people for good."""
    stands_in = narrowed("administrator")
    (own,) = Grant.objects.filter(staff__username="one-administrator")
    who, there = person("administrator")
    grant = {"grant": str(who.grants.get().pk)}
    Grant.objects.filter(pk=own.pk).update(until=timezone.now() + timedelta(minutes=5))
    for act, typed in (("withdraw", grant), ("close", {})):
        page = text(stands_in.post(f"{there}/{act}", typed))
        assert "Nobody could manage people any more" in page, act
    Grant.objects.filter(pk=own.pk).update(until=None)
    stands_in.post(f"{there}/withdraw", grant)
    assert not who.grants.exists()


def managers() -> list[str]:
    """Return who manages people for good."""
    grants = Grant.objects.filter(role="administrator", until=None, staff__is_active=True)
    return list(grants.values_list("staff__username", flat=True))


@pytest.mark.parametrize("second", ["command", "screen"])
def test_the_last_administrators_role_does_not_end(district: Any, second: str) -> None:
    """Neither by who stands in for a while, nor by the last two of each other's."""
    stands_in = narrowed("administrator")
    stands_in_for_a_while = Grant.objects.filter(staff__username="one-administrator")
    stands_in_for_a_while.update(until=timezone.now() + timedelta(hours=5))
    who, there = person("administrator")
    who.grants.update(source=second)
    typed = {"role": "administrator", "until": str(timezone.localdate())}
    page = stands_in.post(f"{there}/give", typed)
    assert "Nobody could manage people after that day" in text(page)
    assert str(timezone.localdate()) in text(page) and managers() == ["administrator"]
    stands_in_for_a_while.update(until=None)
    other, of_other = person("one-administrator")
    assert stands_in.post(f"{there}/give", typed).status_code == 302
    page = signed_in("administrator").post(f"{of_other}/give", typed)
    assert "Nobody could manage people after that day" in text(page)
    assert managers() == [other.username]


@pytest.mark.parametrize("acts", [("close", "close"), ("close", "withdraw"), ("withdraw", "withdraw"), ("give", "give"), ("give", "close")])  # fmt: skip
def test_two_who_take_each_other_away_at_once_leave_one(
    open_district: Any, acts: tuple[str, str]
) -> None:
    now = timezone.now()
    for _try in range(6):
        Grant.objects.filter(role="administrator").delete()
        StaffUser.objects.update(is_active=True)
        pair = [StaffUser.objects.get(username=name) for name in ("administrator", "adviser")]
        made = {"role": "administrator", "source": "screen", "made_at": now}
        ids = [Grant.objects.create(staff=one, **made).pk for one in pair]

        def act(n: int, name: str) -> Callable[[], object]:
            by, other = pair[n], pair[1 - n]  # noqa: B023
            if name == "close":
                return partial(actions.close_by, person=other, by=by, now=now)
            if name == "withdraw":
                return partial(actions.withdraw, grant_id=ids[1 - n], by=by, now=now)  # noqa: B023
            grant, until = Held("administrator"), now + timedelta(days=1)
            return partial(actions.give, person=other, grant=grant, until=until, by=by, now=now)

        came = at_once(*(act(n, name) for n, name in enumerate(acts)))
        assert sorted(came) == ["done", "last_administrator"], came
        assert len(managers()) == 1


@pytest.mark.parametrize("source", ["command", "moved", "screen"])
def test_a_role_given_anew_takes_the_place_of_the_same_one(district: Any, source: str) -> None:
    """Else its last day would say nothing, and who takes it away leaves the other."""
    ada, today = signed_in("administrator"), str(timezone.localdate())
    who, there = person("officer")
    who.grants.update(team=WASTE, source=source)
    for team, kind in ((WASTE, "sso"), ("", "screen")):
        Grant.objects.create(staff=who, role="officer", team=team, source=kind, made_at=timezone.now())  # fmt: skip
    ada.post(f"{there}/give", {"role": "officer", "of": WASTE, "until": today})
    grants = who.grants.exclude(source="sso").order_by("team")
    assert [(g.team, g.until is None) for g in grants] == [("", True), (WASTE, False)]
    assert who.grants.filter(source="sso", team=WASTE, until=None).exists()


def test_one_role_given_eight_times_at_once_is_one(open_district: Any) -> None:
    who, ada = person("adviser")[0], person("administrator")[0]
    given = {"person": who, "grant": Held("officer", WASTE), "until": None, "by": ada}
    acts = [partial(actions.give, **given, now=timezone.now())] * 8
    assert at_once(*acts) == ["done"] * 8
    assert who.grants.filter(role="officer").count() == 1


def test_nothing_chosen_is_not_every_team(district: Any) -> None:
    ada = signed_in("administrator")
    who, there = person("adviser")
    for role, first in (("officer", "Choose a team"), ("crew", "Choose a list")):
        page = text(ada.get(f"{there}/give?role={role}&chosen=1"))
        options = re.findall(r"<option value=\"([^\"]*)\"[^>]*>([^<]*)<", page)
        assert options[0] == ("", first) and options[-1][0] == "*", role
        page = ada.post(f"{there}/give", {"role": role, "until": "2099-01-31"})
        assert first in text(page) and "2099-01-31" in text(page)
    assert not who.grants.exclude(role="adviser").exists()
    ada.post(f"{there}/give", {"role": "officer", "of": "*"})
    assert who.grants.get(role="officer").team == ""


def test_people_are_listed_by_the_hundred_and_found_by_name(district: Any) -> None:
    names = [f"Field {n:03}" for n in range(120)]
    StaffUser.objects.bulk_create(
        StaffUser(username=f"field-{n:03}", name=name) for n, name in enumerate(names)
    )
    ada, everybody = signed_in("administrator"), StaffUser.objects.count()
    first, second = (text(ada.get(f"/desk/people?page={n}")) for n in (1, 2))
    shown = [len(re.findall(r"/desk/people/\d+\"", page)) for page in (first, second)]
    assert shown == [100, everybody - 100] and f"{everybody} accounts" in first
    assert "page 1 of 2" in first and 'href="/desk/people?page=2"' in first
    assert "Field 119" in text(ada.get("/desk/people?name=FIELD+119"))
    page = text(ada.get("/desk/people?name=field-11"))
    assert "10 accounts" in page and 'value="field-11"' in page and "Field 009" not in page
    assert 'href="/desk/people?name=field&page=2"' in text(ada.get("/desk/people?name=field"))
    assert "Nobody is called that" in text(ada.get("/desk/people?name=%25"))


def test_what_is_not_narrowed_is_listed_until_it_is(district: Any) -> None:
    ada = signed_in("administrator")
    page = " ".join(text(ada.get("/desk/people/not-narrowed")).split())
    for words in (
        "Officer</a>: Officer, every team",
        "Supervisor</a>: Supervisor, every team",
        "every list",
    ):
        assert words in page
    assert "3 roles hold for every team or list" in text(ada.get("/desk/people"))
    who, there = person("officer")
    ada.post(f"{there}/give", {"role": "officer", "of": WASTE})
    ada.post(f"{there}/withdraw", {"grant": str(who.grants.get(team="").pk)})
    assert "2 roles hold" in text(ada.get("/desk/people"))


def test_a_team_is_known_before_a_service_names_it(district: Any) -> None:
    ada = signed_in("administrator")
    assert "Enter the name" in text(ada.post("/desk/people/teams", {"name": " "}))
    page = text(ada.post("/desk/people/teams", {"name": "Licensing"}, follow=True))
    assert "Licensing" in page and "Waste Services" in page
    for name in ("Licensing", " licensing ", WASTE, "waste  SERVICES"):
        assert "there already" in text(ada.post("/desk/people/teams", {"name": name})), name
    for name, says in (
        ("T" * 81, "80 characters or fewer"),
        ("*", "Enter the name"),
    ):
        page = text(ada.post("/desk/people/teams", {"name": name}))
        assert says in page and f'value="{name}"' in page, name
    assert list(Team.objects.values_list("name", flat=True)) == ["Licensing"]
    _who, there = person("adviser")
    ada.post(f"{there}/give", {"role": "officer", "of": "Licensing"})
    drop = {"do": "drop", "name": "Licensing"}
    assert "take that away first" in text(ada.post("/desk/people/teams", drop))
    Grant.objects.filter(team="Licensing").update(until=timezone.now() - timedelta(days=1))
    assert "Licensing" not in text(ada.post("/desk/people/teams", drop, follow=True))


def test_only_administrators_manage_people(district: Any) -> None:
    for role in ("adviser", "officer", "supervisor", "manager", "designer", "crew"):
        client = signed_in(role)
        _who, there = person("adviser")
        for address in (
            "/desk/people",
            "/desk/people/new",
            there,
            f"{there}/give",
            "/desk/people/teams",
        ):
            assert client.get(address).status_code == 403, (role, address)
        assert client.post(f"{there}/give", {"role": "supervisor"}).status_code == 403
