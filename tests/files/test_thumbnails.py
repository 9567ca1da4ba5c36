"""A disk that is full for minutes fails no thumbnail for good, and no disk holds a job up for ever."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from doorstep.files import photos, queue
from doorstep.outside import later
from doorstep.outside.errors import GiveUp, TryLater

NAME = "0" * 32 + ".jpg"


@contextmanager
def small_disk() -> Iterator[None]:
    """Let this process write no file past a hundred bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(autouse=True)
def kept(tmp_path: Any, settings: Any) -> None:
    settings.DATA = tmp_path
    photos.folder().mkdir()
    Image.effect_noise((800, 600), 80).convert("RGB").save(photos.folder() / NAME)


def run_again(error: Exception, runs_before: int) -> bool:
    retries = later.Retries(queue.make_thumbnail.max_runs)
    job: Any = SimpleNamespace(attempts=runs_before)
    return retries.get_retry_decision(exception=error, job=job) is not None


def test_on_a_full_disk_it_is_tried_for_an_hour_and_then_no_more() -> None:
    with small_disk(), pytest.raises(TryLater) as refused:
        photos.make_thumbnail(NAME)
    assert run_again(refused.value, queue.make_thumbnail.max_runs)
    assert run_again(refused.value, later.DISK_RUNS - 2)
    assert not run_again(refused.value, later.DISK_RUNS - 1)
    assert not run_again(TryLater("elsewhere"), queue.make_thumbnail.max_runs)
    assert [p.name for p in photos.folder().iterdir()] == [NAME]  # nothing half written
    photos.make_thumbnail(NAME)
    assert photos.path_of(NAME, small=True) != photos.path_of(NAME)


def test_what_cannot_be_read_is_not_tried_again() -> None:
    (photos.folder() / NAME).write_bytes(b"no picture")
    with pytest.raises(GiveUp):
        photos.make_thumbnail(NAME)
