"""Patterns of letters: bounded in length, matched as a whole, in a time that grows with the text alone (RE2)."""

from functools import lru_cache
from typing import Any

MOST_PATTERN, MOST_MEMORY = 200, 1 << 20


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> Any:
    import re2  # its library is loaded by who matches something, not by each start

    options = re2.Options()
    options.log_errors, options.max_mem = False, MOST_MEMORY
    return re2.compile(pattern, options)


def problem(pattern: str) -> str:
    """Return what is wrong with a pattern, in words for whoever writes one; nothing where it can be used."""
    if len(pattern) > MOST_PATTERN:
        return f"a pattern has at most {MOST_PATTERN} signs"
    import re2

    try:
        _compiled(pattern)
    except re2.error:
        return (
            "this pattern cannot be read; letters, digits, [A-Z], [0-9], ?, *, +, {2}, (…|…) are understood, "
            "and a sign such as . or ( that is meant itself is written \\. or \\("
        )
    return ""


def matches(text: str, pattern: str) -> bool:
    """Say whether the whole of a text is as a pattern says; of one that cannot be read, no."""
    return not problem(pattern) and _compiled(pattern).fullmatch(text) is not None
