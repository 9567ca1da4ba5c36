"""The name of a page as it may be told: its address with its slugs, and without what is a person's or a secret."""

import re

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve

PART = re.compile(r"<(?:(\w+):)?(\w+)>")


def page_name(request: HttpRequest) -> str:
    """Return the address of the page that is drawn, such as "/services/missed-bin/…/contact"; "" of none of ours."""
    match = getattr(request, "resolver_match", None)
    return _named(match) if match else ""


def named_by(path: str) -> str:
    """Return the same of an address that somebody wrote, already named so or not; "" of none of ours."""
    try:
        return _named(resolve(path))
    except Resolver404:
        return ""


def _named(match: ResolverMatch) -> str:
    """Return a page's address with its slugs alone."""

    def filled(part: re.Match[str]) -> str:
        return str(match.kwargs.get(part[2], "…")) if part[1] == "slug" else "…"

    return "/" + PART.sub(filled, match.route)
