"""What browsers are given: each file under a name that says what it holds, compressed once, kept for a year."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "static-built" / "served"


def test_every_file_that_a_page_names_is_named_and_compressed() -> None:
    subprocess.run([sys.executable, ROOT / "tools" / "served.py"], check=True)
    named = json.loads((OUT / "staticfiles.json").read_text())["paths"]
    templates = (ROOT / "doorstep" / "web").rglob("*.html")
    asked = {n for t in templates for n in re.findall(r"static\('([^']+)'\)", t.read_text())}
    assert asked and asked <= set(named)
    for name, served in named.items():
        whole = (OUT / served).read_bytes()
        assert re.search(r"\.[0-9a-f]{12}\.", served), name
        if len(whole) > 1000:
            assert gzip.decompress((OUT / f"{served}.gz").read_bytes()) == whole
    # A script asks for another by its new name, or it would be fetched again and again.
    for name in (n for n in named if n.startswith("kit/") and n.endswith(".js")):
        asks = re.findall(r'from "\.\./([^"]+)"', (OUT / named[name]).read_text())
        assert set(asks) <= set(named.values()), name


def test_no_font_or_source_is_given_to_browsers(district: Any) -> None:
    assert not list(OUT.rglob("*.ttf"))
    assert Client().get("/static/fonts/DejaVuSans.ttf").status_code == 404


def test_a_page_goes_compressed_to_whoever_takes_it_so(district: Any) -> None:
    plain = Client().get("/contact")
    packed = Client().get("/contact", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 2
    home = Client().get("/bins/1001", headers={"Accept-Encoding": "gzip"})
    again = {"If-None-Match": home["ETag"], "Accept-Encoding": "gzip"}
    assert Client().get("/bins/1001", headers=again).status_code == 304
