"""The disk is full while a photo is uploaded, or the photo is a bomb: a clear sentence, and nothing is lost."""

import io
import struct
import zlib
from urllib.parse import urlencode

import pytest
from PIL import Image

from tests.faults.checker import wrong
from tests.faults.clients import ALREADY, FIELD, REFERENCE, Client, Diary, Told
from tests.faults.installation import Installation
from tests.files import pictures

BASE, BOUNDARY = "/services/missed-bin", "----faults"
NOT_KEPT, TOO_MANY = "We could not keep the photo just now", "more than 200 million pixels"
WHY = "It was out at six, <by> the gate."


def form(fields: dict[str, str], photo: bytes) -> tuple[str, dict[str, str]]:
    """Return a multipart form with a photo, and its header."""
    lines = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]  # fmt: skip
    lines.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="evidence-file"; filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n')  # fmt: skip
    body = "".join(lines).encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}  # type: ignore[return-value]


def photo() -> bytes:
    made = io.BytesIO()
    Image.effect_noise((1600, 1200), 80).convert("RGB").save(made, "JPEG")
    return made.getvalue()


def bomb() -> bytes:
    """Return a PNG of 300 kB that unpacks to 256 MB, and to three times that in colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))  # fmt: skip

    side = 16_000
    size = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + side)) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")  # fmt: skip


class Disputing:
    """A resident who disputes what a crew recorded, as far as the page that takes a photo."""

    def __init__(self, place: Installation, port: int) -> None:
        self.diary = Diary()
        self.client = Client(lambda: port, self.diary)
        (uprn, box), page = place.bins[0], self.client.ask("GET", BASE)[1]
        self.base = BASE
        for path, fields in (("begin", {}), ("address", {"property": str(uprn)}), ("bin", {"container": str(box)}), ("bin/stopped", {"dispute": "1"})):  # fmt: skip
            page = self.send(page, path, fields)
        self.page = page

    def send(self, page: str, path: str, fields: dict[str, str]) -> str:
        """Send a page's form and return the page after it."""
        body = urlencode({**dict(FIELD.findall(page)), **fields})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.client.ask("POST", f"{self.base}/{path}", body, **kind)
        if path == "begin":
            self.base = answer[2]["Location"].rpartition("/")[0]
        return self._follow(answer)

    def upload(self, why: str, file: bytes) -> str:
        """Send the page that takes a photo, and return the page after it."""
        body, kind = form({**dict(FIELD.findall(self.page)), "why": why}, file)
        return self._follow(self.client.ask("POST", f"{self.base}/dispute", body, **kind))

    def _follow(self, answer: tuple[int, str, dict[str, str]]) -> str:
        status, page, headers = answer
        return self.client.ask("GET", headers["Location"])[1] if status == 302 else page

    def finish(self, page: str, email: str) -> None:
        """Send the rest of the form, and note what was told."""
        page = self.send(page, "contact", {"name": "", "email": email, "phone": ""})
        found = REFERENCE.search(self.send(page, "check", {}))
        assert found and ALREADY not in page
        self.diary.note(Told(email, found[1]))


@pytest.fixture
def disputed(place: Installation) -> Installation:
    place.fill(1)
    place.call("tests.faults.seed", "log", str(place.bins[0][1]))
    place.start("worker")
    return place


def test_the_disk_refuses_while_a_photo_is_uploaded(disputed: Installation) -> None:
    place, small, whole = disputed, 0, disputed.port
    small = place.start_on_small_disk()
    resident = Disputing(place, small)
    page = resident.upload(WHY, photo())
    assert NOT_KEPT in page and "by&gt; the gate" in page, page[-3000:]
    # The same form with room on the disk again, at the same answers; and nothing half written.
    place.start("web", port=whole)
    resident.client.port = lambda: whole
    assert list((place.files / "photos").glob("*")) == []
    resident.finish(resident.upload(WHY, photo()), "ann@resident.example")
    place.wait_until_drained()
    assert len(list((place.files / "photos").glob("*.jpg"))) == 2  # and its thumbnail
    assert wrong(place, resident.diary) == []


def test_a_photo_bomb_is_refused_and_costs_little(disputed: Installation) -> None:
    place = disputed
    web = place.start("web")
    resident = Disputing(place, place.port)
    page = resident.upload(WHY, bomb())
    assert TOO_MANY in page and "by&gt; the gate" in page
    # A phone's 108 million pixels in several passes: taken, and not in this process.
    page = resident.upload(WHY, pictures.tall(12_000, 282, progressive=True))
    assert place.most_memory(web) < 150_000_000, "it was unpacked here"
    resident.finish(page, "ann@resident.example")
    place.wait_until_drained()
    assert wrong(place, resident.diary) == []
