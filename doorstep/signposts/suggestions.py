"""What officers put right teaches: their corrections become suggested keywords, which a person accepts."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.signposts import index
from doorstep.signposts.models import Correction, Keyword
from doorstep.signposts.stems import STOP, plain, words
from doorstep.staff.actor import Actor

KEPT_DAYS = 365
MOST_WORDS = 40
# After these stands a name.
_TITLES = frozenset(["mr", "mrs", "ms", "miss", "dr", "mister", "called", "named"])
_TOKEN = re.compile(r"\S+")
_EDGES = ".,;:!?()[]\"'“”‘’…-"


def telling(text: str, without: Collection[str] = (), *, least: int = 4) -> list[str]:
    """Return what may be kept of a text: the words of at least so many letters that say what it is about, each once.

    Left out: `without` (names, addresses), words with digits or signs, words after "Mr" and the like,
    and words with a capital, which are names more often than not.
    """
    shouted = text.isupper()
    never = {word.plain for one in without for word in words(one)}
    telling_words: dict[str, None] = {}
    after_title = False
    for match in _TOKEN.finditer(text[:4000]):
        token = match[0].strip(_EDGES)
        small = plain(token)
        tells = len(small) >= least and small.isalpha() and small not in STOP | never
        if tells and not after_title and (shouted or token == token.lower()):
            telling_words[small] = None
        after_title = small in _TITLES
    return list(telling_words)[:MOST_WORDS]


def correct(
    *,
    text: str,
    without: Collection[str],
    from_slug: str,
    to_slug: str,
    by: Actor,
    now: datetime,
) -> Correction:
    """Keep that a text belonged elsewhere, by its telling words."""
    return Correction.objects.create(
        from_slug=from_slug, to_slug=to_slug, words=telling(text, without), by=by.key, at=now
    )


def take_back(*, correction_id: int) -> None:
    """Forget a correction that was a slip; twice does no harm."""
    Correction.objects.filter(id=correction_id).delete()


@dataclass
class Suggestion:
    """Words that people wrote whose requests officers moved to a service, and which it does not name."""

    slug: str
    title: str
    text: str
    times: int = 0
    came_from: set[str] = field(default_factory=set)
    # What it leads to now, by its title: then adding it would draw two ways.
    leads_to: str = ""


def suggestions() -> list[Suggestion]:
    """Return up to fifty keywords that corrections suggest and nobody has decided on, the most frequent first."""
    services = {s.slug: s for s in catalogue.running()}
    decided = set(Keyword.objects.values_list("slug", "text"))
    stems_of = {slug: _stems(s.about.keywords, s.about.title) for slug, s in services.items()}
    for slug, text in decided:
        stems_of.setdefault(slug, set()).update(_stems([text]))
    by_key: dict[tuple[str, str], Suggestion] = {}
    for one in Correction.objects.order_by("-at")[:2000]:
        service = services.get(one.to_slug)
        if service is None:
            continue
        for text in one.words:
            if (one.to_slug, text) in decided or _stems([text]) <= stems_of[one.to_slug]:
                continue
            new = Suggestion(one.to_slug, service.about.title, text)
            suggestion = by_key.setdefault((one.to_slug, text), new)
            suggestion.times += 1
            suggestion.came_from.add(
                services[one.from_slug].about.title if one.from_slug in services else one.from_slug
            )
    best = sorted(by_key.values(), key=lambda s: (-s.times, s.title, s.text))[:50]
    known_ways = index.leads_to({s.text for s in best})
    for suggested in best:
        suggested.leads_to = known_ways.get(suggested.text, "")
    return sorted(best, key=lambda s: (bool(s.leads_to), -s.times))


def _stems(texts: Collection[str], *more: str) -> set[str]:
    return {word.stem for text in [*texts, *more] for word in words(text)}


def accept(*, slug: str, text: str, by: Actor, now: datetime) -> None:
    """Add a keyword of this council's own to a service; proposals use it at once.

    Raises Refused("no_such_service"), Refused("keyword_missing").
    """
    _decide(slug, text, "accepted", by, now)


def decline(*, slug: str, text: str, by: Actor, now: datetime) -> None:
    """Decide that a suggestion becomes no keyword; it is not made again. Raises as `accept`."""
    _decide(slug, text, "declined", by, now)


def remove(*, number: int) -> None:
    """Take a keyword of this council's own away again, or a refusal; twice does no harm."""
    Keyword.objects.filter(id=number).delete()


def _decide(slug: str, text: str, state: str, by: Actor, now: datetime) -> None:
    small = " ".join(word.plain for word in words(text))[:80]
    if not small:
        raise Refused("keyword_missing")
    if catalogue.current(slug) is None:
        raise Refused("no_such_service")
    fields = {"state": state, "by": by.key, "at": now}
    Keyword.objects.update_or_create(slug=slug, text=small, defaults=fields)


def own() -> list[Keyword]:
    """Return the keywords that this council added itself, by service."""
    return list(Keyword.objects.filter(state="accepted").order_by("slug", "text"))


def forget(*, now: datetime) -> int:
    """Delete corrections of more than a year ago; return how many."""
    old = Correction.objects.filter(at__lt=now - timedelta(days=KEPT_DAYS))
    return old.delete()[0]
