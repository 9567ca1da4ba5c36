"""Photos and papers as they come in by a page: counted by person and by what they are for, then taken; and given out again."""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest

from doorstep.files import papers, photos
from doorstep.files.errors import BadFile
from doorstep.web.kit import limits

# An address may be a whole mobile network's, a form is one person's.
OF_AN_ADDRESS, OF_A_FORM, HOURS = 100, 30, 6


def take(request: HttpRequest, file: Any, *, of: str, now: datetime, whose: str = "") -> str:
    """Keep a photo that somebody sent `of` a draft or a case, and return its name; raises BadFile.

    It is counted by the address it comes from; `whose` instead, such as an account: an office has one address.
    """
    _count(request, of=of, now=now, whose=whose, code="photos_too_often")
    return photos.take(file, now=now)


def take_paper(
    request: HttpRequest, file: Any, *, types: Collection[str], of: str, now: datetime
) -> str:
    """Keep a file of one of some types that somebody sent `of` a draft, and return its name; counted as a photo is. Raises BadFile."""
    _count(request, of=of, now=now, whose="", code="files_too_often")
    return papers.take(file, types=types, now=now)


def _count(request: HttpRequest, *, of: str, now: datetime, whose: str, code: str) -> None:
    counts = (
        limits.count([whose or limits.person(request, "photo")], OF_AN_ADDRESS, 3600),
        limits.count([f"photo:{of}"], OF_A_FORM, HOURS * 3600),
    )
    for standing in counts:
        if standing.is_over:
            raise BadFile(code, again=now + timedelta(seconds=standing.wait))


def give(path: Path) -> FileResponse:
    """Give a photo to somebody who may see it; no browser keeps it: the next person at this computer is another."""
    answer = FileResponse(path.open("rb"), content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer


def hand_out(path: Path, file_name: str) -> FileResponse:
    """Give a paper to somebody who may see it, to be saved: no browser opens it as a page of ours, whatever is in it."""
    answer = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=file_name,
        content_type="application/octet-stream",
    )
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
