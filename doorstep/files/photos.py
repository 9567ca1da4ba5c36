"""Photos as people send them: looked at, re-encoded and so stripped of position and device."""

import re
import secrets
import tempfile
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from PIL import Image

from doorstep.files import child, disk, picture, queue
from doorstep.files.errors import BadFile
from doorstep.files.models import Photo
from doorstep.outside.errors import GiveUp, TryLater

log = structlog.get_logger("doorstep.files")
_NAME = re.compile(r"^[0-9a-f]{32}\.jpg$")
MOST_MEGABYTES, THUMBNAIL = 40, 320
UNSENT = timedelta(hours=6)
REFUSALS = {
    picture.NOT_A_PHOTO: "not_a_photo",
    picture.TOO_MANY_PIXELS: "photo_pixels",
    picture.TOO_MUCH: "photo_too_much",
    picture.NOT_KEPT: "photo_not_kept",
}


def folder() -> Path:
    """Return where photos are kept; never served as files."""
    return Path(settings.DATA) / "photos"


def take(file: Any, *, now: datetime) -> str:
    """Keep a photo as a fresh JPEG of at most 1,600 pixels a side and return its name; raises BadFile.

    It is read by a process of its own (`child`). Its thumbnail is made by the queue.
    """
    if (file.size or 0) > MOST_MEGABYTES * 1024 * 1024:
        raise BadFile("photo_too_large")
    name = f"{secrets.token_hex(16)}.jpg"
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile() as source, disk.whole(folder() / name) as target:
            for chunk in file.chunks():
                source.write(chunk)
            source.seek(0)
            read(source, target)
    except OSError as exc:  # the disk is full, or refuses; the form keeps everything else
        log.error("photo_not_kept", error=type(exc).__name__, number=exc.errno)
        raise BadFile("photo_not_kept") from exc
    Photo.objects.create(name=name, taken_at=now)
    queue.make_thumbnail.defer(name=name)
    return name


def read(source: IO[bytes], target: IO[bytes]) -> None:
    """Have a picture read into a file; raises BadFile, OSError."""
    try:
        code = child.read(source, target, places=Path(settings.DATA) / "photo-places")
    except child.Busy as exc:
        raise BadFile("photo_busy") from exc
    if code != picture.DONE:
        refusal = REFUSALS.get(code, "photo_broken")
        log.warning("photo_refused", code=code, refusal=refusal)
        raise BadFile(refusal)


def make_thumbnail(name: str) -> None:
    """Make the small picture that pages show; the photo may be gone by now. Raises TryLater, GiveUp."""
    path = path_of(name)
    if path is None:
        return
    try:
        with Image.open(path, formats=("JPEG",)) as image, disk.whole(_small(name)) as file:
            image.thumbnail((THUMBNAIL, THUMBNAIL))
            written = BytesIO()
            image.save(written, "JPEG", quality=85)
            # Not straight into the file: the library takes half a write for a whole one.
            file.write(written.getvalue())
    except OSError as exc:
        if exc.errno is None:  # the library's own, of a picture
            raise GiveUp("a photo that was kept cannot be read") from exc
        raise TryLater("the disk refuses a thumbnail") from exc


def keep(names: Iterable[str]) -> None:
    """Mark photos as held by a case or a crew's record; others are swept away within hours."""
    kept_names = [n for n in names if n]
    if kept_names:
        Photo.objects.filter(name__in=kept_names).update(kept=True)


def kept_of(names: Iterable[str]) -> set[str]:
    """Return which of some photos a case or a crew's record holds already: nobody else's form takes them along."""
    wanted = [n for n in names if n]
    if not wanted:
        return set()
    return set(Photo.objects.filter(name__in=wanted, kept=True).values_list("name", flat=True))


def sweep(*, unfinished: Collection[str], now: datetime) -> None:
    """Delete photos that hours after they were taken nothing names, and what a process that died left behind.

    `unfinished` are the names that forms which are not sent yet still hold.
    """
    old = Photo.objects.filter(kept=False, taken_at__lt=now - UNSENT)
    for name in old.exclude(name__in=unfinished).values_list("name", flat=True):
        remove(name)
    disk.sweep(folder(), lambda path: path.name.replace(".small.jpg", ".jpg"), _known)


def _known(names: Collection[str]) -> set[str]:
    return set(Photo.objects.filter(name__in=names).values_list("name", flat=True))


def _small(name: str) -> Path:
    return folder() / f"{name.removesuffix('.jpg')}.small.jpg"


def path_of(name: str, *, small: bool = False) -> Path | None:
    """Return where a kept photo lies, or nothing when there is none of this name.

    `small` gives the thumbnail, and the photo itself until the queue has made one.
    """
    if not _NAME.match(name):
        return None
    path = _small(name) if small and _small(name).exists() else folder() / name
    return path if path.exists() else None


def remove(name: str) -> None:
    """Delete a kept photo and its thumbnail."""
    if _NAME.match(name):
        (folder() / name).unlink(missing_ok=True)
        _small(name).unlink(missing_ok=True)
        Photo.objects.filter(name=name).delete()
