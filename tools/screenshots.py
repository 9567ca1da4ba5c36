"""Photograph the running demo: `make run` in one window, `make screenshots` in another.

Writes contact sheets of every page of residents and `screenshots/*.png`, and `docs/screenshot.png`, the picture of the README.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from demo_walk import resident
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "screenshots"
BASE = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
PHONE, TABLET, DESK = (375, 844), (800, 844), (1100, 844)
# Contact sheets of every page of residents: a telephone by day and by night, a tablet, a desktop.
SHEETS = (
    ("phone", PHONE, "light"),
    ("phone-dark", PHONE, "dark"),
    ("tablet", (768, 1024), "light"),
    ("desktop", (1280, 900), "light"),
)


def _page(browser: Any, size: tuple[int, int]) -> Any:
    view = {"width": size[0], "height": size[1]}
    return browser.new_context(viewport=view, locale="en-GB").new_page()


def _sheet(browser: Any, name: str, size: tuple[int, int], scheme: str) -> None:
    """Walk every page of residents, and lay them side by side on one contact sheet, each with its name."""
    view = {"width": size[0], "height": size[1]}
    page = browser.new_context(viewport=view, locale="en-GB", color_scheme=scheme).new_page()
    (OUT / name).mkdir(exist_ok=True)
    names = []
    for step in resident(page, BASE):
        page.wait_for_load_state("networkidle")
        page.screenshot(path=OUT / name / f"{step}.png", full_page=True)
        names.append(step)
    page.context.close()
    _laid_out([OUT / name / f"{step}.png" for step in names], OUT / f"{name}.png")


def _laid_out(paths: list[Path], to: Path, across: int = 9, width: int = 240) -> None:
    """Lay pictures out in rows, their heads up; what is longer than three screens is cut there."""
    images = []
    for path in paths:
        with Image.open(path) as whole:
            high = min(whole.height, whole.width * 3)
            part = whole.convert("RGB").crop((0, 0, whole.width, high))
            images.append(part.resize((width, round(high * width / whole.width))))
    rows = [
        list(zip(paths, images, strict=True))[n : n + across] for n in range(0, len(paths), across)
    ]
    heights = [max(image.height for _, image in row) + 34 for row in rows]
    sheet = Image.new("RGB", ((width + 14) * across, sum(heights)), "#b1b4b6")
    pen, top = ImageDraw.Draw(sheet), 0
    for row, height in zip(rows, heights, strict=True):
        for n, (path, image) in enumerate(row):
            pen.text((n * (width + 14) + 4, top + 6), path.stem, fill="#0b0c0c")
            sheet.paste(image, (n * (width + 14), top + 24))
        top += height
    sheet.save(to, optimize=True)


def _staff(browser: Any, role: str, size: tuple[int, int], follow: str = "") -> None:
    page = _page(browser, size)
    page.goto(f"{BASE}/demo")
    page.click(f"text=Sign in as {role}")
    if follow and page.locator(follow).count():
        page.locator(follow).first.click()
    page.screenshot(path=OUT / f"{role}.png")


def _together(names: list[str], to: Path) -> None:
    images = [Image.open(OUT / f"{name}.png").convert("RGB") for name in names]
    images = [i.crop((0, 0, i.width, min(i.height, 844))) for i in images]
    whole = Image.new("RGB", (sum(i.width + 20 for i in images) - 20, images[0].height), "#b1b4b6")
    left = 0
    for image in images:
        whole.paste(image, (left, 0))
        left += image.width + 20
    whole.resize((whole.width // 2, whole.height // 2)).save(to, optimize=True)


def main() -> None:
    """Take every picture, or say what is missing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if chromium is None:
        sys.exit("doorstep: there is no chromium; install it with `apt-get install chromium`.")
    try:
        urlopen(f"{BASE}/healthz", timeout=5).close()
    except OSError:
        sys.exit(f"doorstep: nothing answers at {BASE}; start it with `make run` and try again.")
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, size, scheme in SHEETS:
            _sheet(browser, name, size, scheme)
        _staff(browser, "crew", TABLET, "a:has-text('job')")
        _staff(browser, "officer", DESK, "tbody a")
        browser.close()
    _together(
        ["phone/home", "phone/your-home", "crew", "officer"], ROOT / "docs" / "screenshot.png"
    )
    print(f"Pictures are in {OUT} and docs/screenshot.png")


if __name__ == "__main__":
    main()
