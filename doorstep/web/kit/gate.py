"""The one gate for what requests bring: path, query and form fields are clean before any view reads them.

JSON bodies come through `web/api/reading.py`; files through what reads them.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from doorstep.text import copied
from doorstep.text.clean import clean
from doorstep.web.kit import programs

# Stands for a text in an address of which nothing is left: a filter that nobody can read finds nothing, not everything.
NOTHING_LEFT = "\ufffd"
# Held against a hash of what was typed when it was set.
AS_TYPED = frozenset({"password"})


class Gate:
    """Makes clean what comes with a request; a body is read only when a view asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request whose path, query and fields are clean."""
        of: Any = request
        # No address of ours ends in what mail programs leave behind a link. It is asked for anew as it should be, and never
        # answered as it is: what a proxy in front judges by its path is what we answer.
        tidy = copied.link(clean(of.path_info))
        if tidy != of.path_info:
            return _at(tidy, request)
        of.GET = _clean(of.GET, left=NOTHING_LEFT)
        load = of._load_post_and_files

        def load_clean() -> None:
            load()
            of._post = _clean(of._post)

        # POST is read by this alone, in every kind of request.
        of._load_post_and_files = load_clean
        return self.get_response(request)


def _at(path: str, request: HttpRequest) -> HttpResponse:
    """Lead to an address of ours as it is written rightly; what was sent to a wrong one is not found."""
    if programs.asks(path):
        return programs.fault(404, "nowhere")
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(
            "There is nothing at this address.", status=404, content_type="text/plain"
        )
    there = "/" + quote(path.lstrip("/\\"))  # never another host's
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(
        f"{there}?{quote(query, safe='=&%+~-._:;,/!$()*')}" if query else there
    )


def _clean(fields: QueryDict, left: str = "") -> QueryDict:
    """Return the fields with each name and value clean; the same object where nothing was to be done.

    A text of which nothing is left becomes `left`.
    """
    if all(clean(text) == text for name, texts in fields.lists() for text in (name, *texts)):
        return fields
    tidy = QueryDict(mutable=True, encoding=fields.encoding)
    for name, texts in fields.lists():
        tidy.setlistdefault(clean(name), []).extend(
            texts if name in AS_TYPED else [clean(text) or text and left for text in texts]
        )
    tidy._mutable = False
    return tidy
