"""The outlines of the district and its wards, from the council's own folder."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doorstep.council import queries as council
from doorstep.places import grid

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Outlines:
    """The district and its wards by code, in metres of the National Grid."""

    district: "BaseGeometry"
    wards: dict[str, "BaseGeometry"]


@dataclass(frozen=True)
class Whose:
    """Whether a point lies in the district, whether near its boundary, and the ward's code if in one."""

    inside: bool
    near: bool
    ward: str


def path() -> Path:
    """Return where the outlines lie: GeoJSON in degrees, one feature of kind district, the others wards."""
    return council.folder() / "places" / "outlines.geojson"


def _in_metres(of: dict[str, Any]) -> "BaseGeometry":
    import shapely  # 0.1 s, which every start would wait for

    outline = shapely.geometry.shape(of)

    def turned(at: Any) -> Any:
        return [grid.to_grid(lat, lon) for lon, lat in at]

    return shapely.transform(outline, turned)


@cache
def _read(file: Path) -> Outlines | None:
    if not file.exists():
        return None
    import shapely

    district, wards = None, {}
    for feature in json.loads(file.read_text())["features"]:
        about = feature["properties"]
        outline = _in_metres(feature["geometry"])
        shapely.prepare(outline)
        if about["kind"] == "district":
            district = outline
        else:
            wards[about["code"]] = outline
    return Outlines(district, wards) if district is not None else None


def whose(easting: int, northing: int) -> Whose | None:
    """Say where a point lies; nothing where the council has no outlines.

    Ward outlines are generalised, so the ward of a point near their edge may be the one beside it.
    """
    outlines = _read(path())
    if outlines is None:
        return None
    import shapely

    at = shapely.Point(easting, northing)
    inside = bool(outlines.district.contains(at))
    near = outlines.district.boundary.distance(at) <= council.current().near_boundary
    wards = (code for code, outline in outlines.wards.items() if outline.contains(at))
    return Whose(inside, near, next(wards, "") if inside else "")
