"""What signposts can observe of a text: what it may be about, and whether someone may be in danger."""

from datetime import datetime

from django.utils.translation import gettext as _

from doorstep.catalogue import queries
from doorstep.council import queries as council
from doorstep.forms.facts import Fact, Observed, offer
from doorstep.forms.rules.types import BOOL, TEXT, ListOf, Maybe, Record
from doorstep.signposts import index
from doorstep.signposts.index import Proposed

OPTION = Record("proposal", {"id": TEXT, "label": TEXT, "hint": TEXT})
TOPIC = Record(
    "topic",
    {
        "id": TEXT,
        "kind": TEXT,
        "title": TEXT,
        "whose": TEXT,
        "telephone": Maybe(TEXT),
        "address": Maybe(TEXT),
    },
)
NONE = "none"
# The facts whose options are services, with "none of these".
PROPOSING = ("signposts.proposed", "signposts.services")


def _none() -> dict[str, str]:
    return {"id": NONE, "label": _("None of these"), "hint": ""}


def because(words: tuple[str, ...]) -> str:
    """Return why something is proposed, in words."""
    quoted = ", ".join(f"“{word}”" for word in words)
    return _("because you wrote: %(words)s") % {"words": quoted} if quoted else ""


def _option(of: Proposed) -> dict[str, str]:
    reason = because(of.because)
    why = reason[:1].upper() + reason[1:]
    if of.kind == "authority":
        label = _("%(title)s: this is for %(whose)s") % {"title": of.title, "whose": of.whose}
        return {"id": of.id, "label": label, "hint": why}
    return {"id": of.id, "label": of.title, "hint": f"{of.summary} {why}".strip()}


def proposed(text: str, now: datetime) -> Observed:
    """Observe what a text may be about, the likeliest first, with "none of these"; only that where unsure."""
    return Observed([*map(_option, index.propose(text)), _none()], now)


def services(now: datetime) -> Observed:
    """Observe every service that is offered online, but the one that takes anything, with "none of these"."""
    anything = council.current().anything
    abouts = [s.about for s in queries.online() if s.slug != anything]
    options = [{"id": a.slug, "label": a.title, "hint": ""} for a in abouts]
    return Observed([*options, _none()], now)


def topic(chosen: str, now: datetime) -> Observed:
    """Observe what was chosen: a `service`, a subject of another `authority`, or `none`."""
    of = index.of(chosen)
    if of is None:
        none = {"id": NONE, "kind": NONE, "title": "", "whose": ""}
        return Observed({**none, "telephone": None, "address": None}, now)
    fields = {"id": of.id, "kind": of.kind, "title": of.title, "whose": of.whose}
    return Observed({**fields, "telephone": of.telephone, "address": of.address}, now)


def urgent(text: str, now: datetime) -> Observed:
    """Observe whether a text sounds as if someone were in danger now."""
    return Observed(index.is_urgent(text), now)


def emergency(now: datetime) -> Observed:
    """Observe what the council says to someone who is in danger, and who is rung."""
    contact = council.current().emergency
    return Observed({"say": contact.say, "telephone": contact.telephone}, now)


def register() -> None:
    """Offer the room's facts."""
    text = (("text", TEXT),)
    offer(Fact("signposts.proposed", text, ListOf(OPTION), "local", proposed))
    offer(Fact("signposts.services", (), ListOf(OPTION), "local", services))
    offer(Fact("signposts.topic", (("chosen", TEXT),), TOPIC, "local", topic))
    offer(Fact("signposts.urgent", text, BOOL, "local", urgent))
    danger = Record("emergency", {"say": TEXT, "telephone": TEXT})
    offer(Fact("signposts.emergency", (), danger, "local", emergency))
