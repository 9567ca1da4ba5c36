"""Who may see which case: one function and its twin for lists say the same, and hold what the table promises."""

import random
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from doorstep.cases import permits, queries, sharing
from doorstep.cases.models import Case, Draft, Shared
from doorstep.catalogue import queries as catalogue
from doorstep.places.models import Ward
from doorstep.staff.permissions import OF_CASES, ROLES
from doorstep.staff.who import Browser, Held, Program, Staff, System, Who
from tests.publishing import publish_library
from tests.size import LONG

WASTE, STREETS = "Waste Services", "Street Environment"
WARDS, KEYS = ("E1", "E2"), ("REF-1", "REF-2", "county", "parish")
# Of cases and of people together at least so many pairs are compared.
CASES, PEOPLE = 120, 90


def some_cases(district: Any, dice: random.Random) -> list[Case]:
    """Return cases of two teams and no team, in two wards and none, restricted or not, shared with some or nobody."""
    publish_library("litter-bin", now=district.now)
    Ward.objects.create(code="E2", name="Other")
    first = district.case(0)
    drafts, made = [], []
    for number in range(CASES):
        draft = Draft.objects.get(pk=first.draft_id)
        draft.pk = uuid4()
        draft.owner_key = draft.pk.hex
        case = Case.objects.get(pk=first.pk)
        case.pk, case.draft_id, case.unique_key = None, draft.pk, None
        case.reference = f"MB-{number}"
        case.slug = dice.choice(["missed-bin", "litter-bin", "of-no-service"])
        case.ward_id, case.restricted = dice.choice([None, *WARDS]), dice.random() < 0.3
        drafts.append(draft)
        made.append(case)
    Draft.objects.bulk_create(drafts)
    Case.objects.bulk_create(made)
    return list(Case.objects.filter(reference__in=[c.reference for c in made]))


def share_some(cases: list[Case], now: datetime, dice: random.Random) -> None:
    ends = [None, now - timedelta(seconds=1), now, now + timedelta(days=1)]
    rows = {
        (case.pk, dice.choice(["round", "sent"]), dice.choice(KEYS)): dice.choice(ends)
        for case in cases
        for _ in range(dice.choice([0, 0, 1, 3]))
    }
    Shared.objects.bulk_create(
        Shared(case_id=case, kind=kind, key=key, until=until)
        for (case, kind, key), until in rows.items()
    )


def somebody(dice: random.Random) -> Who:
    kind = dice.random()
    if kind < 0.05:
        return Program(
            frozenset(), frozenset(dice.sample(["missed-bin", "litter-bin"], dice.choice([0, 1])))
        )
    if kind < 0.1:
        return Browser(frozenset(f"MB-{dice.randrange(CASES)}" for _ in range(3)))
    if kind < 0.12:
        return System()
    grants = [
        Held(
            dice.choice(list(ROLES)),
            team=dice.choice(["", WASTE, STREETS, "No such team"]),
            ward=dice.choice(["", *WARDS]),
            key=dice.choice(["", *KEYS]),
        )
        for _ in range(dice.choice([0, 1, 1, 2, 3]))
    ]
    return Staff(1, tuple(grants))


def test_one_function_and_its_twin_say_the_same(district: Any) -> None:
    dice, now = random.Random(23), district.now
    cases = some_cases(district, dice)
    share_some(cases, now, dice)
    cases = list(Case.objects.filter(pk__in=[c.pk for c in cases]).prefetch_related(None))
    pairs, open_to = 0, 0
    crew = [held("crew", key=key) for key in ("", "REF-1")]
    for number in range(PEOPLE * (10 if LONG else 1)):
        who = crew[number] if number < len(crew) else somebody(dice)
        permission = (
            "crew.work"
            if number < len(crew)
            else dice.choice(["desk.see", "crew.work", *sorted(OF_CASES)])
        )
        listed = set(permits.visible_to(who, now, permission).values_list("pk", flat=True))
        for case in cases:
            may = permits.may_open(who, case, now, permission) is not None
            assert may == (case.pk in listed), (number, who, permission, case.reference)
            open_to += may
        pairs += len(cases)
    assert pairs >= 10_000 and 0.1 < open_to / pairs < 0.9


def test_the_condition_leads_through_other_tables_alike(district: Any) -> None:
    dice, now = random.Random(24), district.now
    cases = some_cases(district, dice)
    for who in (somebody(dice) for _ in range(40)):
        through = Draft.objects.filter(permits.visible(who, now, at="case__"), case__isnull=False)
        direct = permits.visible_to(who, now).values_list("draft_id", flat=True)
        assert set(through.values_list("pk", flat=True)) == set(direct), who
    assert cases


def held(role: str, **of: str) -> Staff:
    return Staff(1, (Held(role, **of),))


