"""Runs beside an installation, with its environment: acts of its officers, crews and clock for the round of two.

Each line that comes in is an act as JSON, and answered by a line when it is done. `["publish", NAME]` publishes a
service of tests/open311 and gives a key of Open311; `["decide", WHAT]` lets an officer decide on the one case there
is; `["mend"]` lets a crew finish its job; `["look"]` looks at what waits and what is with others, as the worker does
every minute; `["chains"]` gives the references whose timeline is broken.
"""

import json
import sys
from datetime import timedelta
from uuid import uuid4

from tests.faults.loaded import load

load()

from django.utils import timezone  # noqa: E402

from doorstep.authorities import asking, jobs  # noqa: E402
from doorstep.cases import deciding  # noqa: E402
from doorstep.cases.models import Case  # noqa: E402
from doorstep.fieldwork import actions as fieldwork  # noqa: E402
from doorstep.fieldwork.models import Job  # noqa: E402
from doorstep.staff.actor import Actor  # noqa: E402
from tests.faults.seed import chains  # noqa: E402
from tests.open311 import conftest  # noqa: E402


def publish(name: str) -> dict[str, str]:
    """Publish a service, and make a key for a program that sends."""
    conftest.publish(name)
    return {"key": conftest.key("cases:create", name="Neighbour")}


def decide(what: str) -> None:
    """Decide on the one case there is."""
    by = Actor("staff", "officer", "officer")
    case = Case.objects.get()
    deciding.decide(case_id=case.pk, decision=what, reason="Seen", by=by, now=timezone.now())


def mend() -> None:
    """Finish the one job there is, as its crew would."""
    by = Actor("staff", "crew")
    what = {"event_id": uuid4(), "code": "mended", "note": "", "photo": ""}
    fieldwork.finish_job(job_id=Job.objects.get().pk, by=by, now=timezone.now(), **what)  # type: ignore[arg-type]


def look() -> None:
    """Queue what is due, as if its minutes had passed."""
    jobs.OFTEN = jobs.SELDOM = asking.OFTEN = timedelta()
    jobs.look()


if __name__ == "__main__":
    acts = {"publish": publish, "decide": decide, "mend": mend, "look": look, "chains": chains}
    for line in sys.stdin:
        what, *words = json.loads(line)
        print(json.dumps(acts[what](*words)), flush=True)  # type: ignore[operator]
