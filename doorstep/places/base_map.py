"""The light map that works with no internet: outlines, places' names, and dots where homes are."""

import json
from typing import Any

from doorstep.places import grid, outlines, spots
from doorstep.places.models import Property

# More dots than this only slow a phone down.
MOST_DOTS = 4000


def drawn() -> dict[str, Any]:
    """Return the map's parts: two GeoJSON lists, names with their place, dots and the middle in degrees."""
    file = outlines.path()
    shapes = json.loads(file.read_text())["features"] if file.exists() else []
    parts: dict[str, list[Any]] = {"district": [], "wards": []}
    for shape in shapes:
        parts["district" if shape["properties"]["kind"] == "district" else "wards"].append(shape)
    places = [list(place) for place in spots.localities()]
    return {
        **{k: {"type": "FeatureCollection", "features": v} for k, v in parts.items()},
        "places": places,
        "streets": [list(street) for street in spots.streets()],
        "dots": _dots(),
        "credit": "© Crown copyright and database right, OGL v3",
    }


def _dots() -> list[tuple[float, float]]:
    at = Property.objects.order_by("easting", "northing").values_list("easting", "northing")
    points = list(at.distinct())
    step = len(points) // MOST_DOTS + 1
    return [grid.to_degrees(*point) for point in points[::step]]
