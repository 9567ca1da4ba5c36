"""Finds the folder that somebody means who writes services: one of the library, by its slug, or one anywhere."""

from dataclasses import dataclass
from pathlib import Path

from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.forms.rules.errors import suggest


@dataclass(frozen=True)
class Folder:
    """A service's folder, and how it is named to who asked for it."""

    path: Path
    shown: str
    in_library: bool


def library() -> list[Folder]:
    """Return every folder of the library."""
    return [_of_library(path) for path in catalogue.library()]


def find(name: str) -> Folder:
    """Return the folder of this name: the library's by its slug, else a path; raises Refused("no_folder")."""
    path = Path(name)
    if name == path.name and (council.home() / "services" / name / "service.yaml").exists():
        return _of_library(catalogue.folder_of(name))
    if not (path / "service.yaml").is_file():
        raise Refused("no_folder", words=_nowhere(name, path))
    path = path.resolve()
    if path.parent == (council.home() / "services").resolve():
        return _of_library(path)
    return Folder(path, name.rstrip("/"), in_library=False)


def _of_library(path: Path) -> Folder:
    return Folder(path, f"services/{path.name}", in_library=True)


def _nowhere(name: str, path: Path) -> str:
    """Return what is said where there is no such folder."""
    if path.is_dir():
        return f"{name} is no service: there is no service.yaml in it."
    near = suggest(name, [folder.name for folder in catalogue.library()])
    return f"There is no services/{name}/service.yaml, and no folder {name}{near or '.'}"
