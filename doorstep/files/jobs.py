"""Thumbnails are made in the queue."""

from doorstep.files import photos, queue


@queue.make_thumbnail.does()
def make_thumbnail(name: str) -> None:
    """Make the small picture that pages show."""
    photos.make_thumbnail(name)
