"""What the virus scanner found in the files of cases: said in the story, asked of the team, and read by the person on their page."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from doorstep.cases import needs_person, timeline
from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.council import queries as council
from doorstep.files import papers
from doorstep.files.models import Paper
from doorstep.staff.actor import SYSTEM

TOPIC, SHUT = "virus", "not scanned"


def tell(*, now: datetime) -> None:
    """Tell the teams of what was found, and of what no scanner could be asked about, once each."""
    for row in papers.to_tell_of():
        with transaction.atomic(), council.speaking(council.own_language()):
            case = Case.objects.filter(reference=row.holder).only("id").first()
            held = locked(case.pk) if case else None  # the case first, as whoever changes one does
            if papers.told(row.name, now=now) and held:
                _tell(held, row, now)


def _tell(case: Case, row: Paper, now: datetime) -> None:
    if case.erased_at:
        return
    if row.state == "refused":
        timeline.write(
            case, "file refused", by=SYSTEM, now=now, text=row.file_name, found=row.found
        )
        text = _(
            "A virus was found in a file that came with this, “%(name)s”, and the file was deleted. Their page says so. "
            "Where you need it, ask them to send it another way."
        ) % {"name": row.file_name}
        needs_person.ask_on(case=case, text=text, by=SYSTEM, now=now, topic=TOPIC)
    else:
        text = _(
            "The virus scanner could not be asked about a file that came with this, “%(name)s”. Nobody can open it until it is; "
            "that is tried again each night. Where it cannot wait, ask them to send it another way."
        ) % {"name": row.file_name}
        needs_person.ask_on(case=case, text=text, by=SYSTEM, now=now, topic=SHUT)
