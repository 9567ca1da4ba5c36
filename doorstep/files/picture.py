"""Turns a picture of any kind into an upright JPEG in sRGB, with nothing of its metadata.

A program of its own, which `child` runs: it reads what strangers send, so it knows neither Django nor a
secret, may use so much memory and time and no more, and its exit code says what became of it.
"""

import os
import resource
import signal
import sys
import warnings
from contextlib import suppress
from io import BytesIO
from typing import Any, BinaryIO

from PIL import (
    GifImagePlugin,  # noqa: F401 - known by name beforehand, or Pillow loads all of its forty
    Image,
    ImageCms,
    JpegImagePlugin,
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
)

SIDE, MOST_PIXELS = 1600, 200_000_000
MOST_MEMORY, MOST_SECONDS = 512 * 1024 * 1024, 12
# What Python, Pillow and the small picture need beside the pixels.
OWN_MEMORY = 96 * 1024 * 1024
DONE, NOT_A_PHOTO, TOO_MANY_PIXELS, TOO_MUCH, BROKEN, NOT_KEPT = 0, 10, 11, 12, 13, 14
FIRST = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"GIF8": "GIF"}
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
# What reading takes in bytes a pixel, for the kinds whose decoder does not say that memory was short.
COSTS = {"WEBP": 12, "HEIF": 6}
# Of a colour profile's space, the mode that its colours stand in.
SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = 0x0112


class Refused(Exception):
    """The picture cannot be read; its code is the program's exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def jpeg(file: BinaryIO) -> bytes:
    """Return a picture as an upright JPEG of at most 1,600 pixels a side; raises Refused, MemoryError."""
    image = _opened(file)
    cost = _cost(image)  # of its whole size: of a JPEG that is read small, the size changes
    try:
        small = _in_srgb(_on_white(_small(image)), image.info.get("icc_profile"))
    except MemoryError:
        raise
    except Exception as exc:  # each decoder has its own, and some say "broken" for "no memory"
        spare = MOST_MEMORY - OWN_MEMORY
        raise Refused(TOO_MUCH if cost > spare else BROKEN) from exc
    clean = Image.new("RGB", small.size)  # the pixels alone
    clean.paste(small)
    written = BytesIO()
    clean.save(written, "JPEG", quality=85)
    return written.getvalue()


def _opened(file: BinaryIO) -> Image.Image:
    """Return a picture of a kind we know, its size read and none of its pixels; raises Refused, MemoryError."""
    kind = kind_of(file.read(16))
    file.seek(0)
    if kind is None:
        raise Refused(NOT_A_PHOTO)
    if kind == "HEIF":
        # Here, because it is slow to load and few need it.
        from pillow_heif import register_heif_opener

        register_heif_opener(
            thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
        )
    try:
        image = Image.open(file, formats=(kind,))
    except MemoryError:
        raise
    except Exception as exc:  # it begins as such a picture and does not go on as one
        raise Refused(BROKEN) from exc
    if image.width * image.height > MOST_PIXELS:
        raise Refused(TOO_MANY_PIXELS)
    return image


def kind_of(head: bytes) -> str | None:
    """Return what kind of picture a file begins as; its name says nothing."""
    if head[4:8] == b"ftyp":
        return "HEIF" if head[8:12] in HEIF_BRANDS else None
    if head[:4] == b"RIFF":
        return "WEBP" if head[8:12] == b"WEBP" else None
    return next((kind for first, kind in FIRST.items() if head.startswith(first)), None)


def _small(image: Image.Image) -> Image.Image:
    """Return a picture read, upright and of at most 1,600 pixels a side."""
    image.draft("RGB", (SIDE, SIDE))  # a JPEG is read no larger than needed
    image.load()
    turn = UPRIGHT.get(_orientation(image))
    small = _plain(image)
    small.thumbnail((SIDE, SIDE))
    return small.transpose(turn) if turn is not None else small


def _orientation(image: Image.Image) -> Any:
    """Return how a phone says it was held; what cannot be read says nothing, as browsers see it."""
    try:
        return image.getexif().get(ORIENTATION)
    except Exception:  # whatever Pillow stumbles over in broken metadata; the pixels are whole
        return None


def _plain(image: Image.Image) -> Image.Image:
    """Return a picture in a mode that can be made smaller and keeps what it shows."""
    clear = image.info.get("transparency")
    if image.mode.startswith("I"):
        return image.point(lambda value: value * (1 / 256)).convert("L")  # sixteen bits of grey
    if clear is not None and image.mode in ("1", "L", "RGB") and not _fits(clear):
        image.info.pop("transparency")  # said in sixteen bits, of a picture that is read in eight
    if "transparency" in image.info or image.mode in ("PA", "La", "RGBa"):
        return image.convert("RGBA")
    keeps = ("L", "LA", "RGB", "RGBA", "CMYK")
    return image if image.mode in keeps else image.convert("L" if image.mode == "1" else "RGB")


def _fits(clear: object) -> bool:
    values = clear if isinstance(clear, tuple) else (clear,)
    return all(isinstance(value, int) and value < 256 for value in values)


def _on_white(image: Image.Image) -> Image.Image:
    """Return a picture with white behind what is transparent."""
    if image.mode not in ("LA", "RGBA"):
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a picture in sRGB; its colours are taken for that where it has no profile that can be read."""
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile or b""))
        mode = SPACES[own.profile.xcolor_space.strip()]
        if (mode == "CMYK") != (image.mode == "CMYK"):
            return image.convert("RGB")
        turned = ImageCms.profileToProfile(
            image.convert(mode), own, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        return turned or image.convert("RGB")
    except (ImageCms.PyCMSError, OSError, KeyError, TypeError, ValueError):
        return image.convert("RGB")


def _cost(image: Image.Image) -> int:
    """Return about how much memory reading a picture takes, in bytes."""
    pixels = image.width * image.height
    if not isinstance(image, JpegImagePlugin.JpegImageFile):
        return pixels * COSTS.get(str(image.format), 0)
    # One that comes in several passes is held whole until the last, in two bytes a sample.
    most = max(h * v for _, h, v, _ in image.layer)
    return sum(2 * pixels * h * v // most for _, h, v, _ in image.layer)


def limit() -> None:
    """Bound what this process may use; beyond it, the system ends it."""
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    # On a machine with much else to do; and when whoever waits for us is gone.
    signal.alarm(2 * MOST_SECONDS)
    with suppress(OSError):  # where the unit allows no step back, it is read all the same
        os.nice(5)  # pages come first


def main() -> int:
    """Turn standard input into standard output; the exit code says what became of it."""
    limit()
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # ours is asked instead
    try:
        made = jpeg(sys.stdin.buffer)
    except Refused as exc:
        return exc.code
    except MemoryError:
        return TOO_MUCH
    try:
        with sys.stdout.buffer as out:
            out.write(made)
    except OSError:
        return NOT_KEPT
    return DONE


if __name__ == "__main__":
    sys.exit(main())
