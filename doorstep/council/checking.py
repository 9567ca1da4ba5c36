"""What is wrong in a council's own folder, said before a resident meets it: by file and name, in one sentence each."""

from pathlib import Path

from pydantic import ValidationError

from doorstep.council import queries
from doorstep.council.queries import Council


def said(path: Path, exc: ValidationError) -> list[str]:
    """Return what pydantic found, each with its file and the name that is wrong."""
    rows = [
        (".".join(map(str, e["loc"])), e["msg"].removeprefix("Value error, ")) for e in exc.errors()
    ]
    return [f"{path}: {where}: {what}" for where, what in rows]


def problems() -> list[str]:
    """Return what is wrong in council.yaml, or names what is not there."""
    path = queries.folder() / "council.yaml"
    try:
        here = queries.current()
    except ValidationError as exc:
        return said(path, exc)
    return [f"{path}: {problem}" for problem in (*_names(here), *_files(here))]


def doubts() -> list[str]:
    """Return what is not shown, because it names a service that this council does not offer: no reason not to start."""
    here, path = queries.current(), queries.folder() / "council.yaml"
    named = [(f"front.tiles.{n}", tile.service) for n, tile in enumerate(here.front.tiles)]
    named += [(f"front.links.{n}", link.beside) for n, link in enumerate(here.front.links)]
    return [
        f"{path}: {where}: `{service}` is not among `services`, so it is not shown"
        for where, service in named
        if service and service not in here.services
    ]


def _names(here: Council) -> list[str]:
    return [
        f"front.tiles.{n}: `{name}` is not among `drawn`"
        for n, tile in enumerate(here.front.tiles)
        for name in tile.draw
        if name not in here.drawn
    ]


def _files(here: Council) -> list[str]:
    named = {"mark": here.brand.mark, "share": here.brand.share}
    return [
        f"brand.{what}: there is no file `{name}` beside it"
        for what, name in named.items()
        if name and not (queries.folder() / name).exists()
    ]
