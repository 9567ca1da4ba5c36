"""Reads what stands on the shelf: services, their versions, the cases under each, and the library beside."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Q

from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.build_service import digest
from doorstep.catalogue.differences import Difference, differences, lines
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.models import Version
from doorstep.rehearsal.models import Publishing


@dataclass(frozen=True)
class Shelved:
    """One published version, with how many cases began under it."""

    version: Version
    open: int
    closed: int


@dataclass
class OnShelf:
    """One service: its versions, the newest first, and how the library stands to the running one."""

    slug: str
    title: str
    versions: list[Shelved] = field(default_factory=list)
    library: catalogue.Standing = "absent"


def _cases() -> dict[str, tuple[int, int]]:
    """Count open and closed cases by version, in one statement."""
    closed = Q(closed_at__isnull=False)
    rows = Case.objects.values_list("version_id").annotate(
        open=Count("id", filter=~closed), closed=Count("id", filter=closed)
    )
    return {version: (is_open, is_closed) for version, is_open, is_closed in rows}


def shelf() -> list[OnShelf]:
    """Return every service, published here or only in the library, by title."""
    by_slug: dict[str, OnShelf] = {}
    counts = _cases()
    for version in Version.objects.defer("files").order_by("-current", "-published_at"):
        here = by_slug.setdefault(version.slug, OnShelf(version.slug, version.slug))
        here.versions.append(Shelved(version, *counts.get(version.digest, (0, 0))))
    for folder in catalogue.library():
        here = by_slug.setdefault(folder.name, OnShelf(folder.name, folder.name))
        versions = {v.version.digest: v.version.current for v in here.versions}
        try:
            here.library = catalogue.stands(digest(catalogue.read_folder(folder)), versions)
        except DefinitionError:
            here.library = "wrong"
    for service in catalogue.running():
        by_slug[service.slug].title = service.about.title
    return sorted(by_slug.values(), key=lambda s: s.title)


@dataclass(frozen=True)
class Newer:
    """What the library's folder would change, or what is wrong with it."""

    slug: str
    title: str
    digest: str
    standing: catalogue.Standing
    problems: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    lines: Mapping[str, list[str]] = field(default_factory=dict)
    examples: int = 0


def newer(slug: str) -> Newer:
    """Return the library's folder beside the running version; raises Refused("not_in_library")."""
    folder, running = catalogue.folder_of(slug), catalogue.current(slug)
    old = catalogue.contents(running.digest) if running else {}
    title = running.about.title if running else slug
    standing = catalogue.standing(slug)
    try:
        service, new = catalogue.of_folder(folder)
    except DefinitionError as exc:
        problems = tuple(f"services/{slug}/{problem}" for problem in exc.problems)
        return Newer(slug, title, "", standing, problems)
    return Newer(
        slug,
        title if running else service.about.title,
        service.digest,
        standing,
        differences=tuple(differences(old, new)) if running else (),
        lines=lines(old, new) if running else {},
        examples=len(service.examples),
    )


def publishing(slug: str, number: int) -> Publishing | None:
    """Return one wish to publish a service, or nothing."""
    return Publishing.objects.filter(slug=slug, id=number).defer("files").first()


def under_way(slug: str) -> Publishing | None:
    """Return the wish to publish a service that has not ended, or nothing."""
    return Publishing.objects.filter(slug=slug, ended_at=None).defer("files").first()
