"""Photos as they come in by a page: counted by person and by what they are for, then taken."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest

from doorstep.files import photos
from doorstep.files.errors import BadFile
from doorstep.web.kit import limits

# An address may be a whole mobile network's, a form is one person's.
OF_AN_ADDRESS, OF_A_FORM, HOURS = 100, 30, 6


def take(request: HttpRequest, file: Any, *, of: str, now: datetime, whose: str = "") -> str:
    """Keep a photo that somebody sent `of` a draft or a case, and return its name; raises BadFile.

    It is counted by the address it comes from; `whose` instead, such as an account: an office has one address.
    """
    counts = (
        limits.count([whose or limits.person(request, "photo")], OF_AN_ADDRESS, 3600),
        limits.count([f"photo:{of}"], OF_A_FORM, HOURS * 3600),
    )
    for standing in counts:
        if standing.is_over:
            raise BadFile("photos_too_often", again=now + timedelta(seconds=standing.wait))
    return photos.take(file, now=now)


def give(path: Path) -> FileResponse:
    """Give a photo to somebody who may see it; no browser keeps it: the next person at this computer is another."""
    answer = FileResponse(path.open("rb"), content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer
