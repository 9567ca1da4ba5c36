"""Photos as people send them: looked at, re-encoded and so stripped of position and device."""

import re
import secrets
import time
import warnings
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from PIL import Image, ImageOps

from doorstep.files import queue
from doorstep.files.errors import BadFile
from doorstep.files.models import Photo

log = structlog.get_logger("doorstep.files")
_NAME = re.compile(r"^[0-9a-f]{32}\.jpg$")
MOST_BYTES, MOST_PIXELS, SIDE, THUMBNAIL = 10 * 1024 * 1024, 50_000_000, 1600, 320
UNSENT = timedelta(hours=6)


def folder() -> Path:
    """Return where photos are kept; never served as files."""
    return Path(settings.DATA) / "photos"


def take(file: Any, *, now: datetime) -> str:
    """Keep a photo as a fresh JPEG of at most 1,600 pixels a side and return its name; raises BadFile.

    Its thumbnail is made by the queue.
    """
    if (file.size or 0) > MOST_BYTES:
        raise BadFile("photo_too_large", most=10)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(file, formats=("JPEG", "PNG", "WEBP"))
            if image.width * image.height > MOST_PIXELS:
                raise BadFile("photo_too_large", most=10)
            image.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded no larger than needed
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as exc:
        raise BadFile("not_a_photo") from exc
    name = f"{secrets.token_hex(16)}.jpg"
    try:
        folder().mkdir(parents=True, exist_ok=True)
        _write(upright, SIDE, folder() / name)
    except OSError as exc:  # the disk is full, or refuses; the form keeps everything else
        log.error("photo_not_kept", error=type(exc).__name__, number=exc.errno)
        raise BadFile("photo_not_kept") from exc
    Photo.objects.create(name=name, taken_at=now)
    queue.make_thumbnail.defer(name=name)
    return name


def _write(image: Image.Image, side: int, path: Path) -> None:
    """Write an image's pixels alone, so that nothing of the file's metadata comes with it."""
    image.thumbnail((side, side))
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    part = path.with_suffix(".part")
    try:
        clean.save(part, "JPEG", quality=85)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def make_thumbnail(name: str) -> None:
    """Make the small picture that pages show; the photo may be gone by now."""
    path = path_of(name)
    if path is not None:
        with Image.open(path, formats=("JPEG",)) as image:
            _write(image, THUMBNAIL, _small(name))


def keep(names: Iterable[str]) -> None:
    """Mark photos as held by a case or a crew's record; others are swept away within hours."""
    kept_names = [n for n in names if n]
    if kept_names:
        Photo.objects.filter(name__in=kept_names).update(kept=True)


def sweep(*, unfinished: Collection[str], now: datetime) -> None:
    """Delete photos that hours after they were taken nothing names, and what a process that died left behind.

    `unfinished` are the names that forms which are not sent yet still hold.
    """
    old = Photo.objects.filter(kept=False, taken_at__lt=now - UNSENT)
    for name in old.exclude(name__in=unfinished).values_list("name", flat=True):
        remove(name)
    _sweep_files()


def _sweep_files() -> None:
    """Delete files of yesterday and before that no row names, half written ones too."""
    if not folder().is_dir():
        return
    names = set(Photo.objects.values_list("name", flat=True))
    old = time.time() - 24 * 3600
    for path in folder().iterdir():
        name = path.name.replace(".small.jpg", ".jpg")
        if name not in names and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)


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
