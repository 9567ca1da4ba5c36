"""Photograph the running demo: `make run` in one window, `make screenshots` in another.

Writes `screenshots/*.png`, and `docs/screenshot.png`, the picture of the README.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "screenshots"
BASE = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
PHONE, TABLET, DESK = (390, 844), (800, 844), (1100, 844)


def _page(browser: Any, size: tuple[int, int]) -> Any:
    view = {"width": size[0], "height": size[1]}
    return browser.new_context(viewport=view, locale="en-GB").new_page()


def _resident(browser: Any) -> None:
    page = _page(browser, PHONE)
    page.goto(f"{BASE}/demo")
    cells = page.locator("tbody tr").first.locator("td").all_inner_texts()
    page.goto(f"{BASE}/services/missed-bin")
    page.screenshot(path=OUT / "start.png")
    page.click("text=Start now")
    page.fill("#postcode", cells[1])
    page.click("text=Find address")
    page.screenshot(path=OUT / "address.png")
    page.get_by_label(f"{cells[2]},").first.check()
    page.click("text=Continue")
    page.screenshot(path=OUT / "bin.png")
    page.get_by_label(cells[3]).check()
    page.click("text=Continue")
    page.screenshot(path=OUT / "stop.png")


def _anyone(browser: Any) -> None:
    page = _page(browser, DESK)
    page.goto(f"{BASE}/reports?state=")
    page.wait_for_selector("[data-ready]")
    page.screenshot(path=OUT / "reports.png")


def _staff(browser: Any, role: str, size: tuple[int, int], follow: str = "") -> None:
    page = _page(browser, size)
    page.goto(f"{BASE}/demo")
    page.click(f"text=Sign in as {role}")
    if follow and page.locator(follow).count():
        page.locator(follow).first.click()
    page.screenshot(path=OUT / f"{role}.png")


def _together(names: list[str], to: Path) -> None:
    images = [Image.open(OUT / f"{name}.png") for name in names]
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
        _resident(browser)
        _anyone(browser)
        _staff(browser, "crew", TABLET, "a:has-text('job')")
        _staff(browser, "officer", DESK, "tbody a")
        browser.close()
    _together(["stop", "crew", "officer"], ROOT / "docs" / "screenshot.png")
    print(f"Pictures are in {OUT} and docs/screenshot.png")


if __name__ == "__main__":
    main()
