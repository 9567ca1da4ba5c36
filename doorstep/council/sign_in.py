"""What the council's own sign-in gives here: a role for each app role, or group, that it names."""

from doorstep.council.front import Part


class Given(Part):
    """A role here (`staff.permissions`), and of which team, ward (ONS code), crew list or partner it is; none named: of every one."""

    role: str
    team: str = ""
    ward: str = ""
    key: str = ""


class SignIn(Part):
    """By the name of an app role, what it gives; by the id of a group the same, for who has none of these app roles."""

    roles: dict[str, Given] = {}
    groups: dict[str, Given] = {}
