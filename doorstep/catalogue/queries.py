"""Finds services and their settings."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import structlog
import yaml
from django.db.models import Max, QuerySet
from django.utils import timezone

from doorstep.catalogue import here, setting_checks
from doorstep.catalogue.build_service import build, digest, read_all
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.files import SettingFile
from doorstep.catalogue.models import Version
from doorstep.catalogue.problem import Place, Problem, each_once
from doorstep.catalogue.reading import Source
from doorstep.catalogue.service import Service
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.outside.kept import kept
from doorstep.outside.lately import Lately

log = structlog.get_logger("doorstep.catalogue")
FILES = ("service.yaml", "form.yaml", "workflow.yaml", "examples.yaml")
# The scoping note: nothing is read from it, and it belongs to the version.
NOTE = "README.md"
_PREFIX = re.compile(r"^prefix:\s*['\"]?(\w+)", re.MULTILINE)
# The library's folder beside the running version: the same; never published here (newer, or new
# where nothing runs); published here before; not there; not readable.
Standing = Literal["same", "newer", "new", "earlier", "absent", "wrong"]
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
    contents, problems = _texts(folder)
    if problems:
        raise DefinitionError(problems)
    return contents


def _texts(folder: Path) -> tuple[dict[str, str], list[Problem]]:
    """Return a folder's texts by their names in it, and which of them cannot be read as they should."""
    if not (folder / "service.yaml").exists():
        wrong = Place("service.yaml").wrong("no_file", f"there is no service.yaml in {folder.name}")
        raise DefinitionError([wrong])
    paths = [folder / n for n in (*FILES, NOTE) if (folder / n).exists()]
    paths += sorted((folder / "messages").glob("*.md"))
    contents, problems = dict[str, str](), list[Problem]()
    for path in paths:
        name = str(path.relative_to(folder))
        if not path.is_file():  # a folder, or what would keep us waiting
            problems.append(Place(name).wrong("no_file", "is no file: a text file belongs here"))
            continue
        saved = path.read_bytes()
        try:
            text = saved.decode("utf-8")
        except UnicodeDecodeError:
            problems.append(Place(name).wrong("not_utf8", "not UTF-8; save the file as UTF-8"))
            text = saved.decode("utf-8", errors="replace")
        # As text files are read everywhere else: whichever system ended the lines.
        contents[name] = text.replace("\r\n", "\n").replace("\r", "\n")
    return contents, problems


def of_folder(folder: Path) -> tuple[Service, dict[str, str]]:
    """Return the service that a folder describes, and its files; raises DefinitionError.

    Stricter than building what was published before: what is read here is about to be used anew.
    """
    looked_at = examine(folder)
    if mistakes := [p for p in looked_at.problems if not p.is_warning]:
        raise DefinitionError(mistakes)
    return looked_at.service, looked_at.files


@dataclass(frozen=True)
class Examined:
    """What a folder describes that is about to be used anew, its files, and every mistake and warning."""

    service: Service
    files: dict[str, str]
    problems: list[Problem]


def examine(folder: Path) -> Examined:
    """Return what a folder describes, and all that is wrong with it in this council; raises DefinitionError where it is none."""
    files, problems = _texts(folder)
    reading = read_all(files)
    problems += setting_checks.default_problems(reading.service, reading.sources["service.yaml"])
    # Settings that are wrong themselves are said as such, and tell nothing of the rest.
    is_wrong = bool(problems or reading.unread.files or own_settings_problems(reading.service))
    in_force = None if is_wrong else settings(reading.service, _today())
    problems += here.problems(
        reading, in_force, _others({reading.service.slug, folder.name}), files.get("examples.yaml")
    )
    if reading.service.slug != folder.name:
        slug = reading.service.slug
        words = f"slug: is `{slug}`, but its folder is `{folder.name}`: call the folder `{slug}`, or say `slug: {folder.name}`"
        problems.append(reading.sources["service.yaml"].where("slug").wrong("slug", words))
    own = [p for p in problems if not reading.unread.explains(p)]
    return Examined(reading.service, files, each_once([*reading.problems, *own]))


def _others(own: set[str]) -> dict[str, str]:
    """Return the prefixes of the library's services, each with the service's slug; not those of one's own."""
    prefixes = dict[str, str]()
    for folder in library():
        text = (folder / "service.yaml").read_text(encoding="utf-8", errors="replace")
        if folder.name not in own and (said := _PREFIX.search(text)):
            prefixes.setdefault(said[1], folder.name)
    return prefixes


def _today() -> date:
    return timezone.now().astimezone(council.ZONE).date()


def library() -> list[Path]:
    """Return the folders of the library of services."""
    return sorted(p.parent for p in (council.home() / "services").glob("*/service.yaml"))


def folder_of(slug: str) -> Path:
    """Return where the library keeps a service; raises Refused("not_in_library")."""
    folder = council.home() / "services" / slug
    if not (folder / "service.yaml").exists():
        raise Refused("not_in_library", slug=slug)
    return folder


