"""Academy by its nightly extract: keyed hashes of the claims that run, loaded by `doorstep benefits load`.

Nothing of a claim can be read from them. One statement and one hash, whatever the details are. What is older than
BENEFITS_EXTRACT_DAYS is not trusted: then nobody can say, and a person looks.
"""

from datetime import date, timedelta

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from doorstep.customers.provider import CLAIMS, Entitled, claim_key
from doorstep.outside import hashes
from doorstep.outside.errors import GiveUp


class AcademyExtract:
    """The claims that ran when the extract was made."""

    def entitled(self, *, claim: str, surname: str, born: date, purpose: str) -> Entitled:
        """Say whether these details are those of a claim that ran."""
        digest = claim_key(claim, surname, born)
        try:
            looked = hashes.look(CLAIMS, digest)
        except DatabaseError:
            return "unknown"
        oldest = timezone.now() - timedelta(days=settings.BENEFITS_EXTRACT_DAYS)
        if looked.made_at is None or looked.made_at < oldest:
            return "unknown"
        return "yes" if looked.is_in else "no"

    def check(self) -> str:
        """Say how many claims there are and of when; raises GiveUp where none were loaded."""
        made = hashes.made_at(CLAIMS)
        if made is None:
            raise GiveUp("no extract was loaded: doorstep benefits load FOLDER")
        return f"{hashes.count(CLAIMS)} keys of an extract made at {made:%Y-%m-%d %H:%M} UTC"
