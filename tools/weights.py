"""Weigh each page of residents on the running demo: `make run` in one window, `make weights` in another.

Counts what comes over the line, as the browser counts it: with an empty cache, and again. Ends with 1 where a page
is heavier than it may be.
"""

import os
import shutil
import sys
from typing import Any

from demo_walk import WITH_A_MAP, resident
from playwright.sync_api import sync_playwright

BASE = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
# Bytes over the line: on a first visit, and after; pages with a map excepted.
FIRST, AFTER = 60_000, 15_000


def main() -> None:
    """Print the table."""
    chromium = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if chromium is None:
        sys.exit("doorstep: there is no chromium; install it with `apt-get install chromium`.")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        phone = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
        rows = [(name, *_weighed(browser, phone, page)) for name, page in _pages(phone)]
        browser.close()
    heavy = [row for row in rows if row[0] not in WITH_A_MAP and _is_heavy(*row[1:])]
    print(f"{'page':24}{'first visit':>12}{'after':>10}   (bytes; at most {FIRST} and {AFTER})")
    for name, first, after in rows:
        note = "with a map" if name in WITH_A_MAP else ""
        print(
            f"{name:24}{first:12,}{after:10,}   {'TOO HEAVY' if (name, first, after) in heavy else note}"
        )
    sys.exit(1 if heavy else 0)


def _pages(phone: Any) -> Any:
    page = phone.new_page()
    for name in resident(page, BASE):
        yield name, page


def _is_heavy(first: int, after: int) -> bool:
    return first > FIRST or after > AFTER


def _weighed(browser: Any, phone: Any, page: Any) -> tuple[int, int]:
    """Return what this page weighs in a browser that knows nothing but the cookies, and once more in it."""
    fresh = browser.new_context(
        viewport={"width": 390, "height": 844}, storage_state=phone.storage_state()
    )
    other = fresh.new_page()
    wire = fresh.new_cdp_session(other)
    wire.send("Network.enable")
    came: list[int] = []
    wire.on("Network.loadingFinished", lambda said: came.append(int(said["encodedDataLength"])))
    sums = []
    for _ in range(2):
        came.clear()
        other.goto(page.url)
        other.wait_for_load_state("networkidle")
        sums.append(sum(came))
    fresh.close()
    return sums[0], sums[1]


if __name__ == "__main__":
    main()
