"""Run beside an installation, with its environment: fills its database, or reads its timelines.

`python -m tests.faults.seed homes NUMBER` prints the homes' bins and a token of the API as JSON;
`python -m tests.faults.seed chains` prints the references whose timeline is broken;
`python -m tests.faults.seed log BIN` records that a bin was not out.
"""

import json
import sys
from uuid import uuid4

from tests.faults.loaded import load

load()

from django.utils import timezone  # noqa: E402

from doorstep.cases import timeline  # noqa: E402
from doorstep.cases.models import Case  # noqa: E402
from doorstep.staff import actions as staff  # noqa: E402
from doorstep.staff.actor import SYSTEM  # noqa: E402
from doorstep.staff.models import StaffUser  # noqa: E402
from doorstep.waste import actions as waste  # noqa: E402
from tests.district import District  # noqa: E402


def homes(number: int) -> dict[str, object]:
    """Build a district of so many homes, each with a bin that can be reported now."""
    built = District().build(number)
    by, now = StaffUser.objects.get(username="administrator"), timezone.now()
    scopes = ["cases:create", "cases:read"]
    _, secret = staff.make_token(name="faults", scopes=scopes, days=30, by=by, now=now)
    return {"bins": [[b.place_id, b.pk] for b in built.boxes], "secret": secret}


def chains() -> list[str]:
    """Return the references of cases whose chain does not hold."""
    return [c.reference for c in Case.objects.all() if timeline.broken(c)]


def log(box: str) -> None:
    """Record, as a crew would, that a bin was not out."""
    what = {"container_id": box, "reason": "not_out", "note": "", "photo": ""}
    waste.record_log(event_id=uuid4(), by=SYSTEM, now=timezone.now(), **what)


if __name__ == "__main__":
    acts = {
        "homes": lambda: homes(int(sys.argv[2])),
        "log": lambda: log(sys.argv[2]),
        "chains": chains,
    }
    print(json.dumps(acts[sys.argv[1]]()))
