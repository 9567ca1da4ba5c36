"""Which passwords are guessed first though no list has them: one letter many times, or one's own name many times."""

import re

from django.core.exceptions import ValidationError

from doorstep.staff.models import StaffUser

FEWEST = 5


class Varied:
    """Refuses a password of fewer than five different letters, or of its owner's names alone; Django asks it."""

    def validate(self, password: str, user: StaffUser | None = None) -> None:
        """Raise ValidationError for such a password."""
        letters = re.sub(r"[\W\d_]", "", password.lower())
        own = f"{user.username} {user.name}".lower() if user else ""
        names = {name for name in re.split(r"[\W\d_]+", own) if name}
        rest = letters
        for name in sorted(names, key=len, reverse=True):
            rest = rest.replace(name, "")
        if len(set(password)) < FEWEST or (letters and not rest):
            raise ValidationError("guessed first")

    def get_help_text(self) -> str:
        """Return what Django asks for; our pages say it in their own words."""
        return ""
