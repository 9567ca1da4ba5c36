"""Services in tests, published as they stand; that all their examples come out is `make services`' to say."""

import re
import shutil
from datetime import datetime
from pathlib import Path

import yaml
from django.utils import timezone

from doorstep.catalogue import actions as publishing
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.service import Service


def publish(contents: dict[str, str], now: datetime | None = None) -> Service:
    """Publish what these files describe."""
    now = now or timezone.now()
    publishing.played(service=catalogue.build(contents), examples=1, now=now)
    return publishing.publish(contents=contents, now=now)


def publish_folder(folder: Path, now: datetime | None = None) -> Service:
    """Publish the service of a folder."""
    return publish(catalogue.read_folder(folder), now)


def publish_library(*slugs: str, now: datetime | None = None) -> Service:
    """Publish services of the library; return the last."""
    return [publish_folder(catalogue.folder_of(slug), now) for slug in slugs][-1]


def few_examples(home: Path, slug: str, *kept: str, most: int = 6) -> int:
    """Leave a service of a copied library its first examples and those that say one of these; return how many.

    To play them all takes seconds; that all come out is `make services`' to say.
    """
    path = home / "services" / slug / "examples.yaml"
    head, *examples = re.split(r"(?m)^(?=- name: )", path.read_text())
    left = [
        example
        for n, example in enumerate(examples)
        if n < most or any(words in example for words in kept)
    ]
    path.write_text(head + "".join(left))
    return len(left)


def leave_only(home: Path, *slugs: str) -> None:
    """Take every other service out of a copy of the library, and out of the council's wishes."""
    for folder in (home / "services").iterdir():
        if (folder / "service.yaml").exists() and folder.name not in slugs:
            shutil.rmtree(folder)
    path = home / "councils" / "demo" / "council.yaml"
    said = yaml.safe_load(path.read_text()) | {"services": list(slugs), "anything": ""}
    path.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False))
