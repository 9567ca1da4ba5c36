"""Finds addresses."""

import re

from django.db.models import QuerySet

from doorstep.council.errors import Refused
from doorstep.places.grid import Point
from doorstep.places.models import Property

# Where a home is, as the index of homes has it.
POINT = Point("easting", "northing")

# The shape of a UK postcode (Royal Mail PAF guide); whether it exists is the gazetteer's to say.
_SHAPE = re.compile(r"^([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})$")


def tidy_postcode(text: str) -> str:
    """Return a postcode in capitals with one space; raises Refused("postcode_shape")."""
    match = _SHAPE.match(re.sub(r"[\s\-.]", "", text[:20]).upper())
    if not match:
        raise Refused("postcode_shape")
    return f"{match[1]} {match[2]}"


def at_postcode(postcode: str) -> QuerySet[Property]:
    """Return the homes at a tidy postcode, by house number; a building of flats itself is left out."""
    homes = Property.objects.filter(postcode=postcode).exclude(blpu_class="PP")
    return homes.select_related("street").order_by("street__name", "sort", "line")


def find(uprn: str) -> Property | None:
    """Return the home with this UPRN, or nothing when it is not one of ours."""
    if not uprn.isdecimal() or len(uprn) > 12:
        return None
    return Property.objects.select_related("street").filter(uprn=int(uprn)).first()
