"""What differs between two versions of a service: by its parts, then line by line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any, Literal

from pydantic import BaseModel

from doorstep.catalogue import files as f
from doorstep.catalogue import shape
from doorstep.catalogue.reading import Source
from doorstep.council import queries as council

Contents = Mapping[str, str]
Fields = Mapping[str, object]
Parts = Mapping[str, Fields]
LONGEST = 200
# Where the order means something. Where pages moved, what stands on them moved too.
ORDERED = ("page", "question", "fact", "rule")


@dataclass(frozen=True)
class Difference:
    """One part that was added, removed, changed or moved; `field` names what changed in it.

    `was` and `now` are left out where they are too long to be read in a line.
    """

    part: str
    name: str
    how: Literal["added", "removed", "changed", "moved"]
    field: str = ""
    was: str = ""
    now: str = ""

    def __str__(self) -> str:
        """Return it as a line for a terminal."""
        what = f"{self.part} {self.name}".strip()
        if self.how != "changed":
            return f"{what}: {self.how}"
        field = f" {self.field}" if self.field else ""
        if not (self.was or self.now):
            return f"{what}:{field} changed"
        return f"{what}:{field} was {self.was or 'nothing'}, is now {self.now or 'nothing'}"


def _model(contents: Contents, name: str, model: type[BaseModel]) -> Any:
    """Return a file as its model; an absent or empty file is nothing."""
    source = Source(name, contents.get(name, ""))
    return shape.read(source, model).model_dump(mode="json") if source.data else None


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {_said(v)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(_said(v) for v in value)
    return "" if value is None else str(value)


def _changed(part: str, name: str, was: Fields, now: Fields, of: str = "") -> Iterator[Difference]:
    for key in [*was, *(k for k in now if k not in was)]:
        old, new = was.get(key), now.get(key)
        field = f"{of} {key}".strip() if of or len({*was, *now}) > 1 else ""
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _changed(part, name, old, new, field)
        elif old != new:
            texts = _said(old), _said(new)
            short = all(len(text) <= LONGEST and "\n" not in text for text in texts)
            yield Difference(part, name, "changed", field, *(texts if short else ("", "")))


def _compare(part: str, old: Parts, new: Parts) -> Iterator[Difference]:
    for name in [*old, *(n for n in new if n not in old)]:
        if name not in new:
            yield Difference(part, name, "removed")
        elif name not in old:
            yield Difference(part, name, "added")
        else:
            yield from _changed(part, name, old[name], new[name])


def _moved(part: str, old: Parts, new: Parts) -> Iterator[Difference]:
    """Name the one that was carried furthest; the others only made room."""
    old_order, order = [n for n in old if n in new], [n for n in new if n in old]
    if old_order != order:
        far = max(old_order, key=lambda n: abs(old_order.index(n) - order.index(n)))
        yield Difference(part, far, "moved")


def _rules(pages: list[dict[str, Any]]) -> Parts:
    """Name each rule by where it leads, numbered where several lead there."""
    parts: dict[str, dict[str, object]] = {}
    for page in pages:
        for rule in page["check"]:
            leads = f"asking {rule['ask']}" if rule["ask"] else f"stopping with {rule['stop']}"
            name, number = f"{leads} (page {page['page']})", 2
            while name in parts:
                name, number = f"{leads} {number} (page {page['page']})", number + 1
            parts[name] = {"when": rule["when"]}
    return parts


def _questions(pages: list[dict[str, Any]]) -> Parts:
    return {
        q["id"]: {"page": page["page"], **{k: v for k, v in q.items() if k != "id"}}
        for page in pages
        for q in page["questions"]
    }


def _facts(pages: list[dict[str, Any]]) -> Parts:
    return {
        name: {"page": page["page"], "found by": call}
        for page in pages
        for name, call in page["facts"].items()
    }


def _without(of: Mapping[str, Any], *keys: str) -> dict[str, object]:
    return {k: v for k, v in of.items() if k not in keys}


def _messages(contents: Contents) -> Parts:
    parts = {}
    for name, text in contents.items():
        if name.startswith("messages/"):
            head, _, body = text.partition("\n\n")
            subject = head.removeprefix("subject: ").strip()
            parts[name[9:].removesuffix(".md")] = {"subject": subject, "text": body.strip()}
    return parts


def _parts(contents: Contents) -> dict[str, Parts]:
    """Return the parts of a definition by their kind; raises DefinitionError."""
    about = _model(contents, "service.yaml", f.ServiceFile) or {"settings": {}}
    form = _model(contents, "form.yaml", f.FormFile) or {"pages": [], "stops": {}}
    flow = _model(contents, "workflow.yaml", f.WorkflowFile) or {"stages": {}}
    # Examples of a version from before they had a model are compared as they stand.
    examples = Source("examples.yaml", contents.get("examples.yaml", "")).data or []
    pages = form["pages"]
    return {
        "service": {"": _without(about, "settings")},
        "setting": about["settings"],
        "page": {p["page"]: _without(p, "page", "questions", "facts", "check") for p in pages},
        "question": _questions(pages),
        "fact": _facts(pages),
        "rule": _rules(pages),
        "stop": form["stops"],
        "workflow": {"": _without(flow, "stages")},
        "stage": flow["stages"],
        "message": _messages(contents),
        "example": {str(e["name"]): _without(e, "name") for e in examples},
    }


def differences(old: Contents, new: Contents) -> list[Difference]:
    """Return what differs in any language, part by part; comments and layout do not count.

    Raises DefinitionError.
    """
    changes: list[Difference] = []
    for code in council.languages():
        with council.speaking(code):
            changes += [d for d in _differences(old, new) if d not in changes]
    return changes


def _differences(old: Contents, new: Contents) -> list[Difference]:
    before, after = _parts(old), _parts(new)
    changes = [d for part in before for d in _compare(part, before[part], after[part])]
    for part in ORDERED:
        moved = list(_moved(part, before[part], after[part]))
        if moved:
            return changes + moved
    return changes


def lines(old: Contents, new: Contents) -> dict[str, list[str]]:
    """Return a unified diff of each file that differs, by its name, in lines."""
    files = {}
    for name in sorted({*old, *new}):
        was, now = old.get(name, ""), new.get(name, "")
        if was != now:
            diff = unified_diff(was.splitlines(), now.splitlines(), name, name, lineterm="")
            files[name] = list(diff)
    return files
