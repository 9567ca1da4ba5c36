"""People on the desk: who may what is given, taken away and narrowed by administrators, and bites on the next request."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from doorstep.staff.models import Grant, StaffEvent, StaffUser
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
    page = ada.post(f"{there}/give", {"role": "supervisor"})
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
    assert "there already" in text(ada.post("/desk/people/teams", {"name": "Licensing"}))
    _who, there = person("adviser")
    ada.post(f"{there}/give", {"role": "officer", "of": "Licensing"})
    drop = {"do": "drop", "name": "Licensing"}
    assert "take that away first" in text(ada.post("/desk/people/teams", drop))
    Grant.objects.filter(team="Licensing").delete()
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
