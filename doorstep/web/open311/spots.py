"""Where a request is about: from lat and long, address_id or address_string to an answer."""

from django.http import QueryDict

from doorstep.forms.form import Question
from doorstep.forms.questions import kinds
from doorstep.forms.questions.kind import Typed
from doorstep.places import spots as places
from doorstep.web.open311.params import degrees
from doorstep.web.open311.problems import wrong


def answer(question: Question, posted: QueryDict) -> object:
    """Return the answer to the question where; raises Problem 400."""
    address_id = (posted.get("address_id") or "").strip()[:100]
    if kinds.of(question).nature == "home":
        if not address_id:
            raise wrong("address_id: give the UPRN of the home; this service is about one.")
        return address_id
    lat, long = degrees(posted, "lat", 90), degrees(posted, "long", 180)
    if (lat is None) != (long is None):
        raise wrong("Give lat and long together.")
    if lat is not None and long is not None:
        return {"lat": lat, "lon": long}
    if address_id:
        return Typed({question.id: [address_id]})
    return Typed({question.id: [_named((posted.get("address_string") or "").strip())]})


def _named(text: str) -> str:
    """Return the id of the one place that a text means; raises Problem 400."""
    if not text:
        raise wrong("Give lat and long, or address_id, or address_string.")
    spots = places.search(text)
    if len(spots) == 1:
        return spots[0].id
    if not spots:
        raise wrong("address_string: no such street, place or postcode here; give lat and long.")
    names = "; ".join(f"{spot.words} ({spot.id})" for spot in spots[:5])
    raise wrong(f"address_string: it may mean several places; give one as address_id: {names}.")