def standing(slug: str) -> Standing:
    """Say how the library's folder of a service stands to the version that runs."""
    try:
        folder_digest = digest(read_folder(folder_of(slug)))
    except Refused:
        return "absent"
    except DefinitionError:
        return "wrong"
    versions = Version.objects.filter(slug=slug).values_list("digest", "current")
    return stands(folder_digest, {version: current for version, current in versions})


def stands(held: str, versions: Mapping[str, bool]) -> Standing:
    """Say it for a folder's digest and the versions published here, each with whether it runs."""
    if not any(versions.values()):
        return "new"
    if held not in versions:
        return "newer"
    return "same" if versions[held] else "earlier"


def service(version: str, files: dict[str, str] | None = None) -> Service:
    """Return the service of a published version in the language spoken now; built once a process."""
    key = (version, council.language())
    if key not in _made:
        # Threads that ask first at the same time each build it; all go on with one, whose parts are known by which they are.
        _made.setdefault(key, build(files or Version.objects.get(digest=version).files))
    return _made[key]


def contents(version: str) -> dict[str, str]:
    """Return the files of a published version."""
    return dict(Version.objects.get(digest=version).files)


def current(slug: str) -> Service | None:
    """Return the version residents begin with now, or nothing; what was published elsewhere, within a second."""
    version = runs().get(slug)
    return service(version) if version else None


def running() -> list[Service]:
    """Return every current service, by title.

    One that this process cannot read, such as of a newer release with a kind of question that it does not know, is left out
    and logged: it holds up no other.
    """
    read = (_read(version) for version in runs().values())
    return sorted((s for s in read if s is not None), key=lambda s: s.about.title)


def _read(version: str) -> Service | None:
    try:
        return service(version)
    except DefinitionError as exc:
        log.error("service_not_read", version=version[:12], code=exc.problems[0].code)
        return None


@kept
def _running() -> QuerySet[Version, tuple[str, str]]:
    return Version.objects.filter(current=True).values_list("slug", "digest")


# The current version of each service, by its slug.
runs = Lately(lambda: dict(_running()))


@kept
def _latest() -> QuerySet[Version, tuple[str, str]]:
    versions = Version.objects.order_by("slug", "-current", "-published_at").distinct("slug")
    return versions.values_list("slug", "digest")


@lru_cache(maxsize=1024)
def _team(version: str) -> str:
    return str(yaml.safe_load(contents(version)["service.yaml"])["team"])


# The team of each service, by its slug: that of the version that runs, or ran last.
teams = Lately(lambda: {slug: _team(version) for slug, version in _latest()})


def of_team(team: str) -> list[str]:
    """Return the slugs of a team's services, those that ran once too."""
    return sorted(slug for slug, name in teams().items() if name == team)


def online() -> list[Service]:
    """Return the current services that residents may ask for by themselves, by title."""
    return [service for service in running() if service.is_online]


def in_councils_order(services: list[Service]) -> list[Service]:
    """Return services as the council lists them; those that it does not list, after these as they came."""
    places = {slug: n for n, slug in enumerate(council.current().services)}
    return sorted(services, key=lambda service: places.get(service.slug, len(places)))


def changed_at() -> datetime:
    """Return when a version was last published; nothing published is the year 1970."""
    latest = Version.objects.aggregate(at=Max("published_at"))["at"]
    return latest or datetime.fromtimestamp(0, UTC)


@lru_cache(maxsize=8)
def _own_values(path: Path, changed: float) -> dict[str, dict[str, Any]]:
    return yaml.safe_load(path.read_text()) or {}


def settings(of: Service, day: date) -> dict[str, object]:
    """Return a service's settings on a day: the council's own value, dated or not, else the default."""
    path = council.folder() / "settings.yaml"
    overrides: Mapping[str, Any] | None = _other.get()
    if overrides is None:
        overrides = (
            _own_values(path, path.stat().st_mtime).get(of.slug, {}) if path.exists() else {}
        )
    values = {}
    for name, setting in of.about.settings.items():
        values[name] = _on(setting, overrides.get(name, setting.default), day)
    return values


def _on(setting: SettingFile, value: object, day: date) -> object:
    """Return a setting's value on a day; before the first date of its own, the default's."""
    if not setting_checks.is_dated(setting, value):
        return value
    rows: Any = value
    dated = [row for row in rows if row["since"] <= day]
    if dated:
        return max(dated, key=lambda row: row["since"])["value"]
    if value is setting.default:
        return rows[0]["value"]
    return _on(setting, setting.default, day)


def own_settings_problems(of: Service) -> list[Problem]:
    """Return what is wrong with this council's own settings of a service, each with file and line."""
    path = council.folder() / "settings.yaml"
    if not path.exists():
        return []
    source = Source(f"councils/{path.parent.name}/settings.yaml", path.read_text())
    overrides = _own_values(path, path.stat().st_mtime).get(of.slug, {})
    return setting_checks.own_problems(of, source, overrides)


def settings_digest(values: dict[str, object]) -> str:
    """Return a hash of settings, for the record that examples were played with them."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()
