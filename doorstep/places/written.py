"""A point as people write it or copy it from a map: degrees in any usual spelling, a grid reference, a map's link.

Degrees are read by a library; what it does not know, such as a link, is first made into what it does.
"""

import re
from urllib.parse import unquote

from doorstep.places import grid
from doorstep.text.clean import line

LONGEST = 500
_NUMBER = r"([+-]?\d{1,3}\.\d+)"
# Where maps keep the point in their links, the surest first: a pin before the middle of the picture.
_IN_LINKS = tuple(
    re.compile(pattern.replace("N", _NUMBER), re.I)
    for pattern in (r"!3dN!4dN", r"mlat=N&mlon=N", r"lat=N&(?:lon|lng|long)=N", r"N(?:,|/|~)\s*N")
)
_METRES = re.compile(r"(?:x|easting)=(\d{5,6})(?:\.\d+)?&(?:y|northing)=(\d{5,7})", re.I)
_A_LINK = re.compile(r"(?:https?://|geo:)\S+|\bwww\.\S+", re.I)
# Two letters, then as many digits for the east as for the north.
_LETTERED = re.compile(r"([HNOST])([A-HJ-Z])\s*(\d{2,5})[\s,]*(\d{2,5})", re.I)
_EAST_NORTH = re.compile(r"E?\s*(\d{6})\s*E?\s*[, ]\s*N?\s*(\d{5,7})\s*N?", re.I)
_LABEL = re.compile(r"^(?:OS\s+)?(?:NGR\b|grid\s*ref(?:erence)?\b|OS\b)[:.\s]*", re.I)
# Words beside it in brackets, such as "(near the church)".
_ASIDE = re.compile(r"\([^)\d]*\)")
_SQUARES = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
# Where it cannot be a house's number: a fraction, a sign of degrees, or which side of the equator.
_DEGREES = re.compile(r"\d\.\d|°|\d\s*[NSEW]\b", re.I)
_WORDS = re.compile(r"\b(lat(itude)?|lon(g(itude)?)?|lng|WGS ?84)\b[:=]?", re.I)
_BY_SPACES = re.compile(r"\b(\d{1,2}) (\d{1,2}) (\d{1,2}(?:\.\d+)?) ?([NSEW])\b", re.I)
_IN_FULL = re.compile(r"(?<=[\d°′\"' ])(north|south|east|west)\b", re.I)
# Degrees and minutes, as navigators and GPS sets write them: the side before or behind.
_SIDE_FIRST = re.compile(r"\b([NSEW])\s*(\d{1,3})[°\s]\s*(\d{1,2}\.\d+)['′]?(?![\d°])", re.I)
_SIDE_LAST = re.compile(r"(\d{1,3})°\s*(\d{1,2}\.\d+)['′]?\s*([NSEW])\b", re.I)
_IN_A_PATH = re.compile(r"(\d{1,2}°[^/@]*?[NS])[+ ,]+(\d{1,3}°[^/@]*?[EW])", re.I)
_DECIMAL_COMMAS = re.compile(r"([+-]?\d{1,2}),(\d{3,})\s*[;, ]\s*([+-]?\d{1,2}),(\d{3,})")
_SIGNS = str.maketrans(
    {"−": "-", "–": "-", "‐": "-", "º": "°", "˚": "°", "(": " ", ")": " ", "[": " ", "]": " "}
)


def point_in(text: str) -> tuple[float, float] | None:
    """Return the latitude and longitude that a text gives, in Britain; or nothing."""
    text = _ASIDE.sub(" ", line(text[:LONGEST])).translate(_SIGNS).strip(" .;,")
    if link := _A_LINK.search(text):
        return _of_link(unquote(link[0]))
    return _lettered(text) or _metres(_EAST_NORTH.fullmatch(text)) or _degrees(text)


def _of_link(link: str) -> tuple[float, float] | None:
    named = _IN_A_PATH.search(link)  # the pin's own name, before the middle of the picture
    if named and (point := _degrees(f"{named[1]} {named[2]}")):
        return point
    for pattern in _IN_LINKS:
        for match in pattern.finditer(link):
            if point := _in_britain(float(match[1]), float(match[2])):
                return point
    return _metres(_METRES.search(link))


def _lettered(text: str) -> tuple[float, float] | None:
    """Return the middle of the square that a grid reference names."""
    match = _LETTERED.fullmatch(_LABEL.sub("", text))
    if match is None:
        return None
    digits = match[3] + match[4]
    if len(digits) % 2 or not 4 <= len(digits) <= 10:
        return None
    east, north = digits[: len(digits) // 2], digits[len(digits) // 2 :]
    size = 10 ** (5 - len(east))
    large, small = (_SQUARES.index(letter.upper()) for letter in (match[1], match[2]))
    # Squares of 500 km, lettered from the north-west; the false origin lies in S.
    square_east = (large % 5 - 2) * 500_000 + small % 5 * 100_000
    square_north = (3 - large // 5) * 500_000 + (4 - small // 5) * 100_000
    middle = size // 2
    return grid.to_degrees(
        square_east + int(east) * size + middle, square_north + int(north) * size + middle
    )


def _metres(match: re.Match[str] | None) -> tuple[float, float] | None:
    if match is None:
        return None
    return _in_britain(*grid.to_degrees(int(match[1]), int(match[2])))


def _degrees(text: str) -> tuple[float, float] | None:
    text = _DECIMAL_COMMAS.sub(r"\1.\2 \3.\4", _WORDS.sub(" ", text))
    text = _IN_FULL.sub(lambda side: side[1][0].upper(), text)
    text = _BY_SPACES.sub(r"\1° \2′ \3″ \4", text)
    is_first = text[:1].upper() in ("N", "S", "E", "W")
    text = _SIDE_FIRST.sub(r"\2° \3′ \1", text) if is_first else _SIDE_LAST.sub(r"\1° \2′ \3", text)
    if not _DEGREES.search(text):
        return None
    from geopy.point import Point  # 0.1 s, which every start would wait for

    try:
        point = Point.from_string(" ".join(text.split()))
    except ValueError:
        return None
    return _in_britain(point.latitude, point.longitude)


def _in_britain(lat: float, lon: float) -> tuple[float, float] | None:
    """Return a point that lies in Britain, also where longitude was said first."""
    for one, other in ((lat, lon), (lon, lat)):
        if grid.in_britain(one, other):
            return one, other
    return None
