"""What a council declares of its look and its first page."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from doorstep.council.spoken import Words


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


# A colour as `#rrggbb`, in quotes.
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


def on_white(colour: str) -> float:
    """Return a colour's contrast to white, from 1 to 21 (WCAG 2.2, "contrast ratio"), as white has it on the colour."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _readable(colour: str) -> str:
    if on_white(colour) < 4.5:
        raise ValueError(f"{colour} and white are too alike to read (4.5 to 1); take a darker one")
    return colour


class Brand(Part):
    """How the council's pages look: its colours, its typefaces as a CSS family list, its name as it is written above each page.

    `mark` (SVG) and `share` (PNG, 1200 by 630) are files of the council's folder: what stands beside the name and
    in the browser's tab, and what is shown where somebody passes a page on. `about` says what the site is, to search engines.
    """

    colour: Annotated[Colour, AfterValidator(_readable)]
    link: Annotated[Colour, AfterValidator(_readable)]
    font: str
    wordmark: Words
    mark: Annotated[str, Field(pattern=r"^[a-z0-9-]+\.svg$|^$")] = ""
    share: Annotated[str, Field(pattern=r"^[a-z0-9-]+\.png$|^$")] = ""
    about: Words = ""


# A page of this site, or one elsewhere by https.
Address = Annotated[str, Field(pattern=r"^(/|https://)\S*$")]
# What `kit/drawings.svg` can draw.
Shape = Literal[
    "wheeled-bin",
    "lidded-bin",
    "box",
    "bag",
    "sack",
    "caddy",
    "shared-bin",
    "street-bin",
    "sofa",
    "speech",
    "spray",
]


class Drawing(Part):
    """How something is drawn: its shape, its colour and that of its lid."""

    shape: Shape
    body: Colour
    lid: Colour
    # A container's name beside its picture, what it is for in a word, and what goes into it in a few.
    short: Words = ""
    what: Words = ""
    takes: Words = ""


class Tile(Part):
    """One of the large doors of the first page: a service, or, without one, the bin days with their postcode box.

    `draw` names drawings (`drawn`); `more` is a short line at the foot, such as how long it takes.
    """

    service: str = ""
    title: Words = ""
    say: Words = ""
    more: Words = ""
    draw: tuple[str, ...] = ()


class FrontLink(Part):
    """A link of the first page that is no service: it stands in the group of the service `beside`."""

    beside: str
    title: Words
    address: Address


class Front(Part):
    """The first page: what most people come for as tiles, and links beside the services' groups."""

    tiles: tuple[Tile, ...] = (Tile(),)
    links: tuple[FrontLink, ...] = ()


class Notice(Part):
    """Something that everybody should know between two days, both included, on the first page and each home's."""

    say: Words
    first: date
    last: date
    address: Address | Literal[""] = ""

    @model_validator(mode="after")
    def _in_order(self) -> "Notice":
        if self.last < self.first:
            raise ValueError("`last` is before `first`")
        return self
