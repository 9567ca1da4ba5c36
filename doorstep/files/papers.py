"""Papers as people send them, such as a lease: told by what is in them, kept apart from photos, shut until they are scanned.

A picture among them is written anew, as photos are. Nothing else is changed: so nothing else is ever shown in a browser, and what
the scanner has not passed is opened by nobody (decision 53).
"""

import re
import secrets
import tempfile
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from django.db import transaction
from PIL import Image

from doorstep.files import child, disk, paper, photos, picture, queue
from doorstep.files.errors import BadFile
from doorstep.files.file_types import TYPES, spoken
from doorstep.files.models import Paper
from doorstep.files.provider import SOCKET
from doorstep.outside import plug
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.text.clean import line

log = structlog.get_logger("doorstep.files")
_NAME = re.compile(r"^[0-9a-f]{32}\.file$")
MOST_MEGABYTES, MOST_LETTERS = 20, 100
UNSENT = timedelta(hours=6)
# How long the queue may take before a job is taken for lost.
LOST = timedelta(minutes=30)
PICTURES = {"JPEG": "jpeg", "PNG": "png", "GIF": "gif", "HEIF": "heic", "WEBP": "webp"}
REFUSALS = {
    paper.NOT_KNOWN: "file_type",
    paper.LOCKED: "file_locked",
    paper.MACROS: "file_macros",
    paper.BOMB: "file_too_much",
    paper.OLD_OFFICE: "file_old",
    picture.TOO_MUCH: "file_too_much",
    picture.NOT_KEPT: "file_not_kept",
}


def folder() -> Path:
    """Return where papers are kept; never served as files."""
    return Path(settings.DATA) / "papers"


def take(file: Any, *, types: Collection[str], now: datetime) -> str:
    """Keep a file that is of one of some types, and return its name; raises BadFile.

    It is looked into by a process of its own (`child`), scanned by the queue, and shut until that is done.
    """
    file_name = line(str(file.name or ""))
    try:
        return _take(file, file_name, types, now)
    except BadFile as exc:
        exc.values |= {"name": file_name[-MOST_LETTERS:], "types": spoken(types)}
        log.warning("paper_refused", refusal=exc.code)
        raise
    except OSError as exc:  # the disk is full, or refuses; the form keeps everything else
        log.error("paper_not_kept", error=type(exc).__name__, number=exc.errno)
        raise BadFile("file_not_kept", name=file_name[-MOST_LETTERS:]) from exc


def _take(file: Any, file_name: str, types: Collection[str], now: datetime) -> str:
    if not file.size:
        raise BadFile("file_empty")
    if file.size > MOST_MEGABYTES * 1024 * 1024:
        raise BadFile("file_too_large")
    name = f"{secrets.token_hex(16)}.file"
    folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile() as source:
        head = b""
        for chunk in file.chunks():
            head = head or chunk[:16]
            source.write(chunk)
        kind = _kind(head, source)
        if kind not in types:
            raise BadFile("file_type")
        source.seek(0)
        with disk.whole(folder() / name) as target:
            if TYPES[kind].is_picture:
                kind = "jpeg"
                photos.read(source, target)
            else:
                target.write(source.read())
    size = (folder() / name).stat().st_size
    _add(name, _named(file_name, kind), kind, size, now)
    return name


def _kind(head: bytes, source: IO[bytes]) -> str:
    """Return what type a file is by what is in it; its name and what a browser says of it count for nothing. Raises BadFile."""
    if seen := picture.kind_of(head):
        return PICTURES[seen]
    # Nothing of it is read here: the other process goes on where this one stands.
    source.seek(0)
    with tempfile.TemporaryFile() as told:
        code = _done_by_child(source, told, paper.TELL)
        if code != picture.DONE:
            raise BadFile(REFUSALS.get(code, "file_broken"))
        told.seek(0)
        return told.read(20).decode()


def _done_by_child(source: IO[bytes], target: IO[bytes], task: str) -> int:
    places = Path(settings.DATA) / "photo-places"
    try:
        return child.read(source, target, places=places, program=paper.__file__, task=task)
    except child.Busy as exc:
        raise BadFile("file_busy") from exc


def _named(file_name: str, kind: str) -> str:
    """Return a file's own name with an ending of what it is, so that what opens it is what was looked for in it."""
    stem, dot, ending = re.sub(r'[\\/:*?"<>|]', "-", file_name).strip(". ").rpartition(".")
    own, known = TYPES[kind].endings, [e for one in TYPES.values() for e in one.endings]
    given = f".{ending.lower()}" if dot else ""
    if given in own:
        return _short(stem, given)
    return _short(stem if given in known else f"{stem}{dot}{ending}", own[0])


def _short(stem: str, ending: str) -> str:
    return f"{stem[: MOST_LETTERS - len(ending)].rstrip() or 'file'}{ending}"


@transaction.atomic
def _add(name: str, file_name: str, kind: str, size: int, now: datetime) -> None:
    is_scanned = plug.get(SOCKET).is_there
    state = "waiting" if is_scanned else "unscanned"
    about = {"file_name": file_name, "kind": kind, "size": size, "state": state}
    Paper.objects.create(name=name, taken_at=now, **about)
    if is_scanned:
        queue.scan_paper.defer(name=name)
    else:
        queue.make_preview.defer(name=name)


