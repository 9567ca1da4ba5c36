"""Whose account it is that somebody comes to by the council's own sign-in, and what it may do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.sign_in import Given, SignIn
from doorstep.outside.identity import Person
from doorstep.staff import joining
from doorstep.staff.models import Grant, Identity, StaffEvent, StaffUser
from tests.at_once import at_once

# What is given holds by the real clock.
NOW = datetime.now(UTC)
ISSUER = "https://login.example/tenant/v2.0"
TABLE = SignIn(
    roles={
        "App.Officer": Given(role="officer"),
        "App.Waste": Given(role="officer", team="Waste Services"),
        "App.Adviser": Given(role="adviser"),
    },
    groups={"g-1": Given(role="manager")},
)


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    """A council with a table of app roles and groups."""
    read = council._council
    own = {"sign_in": TABLE}
    monkeypatch.setattr(council, "_council", lambda *of: read(*of).model_copy(update=own))


def person(key: str = "k-1", *roles: str, **more: Any) -> Person:
    about: dict[str, Any] = {"username": "Ann.O’Smith@council.example", "name": "Ann Smith"}
    return Person(ISSUER, key, roles=frozenset(roles), **{**about, **more})


def arrive(of: Person, now: datetime = NOW) -> StaffUser:
    return joining.arrive(person=of, now=now)


@pytest.mark.django_db
def test_the_same_key_of_another_issuer_is_another_person() -> None:
    mine = arrive(person("k-1", "App.Officer"))
    theirs = Person("https://other.example", "k-1", "ann@x", "Ann", frozenset({"App.Officer"}))
    assert arrive(theirs).pk != mine.pk
    assert arrive(person("k-1", "App.Officer", username="other@x", name="Else")).pk == mine.pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("called", "username"),
    [
        ("Ann.O’Smith@council.example", "ann.o-smith"),
        ("live.com#x@y", "live.com-x"),
        ("", "colleague"),
        ("@@", "colleague"),
        ("Ж" * 80, "colleague"),
        ("a" * 300, "a" * 70),
    ],
)
def test_an_account_is_named_after_what_somebody_is_called_there(
    called: str, username: str
) -> None:
    for n, name in enumerate((username, f"{username}-2", f"{username}-3")):
        assert arrive(person(f"k-{n}", "App.Officer", username=called)).username == name


@pytest.mark.django_db
def test_a_name_that_changes_there_changes_here_and_the_account_keeps_its_own() -> None:
    arrive(person("k-1", "App.Officer"))
    later = arrive(person("k-1", "App.Officer", name="Ann Jones", username="ann.jones@x"))
    assert (later.name, later.username) == ("Ann Jones", "ann.o-smith")
    assert arrive(person("k-1", "App.Officer", name="")).name == "Ann Jones"


@pytest.mark.django_db
def test_the_table_is_read_by_app_role_and_by_group_only_where_no_app_role_gives_anything() -> None:
    both = person("k-1", "App.Officer", "App.Adviser", "App.Unknown", groups=frozenset({"g-1"}))
    user = arrive(both)
    assert user.may("desk.decide") and not user.may("payments.export")
    user = arrive(person("k-1", "App.Unknown", groups=frozenset({"g-1", "g-2"})))
    assert user.may("payments.export") and not user.may("desk.decide")
    # The name of a group is no app role, nor the other way about.
    for nobody in (person("k-1", "g-1"), person("k-1", groups=frozenset({"App.Officer"}))):
        with pytest.raises(Refused, match="no_role_here"):
            arrive(nobody)


@pytest.mark.django_db
def test_what_is_refused_takes_what_was_given_before_and_is_written_down() -> None:
    user = arrive(person("k-1", "App.Officer"))
    with pytest.raises(Refused, match="too_many_groups"):
        arrive(person("k-1", overage=True))
    assert not StaffUser.objects.get(pk=user.pk).may("desk.open")
    last = StaffEvent.objects.order_by("id").last()
    assert last is not None and (last.kind, last.about) == ("sign-in failed", "ann.o-smith")
    assert last.data == {"how": "sso", "why": "too_many_groups"}
    # With an app role the number of groups is nothing to us.
    assert arrive(person("k-1", "App.Officer", overage=True)).may("desk.decide")


@pytest.mark.django_db
def test_nothing_changes_for_who_comes_again_but_when() -> None:
    arrive(person("k-1", "App.Officer"))
    before = StaffEvent.objects.count()
    arrive(person("k-1", "App.Officer"), NOW + timedelta(days=3))
    assert StaffEvent.objects.count() == before
    identity = Identity.objects.get()
    assert (identity.made_at, identity.last_at) == (NOW, NOW + timedelta(days=3))


@pytest.mark.django_db
def test_what_is_given_is_of_a_team_and_holds_for_ten_hours() -> None:
    user = arrive(person("k-1", "App.Waste", "App.Adviser"))
    rows = user.grants.order_by("role").values_list("role", "team", "source", "until")
    until = NOW + timedelta(hours=10)
    assert list(rows) == [
        ("adviser", "", "sso", until),
        ("officer", "Waste Services", "sso", until),
    ]
    event = StaffEvent.objects.get(kind="roles changed")
    assert event.data == {"roles": ["adviser", "officer Waste Services"], "roles_before": []}


@pytest.mark.django_db
def test_what_was_given_lapses_by_itself_and_what_was_given_here_stays() -> None:
    now = timezone.now()
    user = arrive(person("k-1", "App.Officer"), now - timedelta(hours=9, minutes=59))
    assert StaffUser.objects.get(pk=user.pk).may("desk.decide")
    user.grants.create(role="manager", source="screen", made_at=now)
    Grant.objects.filter(source="sso").update(until=now - timedelta(seconds=1))
    later = StaffUser.objects.get(pk=user.pk)
    assert not later.may("desk.decide") and later.may("payments.export")
    # A role of ours is no way in where the council's sign-in gives none.
    with pytest.raises(Refused, match="no_role_here"):
        arrive(person("k-1"))
    assert StaffUser.objects.get(pk=user.pk).role_names == ["manager"]


@pytest.mark.django_db
def test_a_closed_account_stays_as_it_was() -> None:
    user = arrive(person("k-1", "App.Officer"))
    StaffUser.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(Refused, match="account_closed"):
        arrive(person("k-1", "App.Adviser", name="Else"))
    user.refresh_from_db()
    assert user.name == "Ann Smith" and not user.is_active


@pytest.mark.django_db(transaction=True)
def test_who_comes_twice_at_once_for_the_first_time_has_one_account() -> None:
    acts = [lambda n=n: arrive(person(f"k-{n % 2}", "App.Officer")) for n in range(8)]
    assert at_once(*acts) == ["done"] * 8
    assert Identity.objects.count() == StaffUser.objects.count() == 2
    assert set(StaffUser.objects.values_list("username", flat=True)) == {
        "ann.o-smith",
        "ann.o-smith-2",
    }


@pytest.mark.django_db(transaction=True)
def test_who_comes_again_twice_at_once_has_what_one_of_them_brought() -> None:
    user = arrive(person("k-1", "App.Officer"))
    roles = ("App.Officer", "App.Adviser", "App.Waste")
    acts = [lambda n=n: arrive(person("k-1", roles[n % 3])) for n in range(9)]
    assert at_once(*acts) == ["done"] * 9
    assert user.grants.count() == 1


def test_a_role_that_there_is_not_is_said_before_anything_is_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert joining.problems() == []
    read = council._council
    roles = {"App.Chief": Given(role="chief"), "App.Ward": Given(role="councillor")}
    wrong = SignIn(roles=roles, groups={"g-9": Given(role="")})
    own = {"sign_in": wrong}
    monkeypatch.setattr(council, "_council", lambda *of: read(*of).model_copy(update=own))
    with pytest.raises(CommandError, match="App.Chief: `chief` is no role"):
        call_command("check")
    said = joining.problems()
    assert [problem.partition("council.yaml: ")[2] for problem in said] == [
        "sign_in.roles.App.Chief: `chief` is no role",
        "sign_in.roles.App.Ward: `councillor` wants a `ward`",
        "sign_in.groups.g-9: `` is no role",
    ]
