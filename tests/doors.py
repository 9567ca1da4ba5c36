"""Every address of the site, for tests that walk them all."""

from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

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
    "access_id": "7d6a3f3e-4f0f-4f8e-9d0c-1f2f3a4b5c6d",
    "draft": "7d6a3f3e-4f0f-4f8e-9d0c-1f2f3a4b5c6d",
    "number": "1",
    "choice": "cancel",
    "day": "2026-12-01",
    "format": "xml",
    "kind": "ward",
    "key": "E1",
    "caution": "1",
    "way": "cash",
    "other": "2",
    "merged": "1",
}


# A visitor is called, and from then on the screen covers what is walked after it.
TURNS_THE_SCREEN = "/desk/queue/next"


def addresses() -> list[tuple[str, Any]]:
    """Return every route with its view."""
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


def filled(route: str, values: dict[str, str] = VALUES) -> str:
    """Return a route with something in each of its places."""
    for name, value in values.items():
        for kind in ("slug", "str", "int", "uuid"):
            route = route.replace(f"<{kind}:{name}>", value)
    return route
