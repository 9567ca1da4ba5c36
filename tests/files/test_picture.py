"""Photos as phones make them: taken, upright, without position, looking as they did; else a true refusal."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from doorstep.files import child, picture
from tests.files import pictures

ODD = pictures.folder()
CODES = {
    pictures.MUST_BE: picture.NOT_A_PHOTO,
    pictures.DAMAGED: picture.BROKEN,
    pictures.PIXELS: picture.TOO_MANY_PIXELS,
    pictures.TOO_MUCH: picture.TOO_MUCH,
    "": picture.DONE,
}


def read(body: bytes, folder: Path) -> tuple[int, bytes]:
    """Have a picture read by a process of its own."""
    source, target = folder / "in", folder / "out"
    source.write_bytes(body)
    with source.open("rb") as file, target.open("wb") as into:
        code = child.read(file, into, places=folder / "places")
    return code, target.read_bytes()


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name)
def test_a_photo_is_taken_as_it_looked_or_the_refusal_is_true(
    odd: pictures.Odd, tmp_path: Path
) -> None:
    code, made = read(odd.body, tmp_path)
    assert code == CODES[odd.refused], code
    if not odd.refused:
        assert odd.shows(Image.open(io.BytesIO(made)))


# A small process between: a child's peak begins with the size of whoever made it.
MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("width", "strips", "how"),
    [(16_320, 382, {}), (12_000, 282, {"progressive": True})],
    ids=["200 million pixels", "108 million in several passes"],
)
def test_as_many_pixels_as_phones_make(
    tmp_path: Path, width: int, strips: int, how: dict[str, Any]
) -> None:
    (tmp_path / "big.jpg").write_bytes(pictures.tall(width, strips, **how))
    command = [sys.executable, "-c", MEASURED, sys.executable, "-P", picture.__file__]
    with (tmp_path / "big.jpg").open("rb") as file, (tmp_path / "made.jpg").open("wb") as made:
        done = subprocess.run(
            command, stdin=file, stdout=made, stderr=subprocess.PIPE, env=child.ENVIRONMENT
        )
    assert done.returncode == picture.DONE and int(done.stderr.split()[-1]) < 400 * 1024
    taken = Image.open(tmp_path / "made.jpg")
    colour = taken.getpixel((800, 1_100))
    assert taken.width == 1_600 and colour == pytest.approx((200, 40, 40), abs=6)


def test_few_are_read_at_once_whatever_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "PATIENCE_SECONDS", 0.2)
    body = pictures.saved(pictures.scene(), "JPEG")
    with child._place(tmp_path / "places"):
        assert read(body, tmp_path)[0] == picture.DONE
        with child._place(tmp_path / "places"), pytest.raises(child.Busy):
            read(body, tmp_path)
    assert read(body, tmp_path)[0] == picture.DONE


def test_the_process_that_reads_knows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told.py"
    told.write_text("import os, sys\nsys.exit(any('SECRET' in name for name in os.environ))\n")
    monkeypatch.setattr(picture, "__file__", str(told))
    monkeypatch.setenv("SECRET_KEY", "a key of this test")
    assert read(b"", tmp_path)[0] == picture.DONE


@pytest.mark.parametrize("ends", ["os.kill(os.getpid(), signal.SIGXCPU)", "time.sleep(60)"])
def test_what_takes_too_long_is_ended_and_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text(f"import os, signal, time\n{ends}\n")
    monkeypatch.setattr(picture, "__file__", str(slow))
    monkeypatch.setattr(child, "DEADLINE_SECONDS", 0.5)
    assert read(b"", tmp_path)[0] == picture.TOO_MUCH


@pytest.mark.long
def test_the_process_ends_itself_when_nobody_waits_for_it(tmp_path: Path) -> None:
    command = [sys.executable, "-P", picture.__file__]
    waiting, never = os.pipe()
    with subprocess.Popen(command, stdin=waiting, stdout=subprocess.DEVNULL) as process:
        assert process.wait(60) < 0
    os.close(waiting)
    os.close(never)
