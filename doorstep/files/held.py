"""Photos and papers together, as a case holds them: each by its name, which says which it is."""

from collections.abc import Collection, Iterable
from datetime import datetime

from doorstep.files import papers, photos

_PAPER = ".file"


def keep(names: Iterable[str], *, holder: str) -> None:
    """Mark what a case holds, which is named by its reference; all else is swept away within hours."""
    held = [name for name in names if name]
    photos.keep(name for name in held if not name.endswith(_PAPER))
    if of_paper := [name for name in held if name.endswith(_PAPER)]:
        papers.keep(of_paper, holder=holder)


def remove(name: str) -> None:
    """Delete a photo or a paper."""
    (papers if name.endswith(_PAPER) else photos).remove(name)


def sweep(*, unfinished: Collection[str], now: datetime) -> None:
    """Delete what hours after it was sent to us nothing names; `unfinished` are the names that forms not sent yet still hold."""
    photos.sweep(unfinished=unfinished, now=now)
    papers.sweep(unfinished=unfinished, now=now)
