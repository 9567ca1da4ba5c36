"""Finds addresses."""

from django.db.models import QuerySet

from doorstep.council.errors import Refused
from doorstep.outside.kept import kept
from doorstep.places.grid import Point
from doorstep.places.models import Property, Ward
from doorstep.text import copied

# Where a home is, as the index of homes has it.
POINT = Point("easting", "northing")


def tidy_postcode(text: str) -> str:
    """Return the postcode in a text in capitals with one space; raises Refused("postcode_shape")."""
    postcode = copied.postcode(text)
    if not postcode:
        raise Refused("postcode_shape")
    return postcode


@kept
def at_postcode(postcode: str) -> QuerySet[Property]:
    """Return the homes at a tidy postcode, by house number, at most 500; a building of flats itself is left out."""
    homes = Property.objects.filter(postcode=postcode).exclude(blpu_class="PP")
    return homes.select_related("street").order_by("street__name", "sort", "line")[:500]


def find(uprn: str) -> Property | None:
    """Return the home with this UPRN, or nothing when it is not one of ours."""
    if not uprn.isdecimal() or len(uprn) > 12:
        return None
    return _with_uprn.first(int(uprn))


def of(uprn: int) -> Property:
    """Return the home with this UPRN, which is known to be one of ours; raises Property.DoesNotExist."""
    return _with_uprn.get(uprn)


@kept
def _with_uprn(uprn: int) -> QuerySet[Property]:
    return Property.objects.select_related("street").filter(uprn=uprn)


def wards() -> dict[str, str]:
    """Return the names of the wards by their ONS codes, by name."""
    return dict(Ward.objects.order_by("name").values_list("code", "name"))
