"""Every address times every role: nobody comes further than their permission."""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from doorstep.staff.models import StaffUser
from doorstep.staff.permissions import ROLES

VALUES = {
    "slug": "missed-bin",
    "page": "bin",
    "reference": "MB-2222-2222",
    "token": "x",
    "role": "officer",
    "code": "REF-1",
    "job": "1",
    "usrn": "1",
    "uprn": "1001",
    "outcome": "1",
    "name": "0.jpg",
    "access": "7d6a3f3e-4f0f-4f8e-9d0c-1f2f3a4b5c6d",
    "number": "1",
}


def addresses() -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []

    def walk(patterns: list[Any], prefix: str) -> None:
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, route)
            elif isinstance(entry, URLPattern):
                found.append((route, entry.callback))

    walk(get_resolver().url_patterns, "/")
    return found


def filled(route: str) -> str:
    for name, value in VALUES.items():
        for kind in ("slug", "str", "int", "uuid"):
            route = route.replace(f"<{kind}:{name}>", value)
    return route


def test_every_view_says_who_may_come_in() -> None:
    unmarked = [route for route, view in addresses() if not hasattr(view, "permission")]
    assert unmarked == []


@pytest.mark.parametrize("role", ["", *ROLES])
def test_no_role_comes_further_than_its_permission(district: Any, role: str) -> None:
    client = Client()
    if role:
        client.force_login(
            StaffUser.objects.get(username=role), "django.contrib.auth.backends.ModelBackend"
        )
    may = ROLES[role] if role else set()
    for route, view in addresses():
        for send in (client.get, client.post):
            status = send(filled(route)).status_code
            if view.permission and view.permission not in may:
                assert status in (302, 403), (route, status)
                assert (status == 403) == bool(role), (route, status)
            assert status < 500, (route, status)
        if route == "/desk/sign-out" and role:
            client.force_login(
                StaffUser.objects.get(username=role), "django.contrib.auth.backends.ModelBackend"
            )
