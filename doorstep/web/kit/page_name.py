"""The name of a page as it may be told: its address with its slugs, and without what is a person's or a secret."""

import re

from django.http import HttpRequest

PART = re.compile(r"<(?:(\w+):)?(\w+)>")


def page_name(request: HttpRequest) -> str:
    """Return the address of the page that is drawn, such as "/services/missed-bin/…/contact"; "" of none of ours."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return ""

    def filled(part: re.Match[str]) -> str:
        return str(match.kwargs.get(part[2], "…")) if part[1] == "slug" else "…"

    return "/" + PART.sub(filled, match.route)
