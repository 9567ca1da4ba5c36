"""A folder of odd photos, made here: what phones and people send, and what each must look like or be refused as."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image, ImageCms
from pillow_heif import register_heif_opener

register_heif_opener()
SIZE = (64, 48)
CORNERS = {(0, 0): (230, 20, 20), (1, 0): (20, 200, 20), (0, 1): (20, 20, 230), (1, 1): "white"}
# What a phone that stores its pixels turned has done to them, by the orientation it writes down.
TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
MUST_BE, DAMAGED = "must be a photo", "damaged, or part of its file is missing"
PIXELS, TOO_MUCH = "more than 200 million pixels", "more memory or time to read"


@dataclass(frozen=True)
class Odd:
    """A file: its name, what is in it, what it shows (the scene, grey or in colour), or the words of its refusal."""

    name: str
    body: bytes
    grey: bool = False
    refused: str = ""

    def shows(self, made: Image.Image) -> bool:
        """Say whether a photo of ours shows the scene upright, in its colours, and carries nothing else."""
        expected = scene().convert("L").convert("RGB") if self.grey else scene()
        points = [(x, y) for x in (12, 52) for y in (9, 39)]
        near = all(
            abs(a - b) < 24
            for point in points
            for a, b in zip(made.getpixel(point), expected.getpixel(point), strict=True)  # type: ignore[arg-type]
        )
        bare = not made.getexif() and "icc_profile" not in made.info
        return made.format == "JPEG" and made.size == SIZE and near and bare


@cache
def scene() -> Image.Image:
    """Return four corners: red and green over blue and white."""
    image = Image.new("RGB", SIZE)
    for (x, y), colour in CORNERS.items():
        image.paste(colour, (x * 32, y * 24, x * 32 + 32, y * 24 + 24))
    return image


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    """Return an image as a file."""
    file = io.BytesIO()
    image.save(file, kind, **({"quality": 95} | how))
    return file.getvalue()


@cache
def display_p3() -> bytes:
    """Return a colour profile with the primaries of a phone's screen, as small as one may be."""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(2.2 * 256))
    name = b"Display P3\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78 + 1),
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.51512, 0.24120, -0.00105),
        b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.15710, 0.06657, 0.78407),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, at = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for tag, value in tags.items():
        value += bytes(-len(value) % 4)
        table += struct.pack(">4sII", tag, at + len(body), len(value))
        body += value
    head = struct.pack(">I4sI4s4s4s", 0, b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    head += xyz(0.9642, 1.0, 0.8249)[8:] + bytes(48)
    whole = head + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


def in_p3() -> Image.Image:
    """Return the scene as a phone stores it: the same colours, in other numbers."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(display_p3()))
    turned = ImageCms.profileToProfile(scene(), ImageCms.createProfile("sRGB"), profile)
    assert turned is not None
    return turned


def exif(orientation: int = 1) -> Image.Exif:
    """Return what a phone writes beside its pixels: how it was held, where, and what it is."""
    data = Image.Exif()
    data[0x0112], data[0x0110] = orientation, "Phone 17"
    data[0x8825] = {1: "N", 2: (52.0, 43.0, 0.0)}
    return data


def broken(tag: int, kind: int, value: bytes) -> bytes:
    """Return what a phone writes, held on its side, with a value that cannot be."""
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) + struct.pack(">HHI", tag, kind, 1) + value
    return b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", 2) + entries + bytes(4)


def png(width: int, height: int, rows: bytes, colour: int = 0, depth: int = 8) -> bytes:
    """Return a PNG of packed rows, which may be fewer than it says."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    size = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = chunk(b"IHDR", size) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def tall(width: int, times: int, **how: Any) -> bytes:
    """Return a JPEG of `times` strips of 32 rows each; it costs next to nothing to make.

    A strip is made once, with a restart marker after each row of blocks; between two of them nothing
    is remembered, so that they can be repeated in every scan.
    """
    strip = saved(
        Image.new("RGB", (width, 32), (200, 40, 40)), "JPEG", restart_marker_rows=1, **how
    )
    made, at = b"\xff\xd8", 2
    while strip[at + 1] != 0xD9:
        end = at + 2 + struct.unpack(">H", strip[at + 2 : at + 4])[0]
        head = strip[at:end]
        if strip[at + 1] in (0xC0, 0xC2):
            head = head[:5] + struct.pack(">H", 32 * times) + head[7:]
        made, at = made + head, end
        if head[1] == 0xDA:
            rows = list(_rows(strip, at))
            at += sum(len(row) for row in rows) + 2 * (len(rows) - 1)
            made += b"".join(
                row + bytes((0xFF, 0xD0 + n % 8)) for n, row in enumerate(rows * times)
            )[:-2]
    return made + b"\xff\xd9"


def _rows(strip: bytes, at: int) -> Iterator[bytes]:
    """Return what lies between the restart markers of a scan."""
    begin = at
    while True:
        at = strip.index(b"\xff", at)
        if strip[at + 1] in range(0xD0, 0xD8):
            yield strip[begin:at]
            begin = at + 2
        elif strip[at + 1] != 0:
            yield strip[begin:at]
            return
        at += 2


def claiming(body: bytes, width: int, height: int) -> bytes:
    """Return a JPEG that says it is larger than it is."""
    at = next(body.index(m) for m in (b"\xff\xc2", b"\xff\xc0") if m in body)
    return body[: at + 5] + struct.pack(">HH", height, width) + body[at + 9 :]


def folder() -> list[Odd]:
    """Return every odd photo."""
    return [*_jpegs(), *_pngs(), *_others(), *_refused()]


def _jpegs() -> Iterator[Odd]:
    for orientation in range(1, 9):
        turn = TURNED.get(orientation)
        stored = scene().transpose(turn) if turn is not None else scene()
        yield Odd(f"held-{orientation}.jpg", saved(stored, "JPEG", exif=exif(orientation)))
    plain = saved(scene(), "JPEG")
    yield Odd("progressive.jpg", saved(scene(), "JPEG", progressive=True))
    yield Odd("display-p3.jpg", saved(in_p3(), "JPEG", icc_profile=display_p3()))
    yield Odd("broken-profile.jpg", saved(scene(), "JPEG", icc_profile=b"no profile at all"))
    yield Odd("cmyk.jpg", saved(scene().convert("CMYK"), "JPEG"))
    yield Odd("grey.jpg", saved(scene().convert("L"), "JPEG"), grey=True)
    several = {"save_all": True, "append_images": [scene().resize((32, 24))]}
    yield Odd("several-pictures.jpg", saved(scene(), "MPO", **several))
    turned = scene().transpose(TURNED[6])
    for name, tag, kind, value in (
        ("kind", 0x0100, 12, bytes(4)),
        ("negative", 0x0100, 9, b"\xff\xff\xff\xff"),
        ("words", 0x0128, 2, b"abc\0"),
        ("measure", 0x011A, 2, b"abc\0"),
        ("elsewhere", 0x8825, 4, b"\xff\xff\xff\xf0"),
    ):
        yield Odd(f"broken-{name}.jpg", saved(turned, "JPEG", exif=broken(tag, kind, value)))
    yield Odd("no-exif.jpg", saved(scene(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"))
    yield Odd("more-behind.jpg", plain + bytes(5000))


def _pngs() -> Iterator[Odd]:
    clear = scene().convert("RGBA")
    clear.paste((0, 0, 0, 0), (32, 24, 64, 48))
    yield Odd("plain.png", saved(scene(), "PNG"))
    yield Odd("screenshot.png", saved(in_p3(), "PNG", icc_profile=display_p3()))
    yield Odd("clear.png", saved(clear, "PNG"))
    yield Odd("palette.png", saved(clear.quantize(8), "PNG"))
    yield Odd("held-6.png", saved(scene().transpose(TURNED[6]), "PNG", exif=exif(6)))
    yield Odd("no-exif.png", saved(scene(), "PNG", exif=b"Exif\0\0MM\0*"))
    grey = scene().convert("L")
    yield Odd("grey-clear.png", saved(clear.convert("LA"), "PNG"), grey=True)
    deep = Image.new("I;16", SIZE)
    for x in range(SIZE[0]):
        for y in range(SIZE[1]):
            deep.putpixel((x, y), grey.getpixel((x, y)) * 257)  # type: ignore[operator]
    yield Odd("sixteen-bits.png", saved(deep, "PNG"), grey=True)
    rows = b"".join(
        b"\0" + b"".join(bytes((v, 0)) for x in range(64) for v in scene().getpixel((x, y)))  # type: ignore[union-attr]
        for y in range(48)
    )
    yield Odd("sixteen-bits-colour.png", png(*SIZE, zlib.compress(rows), colour=2, depth=16))


def _others() -> Iterator[Odd]:
    clear = scene().convert("RGBA")
    clear.paste((0, 0, 0, 0), (32, 24, 64, 48))
    turned = scene().transpose(TURNED[8])
    yield Odd("plain.webp", saved(clear, "WEBP"))
    yield Odd("held-8.webp", saved(turned, "WEBP", exif=exif(8)))
    yield Odd("no-exif.webp", saved(scene(), "WEBP", exif=b"Exif\0\0II\0\0\x08\0\0\0\0\0"))
    yield Odd("clear.gif", saved(clear, "GIF"))
    yield Odd("plain.heic", saved(scene(), "HEIF", chroma=444))
    yield Odd("held-8.heic", saved(turned, "HEIF", chroma=444, exif=exif(8).tobytes()))
    held = in_p3().transpose(TURNED[6])
    as_iphones_do = {"exif": exif(6).tobytes(), "icc_profile": display_p3(), "chroma": 444}
    yield Odd("iphone.heic", saved(held, "HEIF", **as_iphones_do))


def _refused() -> Iterator[Odd]:
    noise = Image.effect_noise((300, 200), 80).convert("RGB")
    for kind, ending in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("HEIF", "heic")):
        whole = saved(noise, kind)
        yield Odd(f"half.{ending}", whole[: len(whole) // 2], refused=DAMAGED)
    yield Odd("only-its-head.jpg", saved(noise, "JPEG")[:12], refused=DAMAGED)
    yield Odd("paper.jpg", b"%PDF-1.7\n1 0 obj\n", refused=MUST_BE)
    yield Odd("page.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", refused=MUST_BE)
    yield Odd("film.heic", b"\0\0\0\x18ftypisom\0\0\0\0isommp41", refused=MUST_BE)
    yield Odd("empty.jpg", b"", refused=MUST_BE)
    yield Odd("bomb.png", png(16_000, 16_000, zlib.compress(bytes(9))), refused=PIXELS)
    small = saved(scene(), "JPEG", progressive=True)
    yield Odd("two-hundred.jpg", claiming(small, 14_000, 14_000), refused=TOO_MUCH)
    yield Odd("two-hundred.png", png(14_000, 14_000, zlib.compress(bytes(9)), colour=2), refused=TOO_MUCH)  # fmt: skip
