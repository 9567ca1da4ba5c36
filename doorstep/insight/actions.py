"""Counts: what happens on a form's pages, what is left, and what is searched in vain."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings

from doorstep.cases.models import Draft
from doorstep.insight import cells, left, phrases
from doorstep.insight.cells import Cell
from doorstep.insight.counter import Flusher, Sums
from doorstep.insight.phrases import Written

CELLS = Sums[Cell](20_000, cells.add)
PHRASES = Sums[Written](500, phrases.add)
FLUSHER = Flusher(CELLS, PHRASES)


def count(cell: Cell, n: int = 1) -> None:
    """Count something that happened; nothing is written now."""
    if not settings.COUNTING:
        return
    CELLS.add(cell, n)
    if settings.COUNTS_ARE_WRITTEN:
        FLUSHER.start()


def count_words(text: str, *, language: str, day: date) -> None:
    """Count what was written and nothing was proposed for, by its telling words; nothing is written now."""
    words = phrases.scrubbed(text)
    if not words or not settings.COUNTING:
        return
    PHRASES.add(Written(day, words, language))
    if settings.COUNTS_ARE_WRITTEN:
        FLUSHER.start()


def count_dropped(drafts: Iterable[Draft]) -> None:
    """Count forms as left that are about to be thrown away, but for those that are counted already."""
    for draft in drafts:
        if left.is_counted(draft) and draft.left_at is None:
            count(left.cell_of(draft))