# Somebody; of an unrestricted case of Waste Services, in the ward E1: may they see it, and how much; and decide it?
SEATS: list[tuple[Staff, str | None, bool]] = [
    (Staff(1), None, False),
    (held("adviser"), "whole", False),
    (held("officer", team=WASTE), "whole", True),
    (held("officer", team=STREETS), "whole", False),
    (held("supervisor", team=WASTE), "whole", True),
    (held("supervisor", team=STREETS), "whole", False),
    (held("crew"), None, False),
    (held("councillor", ward="E1"), "status", False),
    (held("councillor", ward="E2"), None, False),
    (held("partner", key="county"), None, False),
    (held("designer"), None, False),
    (held("manager"), "status", False),
    (held("administrator"), None, False),
]


@pytest.mark.parametrize(("who", "how", "decides"), SEATS)
def test_each_seat_sees_what_the_table_says(
    district: Any, who: Staff, how: str | None, decides: bool
) -> None:
    case, now = district.case(0), district.now
    case.ward_id = "E1"
    permit = permits.may_open(who, case, now)
    assert (permit.how if permit else None) == how
    assert (permits.may_open(who, case, now, "desk.decide") is not None) == decides


def test_a_restricted_case_is_open_to_supervisors_of_its_team_alone(district: Any) -> None:
    case, now = district.case(0), district.now
    case.restricted, case.ward_id = True, "E1"
    sharing.share(case=case, kind="sent", key="county")
    open_to = [who for who, _, _ in SEATS if permits.may_open(who, case, now)]
    assert open_to == [held("supervisor", team=WASTE)]
    assert permits.may_open(held("partner", key="county"), case, now) is None
    for token in (Program(frozenset()), Program(frozenset(), frozenset({"missed-bin"}))):
        assert permits.may_open(token, case, now) is None
    # Who asked for it, and the crew that has work of it, are not kept out.
    assert permits.may_open(Browser(frozenset({case.reference})), case, now)
    assert permits.may_open(held("crew", key="REF-1"), case, now, "crew.work")


def test_a_crew_sees_the_work_on_its_own_list_and_no_contact(district: Any) -> None:
    case, now = district.case(0), district.now
    permit = permits.may_open(held("crew", key="REF-1"), case, now, "crew.work")
    assert permit == permits.Permit("round", "work")
    assert permits.may_open(held("crew", key="REF-2"), case, now, "crew.work") is None
    sharing.end(case_id=case.pk, kind="round", until=now)
    again = Case.objects.get(pk=case.pk)
    assert permits.may_open(held("crew", key="REF-1"), again, now, "crew.work") is None


def test_a_partner_sees_what_was_sent_to_it_until_its_end(district: Any) -> None:
    case, now = district.case(0), district.now
    sharing.share(case=case, kind="sent", key="county")
    for key, sees in (("county", True), ("parish", False)):
        assert bool(permits.may_open(held("partner", key=key), case, now)) == sees
    sharing.end(case_id=case.pk, kind="sent", key="county", until=now + timedelta(days=1))
    sharing.end(case_id=case.pk, kind="sent", key="county", until=now + timedelta(days=9))
    for days, sees in ((0, True), (1, False)):
        again = Case.objects.get(pk=case.pk)
        at = now + timedelta(days=days)
        who = held("partner", key="county")
        assert bool(permits.may_open(who, again, at)) == sees
        assert permits.visible_to(who, at).filter(pk=case.pk).exists() == sees
    sharing.share(case=case, kind="sent", key="county")
    assert permits.may_open(held("partner", key="county"), Case.objects.get(pk=case.pk), at)


def test_who_may_open_a_case_is_told_without_asking_the_database(
    district: Any, django_assert_num_queries: Any
) -> None:
    case, now = district.case(0), district.now
    sharing.share(case=case, kind="sent", key="county")
    seats = [
        held("crew", key="REF-1"),
        held("partner", key="county"),
        held("supervisor", team=WASTE),
    ]
    found = queries.by_reference(case.reference)
    assert found is not None and catalogue.teams()
    with django_assert_num_queries(
        1
    ):  # the teams of services: kept a second, but inside a transaction
        for who, permission in product(seats, ("desk.see", "crew.work")):
            may = permits.may_open(who, found, now, permission)
            assert bool(may) == (permission in ROLES[who.grants[0].role])


def test_grants_of_two_roles_do_not_lend_each_other_their_scope(district: Any) -> None:
    """An officer of one team who supervises another has the restricted cases of the second, and decides both."""
    case, now = district.case(0), district.now
    case.restricted = True
    both = Staff(1, (Held("officer", team=WASTE), Held("supervisor", team=STREETS)))
    assert permits.may_open(both, case, now) is None
    case.restricted = False
    assert permits.may_open(both, case, now, "desk.decide")


def test_every_permission_is_held_by_somebody_and_every_scope_is_known() -> None:
    scopes = {scope for role in ROLES.values() for scope in role.values()}
    assert scopes == {"any", "team", "ward", "round", "sent"}
    for permission, role in product(OF_CASES, ROLES):
        scope = ROLES[role].get(permission)
        assert scope is None or scope in scopes
    assert set().union(*ROLES.values()) >= OF_CASES


def test_the_team_of_a_service_is_that_of_its_latest_version(district: Any) -> None:
    assert catalogue.teams()["missed-bin"] == WASTE
    assert catalogue.of_team(WASTE) == ["missed-bin"]
