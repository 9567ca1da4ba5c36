"""Photos as people send them: looked at, re-encoded and so stripped of position and device."""

import re
import secrets
import warnings
from pathlib import Path
from typing import Any

from django.conf import settings
from PIL import Image, ImageOps

from doorstep.outside.errors import BadFile

_NAME = re.compile(r"^[0-9a-f]{32}\.jpg$")
MOST_BYTES, MOST_PIXELS, SIDE = 10 * 1024 * 1024, 50_000_000, 1600


def folder() -> Path:
    """Return where photos are kept; never served as files."""
    return Path(settings.DATA) / "photos"


def take(file: Any) -> str:
    """Keep a photo as a fresh JPEG of at most 1,600 pixels a side and return its name; raises BadFile."""
    if (file.size or 0) > MOST_BYTES:
        raise BadFile("photo_too_large", most=10)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(file, formats=("JPEG", "PNG", "WEBP"))
            if image.width * image.height > MOST_PIXELS:
                raise BadFile("photo_too_large", most=10)
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as exc:
        raise BadFile("not_a_photo") from exc
    upright.thumbnail((SIDE, SIDE))
    name = f"{secrets.token_hex(16)}.jpg"
    folder().mkdir(parents=True, exist_ok=True)
    # A new image from the pixels alone: nothing of the file's metadata comes with it.
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    clean.save(folder() / name, "JPEG", quality=85)
    return name


def path_of(name: str) -> Path | None:
    """Return where a kept photo lies, or nothing when there is none of this name."""
    path = folder() / name
    return path if _NAME.match(name) and path.exists() else None


def remove(name: str) -> None:
    """Delete a kept photo."""
    if _NAME.match(name):
        (folder() / name).unlink(missing_ok=True)
