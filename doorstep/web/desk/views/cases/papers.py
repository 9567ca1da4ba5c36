"""The files of a case that are no photos: saved by who may see the case whole, and the small pictures of them."""

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from doorstep.cases.models import Case
from doorstep.cases.parts import Part
from doorstep.cases.values import files_of
from doorstep.catalogue import queries as catalogue
from doorstep.files import papers
from doorstep.web.kit import uploads
from doorstep.web.kit.access import needs
from doorstep.web.kit.opening import looked, seen_case


def _holds(found: Case | Part, name: str) -> bool:
    """Say whether a case that is seen whole holds a file; who sees a part of it reads what its files are called."""
    if isinstance(found, Part):
        return False
    return name in files_of(catalogue.service(found.version_id), found.answers)


@needs("desk.see")
@require_GET
def paper(request: HttpRequest, reference: str, name: str) -> HttpResponseBase:
    """Give a file of a case to staff, to be saved; the look is written down. While it is shut there is none."""
    found: Any = seen_case(request, reference)
    path = papers.path_of(name) if _holds(found, name) else None
    if path is None:
        raise Http404
    looked(request, "file", name)
    return uploads.hand_out(path, papers.of([name])[name].file_name)


@needs("desk.see")
@require_GET
def preview(request: HttpRequest, reference: str, name: str) -> HttpResponseBase:
    """Show the small picture of a file, which is ours; the look is written down."""
    found: Any = seen_case(request, reference)
    path = papers.preview_of(name) if _holds(found, name) else None
    if path is None:
        raise Http404
    looked(request, "file", name)
    return uploads.give(path)
