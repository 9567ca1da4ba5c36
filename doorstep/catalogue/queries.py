"""Finds services and their settings."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from doorstep.catalogue.building import build
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.models import Version
from doorstep.catalogue.service import Service
from doorstep.council import queries as council

_made: dict[tuple[str, str], Service] = {}
# An example is played under settings of its own, for that play only.
_other: ContextVar[Mapping[str, object] | None] = ContextVar("other_settings", default=None)


@contextmanager
def other_settings(values: Mapping[str, object]) -> Iterator[None]:
    """Use these settings, over the services' defaults, inside the block."""
    mark = _other.set(values)
    try:
        yield
    finally:
        _other.reset(mark)


def read_folder(folder: Path) -> dict[str, str]:
    """Return the texts of a service's folder by their names in it; raises DefinitionError."""
    if not (folder / "service.yaml").exists():
        raise DefinitionError([f"{folder.name}: there is no service.yaml here"])
    names = ["service.yaml", "form.yaml", "workflow.yaml", "examples.yaml"]
    contents = {n: (folder / n).read_text() for n in names if (folder / n).exists()}
    for path in sorted((folder / "messages").glob("*.md")):
        contents[f"messages/{path.name}"] = path.read_text()
    return contents


def library() -> list[Path]:
    """Return the folders of the library of services."""
    return sorted(p.parent for p in (council.home() / "services").glob("*/service.yaml"))


def service(version: str, files: dict[str, str] | None = None) -> Service:
    """Return the service of a published version in the language spoken now; built once a process."""
    key = (version, council.language())
    if key not in _made:
        _made[key] = build(files or Version.objects.get(digest=version).files)
    return _made[key]


def contents(version: str) -> dict[str, str]:
    """Return the files of a published version."""
    return dict(Version.objects.get(digest=version).files)


def current(slug: str) -> Service | None:
    """Return the version residents begin with now, or nothing."""
    digest = Version.objects.filter(slug=slug, current=True).values_list("digest", flat=True)
    found = digest.first()
    return service(found) if found else None


def running() -> list[Service]:
    """Return every current service, by title."""
    versions = Version.objects.filter(current=True).values_list("digest", flat=True)
    return sorted((service(v) for v in versions), key=lambda s: s.about.title)


@lru_cache(maxsize=8)
def _own_values(path: Path, changed: float) -> dict[str, dict[str, Any]]:
    return yaml.safe_load(path.read_text()) or {}


def settings(of: Service, day: date) -> dict[str, object]:
    """Return a service's settings on a day: the council's own value, dated or not, else the default."""
    path = council.folder() / "settings.yaml"
    own: Mapping[str, Any] | None = _other.get()
    if own is None:
        own = _own_values(path, path.stat().st_mtime).get(of.slug, {}) if path.exists() else {}
    found = {}
    for name, setting in of.about.settings.items():
        value = own.get(name, setting.default)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            dated = [v for v in value if v["since"] <= day]
            value = max(dated, key=lambda v: v["since"])["value"] if dated else setting.default
        found[name] = value
    return found


def settings_digest(values: dict[str, object]) -> str:
    """Return a hash of settings, for the record that examples were played with them."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()
