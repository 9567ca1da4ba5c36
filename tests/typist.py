"""Who works by the keyboard alone, counted."""

from typing import Any


class Typist:
    """A page at which nobody touches the mouse; counts keys, and the pages that were loaded."""

    def __init__(self, page: Any) -> None:
        self.page, self.keys, self.loads = page, 0, 0
        page.on("load", self._loaded)

    def _loaded(self, _page: Any) -> None:
        self.loads += 1

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        self.press(*text)


def found(page: Any, words: str) -> None:
    """Wait until the chosen one of those that were found has these words."""
    page.wait_for_selector(f".find__row[aria-selected=true]:has-text('{words}')")
