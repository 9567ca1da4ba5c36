"""A service's message as a text to who has no e-mail address: short, plain, with a link; and where none can be sent."""

import re
from typing import Any

import pytest

from doorstep.cases import actions as cases
from doorstep.cases import submitting, timeline
from doorstep.cases.models import Case
from doorstep.catalogue import build_service
from doorstep.catalogue import queries as catalogue
from doorstep.council import queries as council
from doorstep.messages.actions import LINK, in_short
from doorstep.messages.models import Message
from doorstep.messages.short import parts_of, plainer
from doorstep.staff.actor import RESIDENT, SYSTEM
from tests.filling import fill

# As long as what a sentence may name is in practice; a link with its token is 80 letters.
LONGEST = {"day": "Wednesday 30 September 2026", "pounds": "£1,135.00", "reference": "MB-4K7T-9XQ2"}
LONGEST_CY = {**LONGEST, "day": "dydd Mercher 30 Medi 2026"}
MOST = {"en": 2, "cy": 3}


def short(subject: str, says: dict[str, str]) -> str:
    """Return a message as a text, its places filled in."""
    named = re.sub(r"\{[^}]*?(\w+)\}", lambda m: says.get(m[1], "x" * 20), subject)
    return in_short(named).replace(LINK, "x" * 80)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_message_reads_as_a_text(language: str) -> None:
    build_service._read.cache_clear()  # another test may have spoken otherwise
    says = LONGEST_CY if language == "cy" else LONGEST
    for folder in catalogue.library():
        with council.speaking(language):
            service = catalogue.build(catalogue.read_folder(folder))
            said = {name: short(m.subject, says) for name, m in service.messages.items()}
        for name, text in said.items():
            about = (service.slug, name, text)
            assert parts_of(text) <= MOST[language], (parts_of(text), *about)
            # No Markdown, nothing left to fill in, and no mark that costs a second text.
            assert not re.search(r"[*_#\[\]<>{}’‘“”–—…]", text), about
            # What it is about and which, before the link; who writes, after it.
            assert LONGEST["reference"] in text.splitlines()[0], about
            assert len(text.splitlines()) == 3, about


def test_typographic_marks_cost_no_second_text() -> None:
    assert plainer("We’re coming – “soon”…") == 'We\'re coming - "soon"...'
    assert plainer("Siân, Llŷn") == "Siân, Llŷn"


@pytest.mark.parametrize("sends", [True, False])
def test_where_no_text_is_sent_the_case_says_that_nobody_was_told(
    district: Any, monkeypatch: pytest.MonkeyPatch, sends: bool
) -> None:
    here = council.current().model_copy(update={} if sends else {"texts": None})
    monkeypatch.setattr(council, "current", lambda: here)
    box = district.boxes[0]
    about = {"property": str(box.place_id), "container": str(box.pk), "name": "Ann", "email": None}
    draft = fill(district.service, {**about, "phone": "07700 900123"}, now=district.now)
    case, _ = submitting.submit(draft_id=draft.pk, by=RESIDENT, now=district.now)
    assert case is not None
    cases.record_outcome(case_id=case.pk, name="job.collected", by=SYSTEM, now=district.now)
    case = Case.objects.get(pk=case.pk)
    told = case.events.filter(kind="told").count()
    untold = case.events.filter(kind="not told")
    messages = Message.objects.filter(case=case, channel="text")
    assert (bool(told), messages.exists()) == (sends, sends) and untold.exists() != sends
    assert not timeline.broken(case) and not case.tasks.exists()