def scan(name: str) -> None:
    """Have a paper that waits looked at for viruses; one in which something is found is deleted. Raises TryLater, GiveUp."""
    row = Paper.objects.filter(name=name, state="waiting").first()
    if row is None:
        return
    scanner, found = plug.get(SOCKET), ""
    if scanner.is_there:
        try:
            with (folder() / name).open("rb") as file:
                found = scanner.scan(file)
        except OSError as exc:
            raise TryLater("a paper that was kept cannot be read") from exc
    state = "refused" if found else "clean" if scanner.is_there else "unscanned"
    with transaction.atomic():
        Paper.objects.filter(name=name, state="waiting").update(
            state=state, found=found[:80], given_up_at=None, told_at=None
        )
        if found:
            transaction.on_commit(lambda: _delete(name))
        else:
            queue.make_preview.defer(name=name)


def gave_up(name: str, now: datetime) -> None:
    """Note that the scanner could not be asked: the paper stays shut until it can, and its team is told once."""
    Paper.objects.filter(name=name, state="waiting").update(given_up_at=now)


def scan_lost(*, now: datetime) -> None:
    """Queue again what has waited for long, and whose job may be lost; what was given up waits for the night."""
    waiting = Paper.objects.filter(state="waiting", given_up_at=None, taken_at__lt=now - LOST)
    for name in waiting.order_by("taken_at").values_list("name", flat=True)[:500]:
        queue.scan_paper.defer(name=name)


def scan_given_up() -> None:
    """Queue again, in the night, what the scanner could not be asked about."""
    for name in Paper.objects.filter(state="waiting").values_list("name", flat=True)[:5000]:
        queue.scan_paper.defer(name=name)


def to_tell_of() -> list[Paper]:
    """Return the papers of cases of which nobody was told yet that something was found, or that no scanner answers."""
    held = Paper.objects.filter(told_at=None, kept=True).exclude(holder="")
    refused = held.filter(state="refused")[:100]
    shut = held.filter(state="waiting", given_up_at__isnull=False)[:100]
    return [*refused, *shut]


def told(name: str, *, now: datetime) -> bool:
    """Note that somebody is told of a paper; say whether nobody was before."""
    return bool(Paper.objects.filter(name=name, told_at=None).update(told_at=now))


def make_preview(name: str) -> None:
    """Draw a paper small, where that can be done: a picture, and the first page of a PDF. Raises TryLater."""
    row, path = Paper.objects.filter(name=name).first(), path_of(name)
    if row is None or path is None or row.kind not in ("jpeg", "pdf"):
        return
    try:
        with path.open("rb") as source:
            drawn = _page(source) if row.kind == "pdf" else _picture(source)
        if drawn:
            with disk.whole(_small(name)) as target:
                target.write(drawn)
    except OSError as exc:
        if exc.errno is not None:
            raise TryLater("the disk refuses a preview") from exc
        raise GiveUp("a picture that was kept cannot be read") from exc


def _page(source: IO[bytes]) -> bytes:
    """Return the first page of a PDF, small; nothing of one that cannot be drawn: it has its sign then."""
    with tempfile.TemporaryFile() as target:
        try:
            code = _done_by_child(source, target, paper.PAGE)
        except BadFile as exc:
            raise TryLater("others have every place to read a file") from exc
        target.seek(0)
        return target.read() if code == picture.DONE else b""


def _picture(source: IO[bytes]) -> bytes:
    with Image.open(source, formats=("JPEG",)) as image:
        image.thumbnail((paper.SIDE, paper.SIDE))
        written = BytesIO()
        image.save(written, "JPEG", quality=85)
        return written.getvalue()


def of(names: Iterable[str]) -> dict[str, Paper]:
    """Return the papers of some names, in their order."""
    wanted = [n for n in names if _NAME.match(n)]
    rows = Paper.objects.in_bulk(wanted) if wanted else {}
    return {name: rows[name] for name in wanted if name in rows}


def refused(names: Iterable[str]) -> set[str]:
    """Return those among some papers that no case holds in which something was found."""
    return {name for name, row in of(names).items() if row.state == "refused" and not row.kept}


def keep(names: Iterable[str], *, holder: str) -> None:
    """Mark papers as held by a case, which is named by its reference; others are swept away within hours."""
    Paper.objects.filter(name__in=list(names)).update(kept=True, holder=holder)


def sweep(*, unfinished: Collection[str], now: datetime) -> None:
    """Delete papers that hours after they were taken nothing names, and what a process that died left behind."""
    old = Paper.objects.filter(kept=False, taken_at__lt=now - UNSENT)
    for name in old.exclude(name__in=unfinished).values_list("name", flat=True):
        remove(name)
    disk.sweep(folder(), lambda path: path.name.replace(".small.jpg", ".file"), _known)


def _known(names: Collection[str]) -> set[str]:
    rows = Paper.objects.filter(name__in=names).exclude(state="refused")
    return set(rows.values_list("name", flat=True))


def path_of(name: str) -> Path | None:
    """Return where a paper lies that may be opened; nothing where there is none, or while it is shut."""
    if not _NAME.match(name):
        return None
    row = Paper.objects.filter(name=name).first()
    if row is None or not row.may_be_opened:
        return None
    path = folder() / name
    return path if path.exists() else None


def drawn_small(rows: Iterable[Paper]) -> set[str]:
    """Return the names of those of some papers that have a small picture and may be opened."""
    return {row.name for row in rows if row.may_be_opened and _small(row.name).exists()}


def preview_of(name: str) -> Path | None:
    """Return where the small picture of a paper that may be opened lies, or nothing."""
    if path_of(name) is None or not _small(name).exists():
        return None
    return _small(name)


def _small(name: str) -> Path:
    return folder() / f"{name.removesuffix('.file')}.small.jpg"


def remove(name: str) -> None:
    """Delete a paper with all that is known of it."""
    if _NAME.match(name):
        _delete(name)
        Paper.objects.filter(name=name).delete()


def _delete(name: str) -> None:
    (folder() / name).unlink(missing_ok=True)
    _small(name).unlink(missing_ok=True)
