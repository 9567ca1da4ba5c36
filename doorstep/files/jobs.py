"""Thumbnails are made, and papers scanned, in the queue."""

from django.utils import timezone

from doorstep.files import papers, photos, queue


@queue.make_thumbnail.does()
def make_thumbnail(name: str) -> None:
    """Make the small picture that pages show."""
    photos.make_thumbnail(name)


@queue.make_preview.does()
def make_preview(name: str) -> None:
    """Draw a paper small."""
    papers.make_preview(name)


def _gave_up(name: str) -> None:
    papers.gave_up(name, timezone.now())


@queue.scan_paper.does(on_give_up=_gave_up)
def scan_paper(name: str) -> None:
    """Have a paper looked at for viruses."""
    papers.scan(name)


def scan_lost() -> None:
    """Queue papers again whose job may be lost."""
    papers.scan_lost(now=timezone.now())


def scan_given_up() -> None:
    """Queue papers again that no scanner could be asked about."""
    papers.scan_given_up()
