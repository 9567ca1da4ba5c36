"""Where something is: found by street, place, postcode, or a point on the map.

Each is named by a *place id*: `street:8400123`, `postcode:LE67 3FJ`, `place:Coalville`, or a point
as `at:52.72210,-1.37000` (WGS 84).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from django.db.models import Avg, Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from doorstep.council.errors import Refused
from doorstep.places import grid, outlines, written
from doorstep.places.models import Property, Street, Ward
from doorstep.places.queries import POINT, tidy_postcode

# Ward outlines are up to 160 m off; a home nearer than that knows its ward better.
BESIDE = 160
# A street this near to a point names it, in metres; beyond, its ward does.
NAMED_WITHIN = 400
MOST = 15
# Of what is typed.
MOST_WORDS = 6


@dataclass(frozen=True)
class Spot:
    """A place to act at; what was given is exact, the other of grid and degrees is worked out from it.

    `street` is a USRN, `ward` an ONS code, each "" where it is not known; `inside` says whether it lies
    in the district, `near` whether near its boundary.
    """

    id: str
    words: str
    lat: float
    lon: float
    easting: int
    northing: int
    street: str
    ward: str
    ward_name: str
    inside: bool
    near: bool


def find(place_id: str) -> Spot | None:
    """Return the place of an id, or nothing where there is none."""
    kind, _colon, key = place_id.partition(":")
    if kind == "at":
        return _at(key)
    if kind == "street" and key.isdecimal() and len(key) < 12:
        street = Street.objects.filter(usrn=int(key)).first()
        return _of_street(street) if street else None
    if kind == "postcode":
        try:
            return _middle(
                place_id, tidy_postcode(key), _homes().filter(postcode=tidy_postcode(key))
            )
        except Refused:
            return None
    if kind == "place":
        words = key[:80]
        return _middle(place_id, words, _homes().filter(street__locality=words))
    return None


def search(text: str) -> list[Spot]:
    """Return the places that a typed street, place, postcode or point may mean, the likeliest first; at most 15."""
    if point := written.point_in(text):
        spot = _at_degrees(*point)
        return [spot] if spot else []
    text = " ".join(text[:80].split())
    try:
        postcode = tidy_postcode(text)
    except Refused:
        return _by_name(text)
    at = _homes().filter(postcode=postcode)
    usrns = at.order_by("street_id").values_list("street_id", flat=True).distinct()
    streets = [_of_street(s, at) for s in Street.objects.filter(usrn__in=usrns).order_by("name")]
    spots = [find(f"postcode:{postcode}"), *(streets if len(streets) > 1 else [])]
    return [spot for spot in spots if spot]


def _by_name(text: str) -> list[Spot]:
    words = [w for w in text.replace(",", " ").split() if len(w) > 1 or w.isdecimal()]
    # No street has more; each is a scan of all of them.
    words = list(dict.fromkeys(words))[:MOST_WORDS]
    if not words:
        return []
    streets = Street.objects.order_by("name", "locality")
    for word in words:
        streets = streets.filter(Q(name__icontains=word) | Q(locality__icontains=word))
    places = (
        _homes().filter(street__locality__iexact=text).values_list("street__locality", flat=True)
    )
    named = [find(f"place:{name}") for name in places.distinct()[:1]]
    streets = streets if streets.exists() else _alike(text)
    return [s for s in [*named, *map(_of_street, streets[:MOST])] if s][:MOST]


def _alike(text: str) -> QuerySet[Street]:
    """Return streets whose names are written almost so, for a slip of the finger."""
    names = {name.lower(): name for name in Street.objects.values_list("name", flat=True)}
    close = get_close_matches(text.split(",")[0].lower(), names, n=5, cutoff=0.75)
    return Street.objects.filter(name__in=[names[name] for name in close]).order_by("name")


def _homes() -> QuerySet[Property]:
    return Property.objects.select_related("street", "ward")


def _of_street(street: Street, at: QuerySet[Property] | None = None) -> Spot | None:
    homes = (_homes() if at is None else at).filter(street=street)
    words = ", ".join(dict.fromkeys(filter(None, (street.name, street.locality))))
    return _middle(f"street:{street.usrn}", words, homes, str(street.usrn))


def _middle(place_id: str, words: str, homes: QuerySet[Property], street: str = "") -> Spot | None:
    """Return the home nearest to the middle of some, so that the place lies among them."""
    middle = homes.aggregate(east=Avg("easting"), north=Avg("northing"))
    if middle["east"] is None:
        return None
    away = grid.distance(POINT, round(middle["east"]), round(middle["north"]))
    home = homes.order_by(away, "uprn").first()
    assert home is not None
    lat, lon = grid.to_degrees(home.easting, home.northing)
    whose = outlines.whose(home.easting, home.northing)
    near = whose.near if whose else False
    # A home's ward stands in the gazetteer; the outlines are generalised.
    return Spot(
        id=place_id,
        words=words,
        lat=lat,
        lon=lon,
        easting=home.easting,
        northing=home.northing,
        street=street,
        ward=home.ward_id,
        ward_name=home.ward.name,
        inside=True,
        near=near,
    )


def _at(key: str) -> Spot | None:
    try:
        lat, lon = (float(part) for part in key.split(","))
    except ValueError:
        return None
    return _at_degrees(lat, lon)


def _at_degrees(lat: float, lon: float) -> Spot | None:
    if not (math.isfinite(lat) and math.isfinite(lon) and grid.in_britain(lat, lon)):
        return None
    lat, lon = round(lat, 5), round(lon, 5)
    east, north = grid.to_grid(lat, lon)
    home = nearest(east, north)
    whose = outlines.whose(east, north)
    # Without outlines, a point with one of our homes by it is ours.
    inside, near = (whose.inside, whose.near) if whose else (home is not None, False)
    ward = home.ward_id if home and (whose is None or _beside(home, east, north)) else ""
    ward = ward or (whose.ward if whose else "")
    row = Ward.objects.filter(code=ward).first()
    ward, name = (row.code, row.name) if row else ("", "")
    street = str(home.street_id) if home and inside else ""
    words = _named(home if inside else None, name, lat, lon)
    return Spot(
        id=f"at:{lat:.5f},{lon:.5f}",
        words=words,
        lat=lat,
        lon=lon,
        easting=east,
        northing=north,
        street=street,
        ward=ward,
        ward_name=name,
        inside=inside,
        near=near,
    )


def _beside(home: Property, easting: int, northing: int) -> bool:
    return math.hypot(home.easting - easting, home.northing - northing) < BESIDE


def nearest(easting: int, northing: int, metres: int = NAMED_WITHIN) -> Property | None:
    """Return the home nearest to a point within so many metres, with its street."""
    close = _homes().filter(grid.within(POINT, easting, northing, metres))
    return close.order_by(grid.distance(POINT, easting, northing), "uprn").first()


def _named(home: Property | None, ward: str, lat: float, lon: float) -> str:
    if home:
        return _("Near %(street)s") % {"street": f"{home.street.name}, {home.street.locality}"}
    if ward:
        return _("In %(ward)s ward, at %(lat)s, %(lon)s") % {"ward": ward, "lat": lat, "lon": lon}
    return _("At %(lat)s, %(lon)s") % {"lat": lat, "lon": lon}


def localities() -> Iterable[tuple[str, float, float]]:
    """Return each place's name with the middle of its homes in degrees, the largest first, for a map's labels."""
    return _middles("street__locality")


def streets() -> Iterable[tuple[str, float, float]]:
    """Return each street's name with the middle of its homes in degrees, the largest first."""
    return _middles("street__name", "street_id")


def _middles(name: str, *by: str) -> Iterable[tuple[str, float, float]]:
    rows = Property.objects.values(name, *by).annotate(
        east=Avg(F("easting")), north=Avg(F("northing")), homes=Count("uprn")
    )
    for row in rows.order_by("-homes", name):
        yield row[name], *grid.to_degrees(round(row["east"]), round(row["north"]))
