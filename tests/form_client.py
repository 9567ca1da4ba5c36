"""A browser that fills in forms; tests name a form's pages without the form's id."""

import html
import re
from typing import Any

from django.test import Client

_FORM = re.compile(r"^(/services|/desk/new|/crew/new)/([a-z0-9-]+)(/[^?]*)?(\?.*)?$")
_DECIDED = re.compile(r"^(/desk/cases/[^/]+)/(?:decide|refund)$")
_CHOSEN = re.compile(r"^(/desk/cases|/case)/[^/]+/choose/")
_ID = re.compile(r"^/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=/|$)")
AT = re.compile(r'name="at" value="([^"]*)"')
SEEN = re.compile(r'name="seen" value="([^"]*)"')
NOT_A_PAGE = ("/begin", "/resume")


class FormClient(Client):
    """Goes on with the form it began last of each service, and sends what its check page showed.

    `/services/x/page` stands for the page of that form, where a redirect leads too.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.form_ids: dict[str, str] = {}

    def whole(self, path: str) -> str:
        """Return a path with the id of the form it is about, as a browser's address has it."""
        m = _FORM.match(path)
        if not m or not m[3] or m[3].startswith(NOT_A_PAGE) or _ID.match(m[3]):
            return path
        form_id = self.form_ids.get(f"{m[1]}/{m[2]}")
        return f"{m[1]}/{m[2]}/{form_id}{m[3]}{m[4] or ''}" if form_id else path

    def generic(self, method: str, path: str, *args: Any, **more: Any) -> Any:
        """Ask for a page of the form begun last; a redirect to one is told without its id."""
        answer = super().generic(method, self.whole(path), *args, **more)
        there = answer.headers.get("Location", "")
        m = _FORM.match(there)
        if m and (found := _ID.match(m[3] or "")):
            self.form_ids[f"{m[1]}/{m[2]}"] = found[1]
            if m[3] != f"/{found[1]}":
                answer.headers["Location"] = there.replace(f"/{found[1]}", "", 1)
        return answer

    def post(self, path: str, data: Any = None, *args: Any, **more: Any) -> Any:
        """Send a page; of the check page, choices and decisions, as it stands now unless the test says what it showed."""
        if _CHOSEN.match(path) and "at" not in (data or {}):
            shown = AT.search(self.get(path).content.decode())
            data = {**(data or {}), "at": shown[1] if shown else ""}
        page = self._page_with_mark(path)
        if page and "seen" not in (data or {}):
            shown = SEEN.search(self.get(page).content.decode())
            data = {**(data or {}), "seen": shown[1] if shown else ""}
        return super().post(path, data, *args, **more)

    @staticmethod
    def _page_with_mark(path: str) -> str:
        """Return the page whose form is sent to an address only with its mark; "" where it has none."""
        if path.endswith("/check") and _FORM.match(path):
            return path
        match = _DECIDED.match(path)
        return match[1] if match else ""


def text(answer: Any) -> str:
    """Return a page's text, tags and all."""
    return html.unescape(answer.content.decode())


def words(answer: Any) -> str:
    """Return what a page says, without its marks, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text(answer)).split())
