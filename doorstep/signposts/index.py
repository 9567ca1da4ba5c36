"""What there is to propose: the services that run, what other authorities take, and this council's own keywords."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal, TypeVar

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.files import ServiceFile
from doorstep.catalogue.models import Version
from doorstep.council import queries as council
from doorstep.signposts.models import Keyword
from doorstep.signposts.search import Index, Topic
from doorstep.signposts.stems import words

Read = TypeVar("Read")
Own = tuple[tuple[str, str], ...]
# No authority is called so: codes of theirs are words.
PAGE = ":page"


@dataclass(frozen=True)
class Proposed:
    """What a text is proposed to be about, in words of the language spoken now.

    `id` is a service's slug, or an authority's code and the number of its subject. Of another
    authority `title` is the subject, `whose` its name.
    """

    id: str
    kind: Literal["service", "authority", "page"]
    title: str
    summary: str = ""
    whose: str = ""
    address: str = ""
    telephone: str = ""
    because: tuple[str, ...] = ()


def propose(text: str, *, pages: bool = False) -> list[Proposed]:
    """Return up to three services or subjects of other authorities that a text may be about; none: unsure.

    With `pages` also pages of the council's own that are no service, such as the bin days.
    """
    if not text.strip():
        return []
    found = _index(pages).propose(text)
    return [proposed for p in found if (proposed := of(p.key, p.because))]


def leads_to(texts: Iterable[str]) -> dict[str, str]:
    """Return the title of what each text leads to now, first of all; those that lead nowhere are left out."""
    index, titles, titles_of = _index(), dict[str, str](), {}
    for text in texts:
        for first in index.propose(text)[:1]:
            if first.key not in titles:
                proposed = of(first.key)
                titles[first.key] = proposed.title if proposed else ""
            titles_of[text] = titles[first.key]
    return titles_of


def of(key: str, because: Sequence[str] = ()) -> Proposed | None:
    """Return what a key stands for now, or nothing."""
    code, _, number = key.partition("/")
    if code == PAGE:
        page = council.current().pages[int(number) - 1]
        said = (page.title, page.say, council.current().name, page.address)
        return Proposed(key, "page", *said, because=tuple(because))
    if not number:
        service = catalogue.current(key)
        if service is None or not service.is_online:
            return None
        about = service.about
        return Proposed(
            key,
            "service",
            about.title,
            about.summary,
            council.current().name,
            because=tuple(because),
        )
    authority = council.current().authorities.get(code)
    if authority is None or not number.isdecimal() or not 0 < int(number) <= len(authority.takes):
        return None
    subject = authority.takes[int(number) - 1]
    return Proposed(
        key,
        "authority",
        subject.title,
        "",
        authority.name,
        subject.address or authority.address,
        authority.telephone,
        tuple(because),
    )


def is_urgent(text: str) -> bool:
    """Say whether a text sounds as if someone were in danger now; too often rather than too seldom."""
    emergency = council.current().emergency
    stems = " ".join(["", *(word.stem for word in words(text)), ""])
    return any(f" {' '.join(word.stem for word in words(w))} " in stems for w in emergency.words)


def _index(pages: bool = False) -> Index:
    """Return the index of what runs now; made anew when a version or a keyword of the council's own changes."""
    keywords = Keyword.objects.filter(state="accepted").order_by("slug", "text")
    current = Version.objects.filter(current=True).order_by("slug")
    return _made(
        str(council.folder()),
        tuple(current.values_list("digest", flat=True)),
        tuple(keywords.values_list("slug", "text")),
        pages,
    )


@lru_cache(maxsize=4)
def _made(folder: str, versions: tuple[str, ...], keywords: Own, pages: bool) -> Index:
    topics = [*_services(versions, keywords), *of_authorities()]
    return Index([*topics, *of_pages()] if pages else topics)


def _services(versions: Iterable[str], keywords: Own) -> list[Topic]:
    """Return a topic for each service that is offered online; what takes anything is no answer."""
    offered = [version for version in versions if catalogue.service(version).is_online]
    spoken = [in_every_language(partial(_about, version)) for version in offered]
    anything = council.current().anything
    return [of_service(abouts, keywords) for abouts in spoken if abouts[0].slug != anything]


def _about(version: str) -> ServiceFile:
    return catalogue.service(version).about


def in_every_language(read: Callable[[], Read]) -> list[Read]:
    """Return what is read in each language that the council offers, in the order of them."""
    readings = []
    for code in council.languages():
        with council.speaking(code):
            readings.append(read())
    return readings


def of_service(spoken: Sequence[ServiceFile], own: Own = ()) -> Topic:
    """Return a service as a topic: its words in every language, and this council's own keywords of it."""
    slug = spoken[0].slug
    keywords = [keyword for about in spoken for keyword in about.keywords]
    keywords += [text for of_slug, text in own if of_slug == slug]
    titles, summaries = [a.title for a in spoken], [a.summary for a in spoken]
    return Topic(slug, _once(keywords), _once(titles), _once(summaries))


def of_authorities() -> list[Topic]:
    """Return every subject of other authorities as a topic."""
    topics = []
    every = in_every_language(lambda: council.current().authorities)
    for code in every[0]:
        spoken = [authorities[code].takes for authorities in every]
        for n, subjects in enumerate(zip(*spoken, strict=True), 1):
            keywords = _once(k for subject in subjects for k in subject.keywords)
            topics.append(Topic(f"{code}/{n}", keywords, _once(s.title for s in subjects)))
    return topics


def of_pages() -> list[Topic]:
    """Return every page of the council's own as a topic."""
    every = in_every_language(lambda: council.current().pages)
    return [
        Topic(
            f"{PAGE}/{n}",
            _once(k for p in spoken for k in p.keywords),
            _once(p.title for p in spoken),
        )
        for n, spoken in enumerate(zip(*every, strict=True), 1)
    ]


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
