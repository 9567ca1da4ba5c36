"""A folder that is tried out: it runs as it stands, whatever its examples say, and again after each edit."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from django.db import transaction

from doorstep.cases.models import Draft
from doorstep.catalogue import actions as publishing
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.problem import Problem
from doorstep.catalogue.service import Service
from doorstep.demo.homes import FIRST_UPRN
from doorstep.places.models import Property

Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Standing:
    """How a folder stands: its service by its slug, what keeps it from running, and what is only doubtful."""

    slug: str
    title: str = ""
    mistakes: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


_lock = Lock()
_last: dict[Path, tuple[Signature, Standing]] = {}


def look(folder: Path, now: datetime) -> Standing:
    """Return how a folder stands now; where it was edited and is well formed, it runs from here on, also for forms begun."""
    with _lock:
        seen = _signature(folder)
        if folder not in _last or _last[folder][0] != seen:
            _last[folder] = seen, _run(folder, now)
        return _last[folder][1]


def _signature(folder: Path) -> Signature:
    """Return what shows that a file was edited: names, times and sizes."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = [(path, path.stat()) for path in paths]
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)


def _run(folder: Path, now: datetime) -> Standing:
    try:
        examined = catalogue.examine(folder)
    except DefinitionError as exc:
        return Standing(folder.name, mistakes=tuple(exc.problems))
    problems = [*examined.problems, *catalogue.own_settings_problems(examined.service)]
    mistakes = tuple(problem for problem in problems if not problem.is_warning)
    warnings = tuple(problem for problem in problems if problem.is_warning)
    slug = examined.service.slug
    try:
        if not mistakes:
            publish(examined.service, examined.files, now)
    except DefinitionError as exc:  # what only the others that run show, such as a prefix
        mistakes = tuple(exc.problems)
    return Standing(slug, examined.service.about.title, mistakes, warnings)


@transaction.atomic
def publish(service: Service, files: dict[str, str], now: datetime) -> None:
    """Let a service run whose examples nobody played; forms that are begun go on with it."""
    publishing.played(service=service, examples=0, now=now)
    publishing.publish(contents=files, now=now)
    Draft.objects.filter(slug=service.slug, sent_at=None).update(version=service.digest)


def publish_library(now: datetime) -> int:
    """Let every service of the library run that is well formed; return how many."""
    folders = catalogue.library()
    return sum(not look(folder, now).mistakes for folder in folders)


def homes(count: int) -> list[Property]:
    """Return some homes that can be named where a form asks for an address, of several postcodes."""
    own = Property.objects.filter(uprn__gte=FIRST_UPRN).order_by("postcode", "uprn")
    return list(own.distinct("postcode").select_related("street")[:count])
