"""Points: degrees (WGS 84) and British National Grid, each from the other, and points in the database.

What was given is kept as given; the other is worked out from it and never turned back. Without the
Ordnance Survey's OSTN15 grid, which the library's wheel does not carry, it is up to about 4 m off.
"""

from functools import cache
from typing import Any

from django.db.models import BooleanField, FloatField, Func, Value

# Degrees beyond which there is no British National Grid.
SOUTH, NORTH, WEST, EAST = 49.0, 61.0, -9.0, 2.5


@cache
def _between(source: int, target: int) -> Any:
    from pyproj import Transformer  # 0.1 s, which every start would wait for

    return Transformer.from_crs(source, target, always_xy=True)


def to_grid(lat: float, lon: float) -> tuple[int, int]:
    """Return easting and northing in metres of a point in degrees."""
    east, north = _between(4326, 27700).transform(lon, lat)
    return round(east), round(north)


def to_degrees(easting: int, northing: int) -> tuple[float, float]:
    """Return latitude and longitude (WGS 84) of a point on the National Grid."""
    lon, lat = _between(27700, 4326).transform(easting, northing)
    return round(lat, 6), round(lon, 6)


def in_britain(lat: float, lon: float) -> bool:
    """Say whether a point in degrees can lie on the National Grid."""
    return SOUTH < lat < NORTH and WEST < lon < EAST


class Point(Func):
    """A point in the database, of two columns or numbers; what an index of places is over."""

    function = "point"
    output_field: Any = FloatField()


def within(point: Point, easting: int, northing: int, metres: int) -> Func:
    """Return the condition that a point lies within so many metres; an index of points serves it."""
    circle = Func(Point(Value(easting), Value(northing)), Value(metres), function="circle")
    return _pair(point, "<@", circle, BooleanField())


def distance(point: Point, easting: int, northing: int) -> Func:
    """Return the metres from a point; ordering by it, an index of points gives the nearest first."""
    return _pair(point, "<->", Point(Value(easting), Value(northing)), FloatField())


def _pair(left: Func, sign: str, right: Func, gives: Any) -> Func:
    return Func(
        left, right, template="(%(expressions)s)", arg_joiner=f" {sign} ", output_field=gives
    )
