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


def _names(here: Council) -> list[str]:
    found = []
    for n, tile in enumerate(here.front.tiles):
        if tile.service and tile.service not in here.services:
            found.append(f"front.tiles.{n}: `{tile.service}` is not among `services`")
        found += [
            f"front.tiles.{n}: `{name}` is not among `drawn`"
            for name in tile.draw
            if name not in here.drawn
        ]
    return found + [
        f"front.links: `{link.beside}` is not among `services`"
        for link in here.front.links
        if link.beside not in here.services
    ]


def _files(here: Council) -> list[str]:
    named = {"mark": here.brand.mark, "share": here.brand.share}
    return [
        f"brand.{what}: there is no file `{name}` beside it"
        for what, name in named.items()
        if name and not (queries.folder() / name).exists()
    ]
