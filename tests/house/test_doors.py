"""Every address times every role: nobody comes further than their permission."""

from typing import Any

import pytest
from django.test import Client

from doorstep.cases.models import Draft
from doorstep.cases.owners import Owner
from doorstep.staff.models import StaffUser
from doorstep.staff.permissions import ROLES, SCOPES
from doorstep.web.kit import visitor
from tests.doors import TURNS_THE_SCREEN, VALUES, addresses, filled
from tests.size import LONG, in_turn


def test_every_view_says_who_may_come_in() -> None:
    unmarked = [route for route, view in addresses() if not hasattr(view, "permission")]
    assert unmarked == []


def walked(role: str) -> list[tuple[str, Any]]:
    """Return the addresses that a role tries: all, or those where it is its turn.

    Nobody tries each address, and so do one role that may come in and one that may not.
    """
    found = addresses()
    if LONG or not role:
        return found
    turns = []
    for route, view in found:
        may = [r for r in ROLES if view.permission in ROLES[r]]
        sides = (may, [r for r in ROLES if r not in may]) if view.permission else (list(ROLES),)
        if any(side and in_turn(route, side) == role for side in sides):
            turns.append((route, view))
    return turns


def test_each_address_is_tried_by_who_may_come_in_and_who_may_not() -> None:
    tried = {role: {route for route, _ in walked(role)} for role in ROLES}
    for route, view in addresses():
        roles = {role for role, routes in tried.items() if route in routes}
        may = {role for role in ROLES if view.permission in ROLES[role]}
        assert roles, route
        if view.permission:
            assert bool(roles & may) == bool(may), route
            assert bool(roles - may) == bool(set(ROLES) - may), route
    assert all(tried.values())


@pytest.mark.parametrize("role", ["", *ROLES])
def test_no_role_comes_further_than_its_permission(district: Any, role: str) -> None:
    client = Client()
    if role:
        client.force_login(
            StaffUser.objects.get(username=role), "django.contrib.auth.backends.ModelBackend"
        )
    may = ROLES[role] if role else set()
    # Last, what covers the others, for whom it lets in.
    for route, view in sorted(
        walked(role), key=lambda one: bool(role) and one[0] == TURNS_THE_SCREEN
    ):
        for send in (client.get, client.post):
            status = send(filled(route)).status_code
            if view.permission and view.permission not in may:
                assert status in (302, 403), (route, status)
                assert (status == 403) == (bool(role) or send == client.post), (route, status)
            assert status < 500, (route, status)
        if route == "/desk/sign-out" and role:
            client.force_login(
                StaffUser.objects.get(username=role), "django.contrib.auth.backends.ModelBackend"
            )


def test_a_made_up_cookie_opens_nobodys_form(district: Any) -> None:
    """Every seat of the staff, with a form for a caller under way, against every public address and forged cookies.

    Any two of the three meet; all three in `make test-long`.
    """
    public = [
        route
        for route, view in addresses()
        if view.permission == "" and route.startswith(("/services", "/forget"))
    ]
    for number, who in enumerate(StaffUser.objects.order_by("id")):
        owner = Owner("staff", str(who.pk))
        draft = district.draft(number % 8, owner=owner, email="caller@resident.example")
        here = VALUES | {"draft": str(draft.pk)}
        values = (f"staff:{who.pk}", f"crew:{who.pk}", str(who.pk), who.username, owner.key)
        for nth, value in enumerate(values):
            forger = Client()
            for name in (visitor.cookie(), visitor.BROWSER, visitor.FORMER):
                forger.cookies[name] = value
            turn = (number + nth) % len(values)
            for route in public if LONG else public[turn :: len(values)]:
                for send in (forger.get, forger.post):
                    page = send(filled(route, here))
                    assert b"caller@" not in page.content, (route, value)
        kept = Draft.objects.get(pk=draft.pk)
        assert (kept.owner_kind, kept.owner_key) == ("staff", str(who.pk))
        assert kept.answers == draft.answers and kept.left_by == []


def test_every_operation_of_the_api_says_who_may_use_it(district: Any) -> None:
    from doorstep.web.api.access import Anyone, Bearer
    from doorstep.web.api.urls import api

    cookie = Client()
    who = StaffUser.objects.get(username="administrator")
    cookie.force_login(who, "django.contrib.auth.backends.ModelBackend")
    found = api.get_openapi_schema()["paths"]
    by_id = {
        op.operation_id: op
        for r in api._get_bound_routers()
        for p in r.path_operations.values()
        for op in p.operations
    }
    assert len(by_id) == sum(len(methods) for methods in found.values()) > 5
    for path, methods in found.items():
        for method, described in methods.items():
            (gate,) = by_id[described["operationId"]].auth_callbacks
            assert isinstance(gate, Anyone) or gate.scope in SCOPES, path
            assert ("security" in described) == isinstance(gate, Bearer), path
            address = path.replace("{slug}", "missed-bin").replace("{uprn}", "1001")
            address = address.replace("{reference}", "MB-2222-2222")
            status = cookie.generic(method.upper(), address).status_code
            assert (status == 401) == isinstance(gate, Bearer), (path, status)
