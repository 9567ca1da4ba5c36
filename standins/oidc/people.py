"""The made-up people who work at the council, with the app roles that its administrator gave each there."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

ROLES = tuple(
    f"Doorstep.{role}"
    for role in (
        "Adviser",
        "Officer",
        "Supervisor",
        "Crew",
        "Designer",
        "Manager",
        "Administrator",
    )
)


@dataclass
class Someone:
    """Somebody of the tenant: `oid` is theirs for good, names and roles change."""

    username: str
    name: str
    roles: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    oid: str = ""

    def __post_init__(self) -> None:
        self.oid = self.oid or str(uuid5(NAMESPACE_URL, self.username))


def made_up() -> dict[str, Someone]:
    """Return the people there are at first, by their `oid`."""
    everybody = [
        Someone("asha.patel@council.example", "Asha Patel", ["Doorstep.Adviser"]),
        Someone("owen.hughes@council.example", "Owen Hughes", ["Doorstep.Officer"]),
        Someone("sue.marsh@council.example", "Sue Marsh", ["Doorstep.Supervisor"]),
        Someone("cal.reid@council.example", "Cal Reid", ["Doorstep.Crew"]),
        Someone("dee.okafor@council.example", "Dee Okafor", ["Doorstep.Designer"]),
        Someone("max.lowe@council.example", "Max Lowe", ["Doorstep.Manager"]),
        Someone("ada.byron@council.example", "Ada Byron", ["Doorstep.Administrator"]),
        Someone("nia.new@council.example", "Nia New"),
    ]
    return {who.oid: who for who in everybody}


def kept_in(path: Path) -> dict[str, Someone]:
    """Return the people as a file has them, or those there are at first."""
    if not path.exists():
        return made_up()
    return {row["oid"]: Someone(**row) for row in json.loads(path.read_text())}


def keep(path: Path, people: dict[str, Someone]) -> None:
    """Write the people to a file."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps([asdict(who) for who in people.values()]))
    new.replace(path)
