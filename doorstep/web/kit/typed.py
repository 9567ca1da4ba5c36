"""What somebody typed and sent, kept for them while they sign in or show who they are: sealed, in the page alone.

Nothing is sent by itself, and nobody is given what another person typed: it is bound to an account.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from doorstep.outside import sealed

PURPOSE, FIELD = "typed", "kept"
SECONDS = 3600
# More than this is shown to be copied, as are files, which cannot be given back.
MOST = 200_000
# What is typed anew each time, and what is a form's own.
NEVER = frozenset({"csrfmiddlewaretoken", "password", "code", "recovery", "answer", FIELD})


@dataclass(frozen=True)
class Typed:
    """What was sent to an address of ours, by name and value."""

    path: str
    fields: list[tuple[str, str]]

    @property
    def texts(self) -> list[str]:
        """Return what somebody wrote, not what the form says of itself."""
        return [
            text.strip() for name, text in self.fields if name != "seen" and " " in text.strip()
        ]


def keep(request: HttpRequest, whose: int | None) -> str:
    """Return what was sent, sealed for its account; "" where there is nothing to keep or nobody to keep it for."""
    if whose is None or request.method != "POST" or request.FILES:
        return ""
    fields = [
        (name, text) for name, texts in request.POST.lists() if name not in NEVER for text in texts
    ]
    text = json.dumps([whose, request.get_full_path(), fields])
    return sealed.seal(PURPOSE, text) if len(text) <= MOST else ""


def kept(request: HttpRequest) -> str:
    """Return what a form brought along sealed, as it came."""
    return request.POST.get(FIELD, "")


def is_ours(text: str) -> bool:
    """Say whether a text was sealed here in the last hour, for whomever."""
    return bool(text) and sealed.unseal(PURPOSE, text, SECONDS) is not None


def opened(text: str, whose: Any) -> Typed | None:
    """Return what was kept for this account in the last hour, or nothing."""
    found = sealed.unseal(PURPOSE, text, SECONDS) if text else None
    if found is None:
        return None
    owner, path, fields = json.loads(found)
    return Typed(path, [(name, value) for name, value in fields]) if owner == whose else None
