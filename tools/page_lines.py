"""Reads a page as its reader meets it: tags, texts, links and forms, without what differs each time."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

# What differs each time, and what stands for it.
REPLACED = [
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"\b([A-Z]{2})-[A-Z0-9]{4}-[A-Z0-9]{4}\b"), r"\1-REF"),
    (re.compile(r"\b[0-9a-f]{16,}\b"), "HEX"),
    (re.compile(r"(?=[\w:-]*\d)(?=[\w:-]*[A-Z])(?=[\w:-]*[a-z])\b[\w:-]{24,}"), "TOKEN"),
    (re.compile(r"127\.0\.0\.1:\d+"), "HOST"),
    (re.compile(r"\b\d+ (seconds|minutes)\|"), "AGE|"),
    (re.compile(r"(?<=: )\d{6}\b|^\d{6}$", re.M), "CODE"),
]
INLINE = re.compile(r"a|abbr|b|button|code|em|i|img|input|label|progress|s|span|strong")
# Set as a block by the style sheet, so that white space beside it shows nowhere.
BLOCK = re.compile(
    r"govuk-(label|caption-\w+|back-link|skip-link|warning-text__\w+|details__\w+|error-message)\b"
)
# Its children stand in a row by the style sheet, as blocks do.
ROW = re.compile(r"kit-(row|search|filters|item\b)|govuk-(button-group|(radios|checkboxes)__item)")
VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
KEPT = frozenset({"pre", "textarea"})


def steady(text: str) -> str:
    """Return a text without what differs from run to run."""
    for pattern, words in REPLACED:
        text = pattern.sub(words, text)
    return text


@dataclass(frozen=True)
class Open:
    """A tag that is not closed yet: is it set in the line, does it keep white space, is it a row?"""

    tag: str
    is_inline: bool
    keeps: bool
    is_row: bool


@dataclass
class Field:
    """One thing that a form sends."""

    name: str
    kind: str
    value: str = ""
    chosen: bool = False
    id: str = ""


@dataclass
class Form:
    """A form as it stands on a page."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    is_safe: bool = False
    at: int = 0

    @property
    def only_presses(self) -> bool:
        """Say whether nothing in it is filled in."""
        return all(f.kind in ("hidden", "button") for f in self.fields)


class Page(HTMLParser):
    """Reads a page: its lines to be compared, its links and forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.items: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.labels: dict[str, str] = {}
        self.open: list[Open] = []
        self.select = self.label = ""
        self.feed(html)
        self.close()
        for form in self.forms:
            kind, words = self.items[form.at]
            # Its token may stand anywhere in it; and where nothing is filled in, nothing is checked.
            words = words.replace(' novalidate=""', "") if form.only_presses else words
            self.items[form.at] = kind, words + (" safe" if form.is_safe else "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag with all its attributes, in alphabetical order."""
        said = {k: v or "" for k, v in attrs}
        self._note(tag, said)
        if said.get("name") == "csrfmiddlewaretoken":
            self.forms[-1].is_safe = True
            return
        if "nonce" in said:
            said["nonce"] = "*"
        said["class"] = " ".join(said.get("class", "").split())
        parts = [
            f'{k}="{" ".join(v.split())}"' for k, v in sorted(said.items()) if v or k != "class"
        ]
        inline = (
            bool(INLINE.fullmatch(tag))
            and not BLOCK.search(said["class"])
            and said.get("type") != "hidden"
        )
        inline = inline and not (self.open and self.open[-1].is_row)
        kept = tag in KEPT or "kit-pre" in said["class"] or bool(self.open and self.open[-1].keeps)
        if tag == "form":
            self.forms[-1].at = len(self.items)
        self.items.append(("inline" if inline else "block", f"<{' '.join([tag, *parts])}>"))
        if tag not in VOID:
            self.open.append(Open(tag, inline, kept, bool(ROW.search(said["class"]))))

    def _note(self, tag: str, said: dict[str, str]) -> None:
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get").lower()))
        self.label = said.get("for", "") if tag == "label" else self.label
        self.select = said.get("name", "") if tag == "select" else self.select
        kinds = {"input": said.get("type", "text"), "option": "select"}
        name = self.select if tag == "option" else said.get("name", "")
        if self.forms and name and tag in ("input", "option", "textarea", "button"):
            chosen = "checked" in said or "selected" in said
            kind = "number" if said.get("inputmode") == "numeric" else kinds.get(tag, tag)
            one = Field(name, kind, said.get("value", ""), chosen, said.get("id", ""))
            self.forms[-1].fields.append(one)

    def handle_endtag(self, tag: str) -> None:
        """Take the end of a tag."""
        if tag == "label":
            self.label = ""
        if tag not in [o.tag for o in self.open]:
            self.items.append(("block", f"</{tag}> that was never opened"))
            return
        while self.open:
            one = self.open.pop()
            self.items.append(("inline" if one.is_inline else "block", f"</{one.tag}>"))
            if one.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        """Take some text, as a reader sees it: white space is one space, unless it is kept."""
        if self.label:
            self.labels[self.label] = self.labels.get(self.label, "") + data.strip()
        if self.open and self.open[-1].keeps:
            self.items.append(("text", json.dumps(data)))
            return
        before = self.items.pop()[1] if self.items and self.items[-1][0] == "text" else ""
        self.items.append(("text", re.sub(r"\s+", " ", before + data)))

    def lines(self) -> list[str]:
        """Return what is compared: white space beside a block is nothing, beside a word it is a space."""
        found = []
        for n, (kind, words) in enumerate(self.items):
            if kind == "text":
                if n == 0 or self.items[n - 1][0] == "block":
                    words = words.lstrip()
                if n + 1 == len(self.items) or self.items[n + 1][0] == "block":
                    words = words.rstrip()
                words = words and f"|{words}|"
            if words:
                found.append(words)
        return found
