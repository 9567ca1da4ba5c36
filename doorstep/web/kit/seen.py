"""What is acted on is what was seen: a form carries a mark of the state that its page showed.

The mark says of each part a short digest, so that the page can name what changed; who makes one up fools
nobody but themselves.
"""

import hashlib
from collections.abc import Mapping

FIELD = "seen"


def mark(state: Mapping[str, object]) -> str:
    """Return the mark of a state, part by part; the value of the form's hidden field `seen`."""
    return " ".join(f"{name}={_digest(value)}" for name, value in sorted(state.items()))


def changed(posted: Mapping[str, str], state: Mapping[str, object]) -> list[str] | None:
    """Return the parts of a state that are not as the page that was sent showed them.

    Nothing (None) where all is as it was shown; an empty list where the form brought no mark.
    """
    was = posted.get(FIELD, "")
    if was == mark(state):
        return None
    before = dict(part.split("=", 1) for part in was.split() if "=" in part)
    now = {name: _digest(value) for name, value in state.items()}
    return sorted(n for n in before.keys() | now if before.get(n) != now.get(n)) if before else []


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:10]
