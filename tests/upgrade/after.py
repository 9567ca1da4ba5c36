"""Run in a process of its own, on the database that was migrated: everything the version before left goes on."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django


def _by_its_link(half: Any) -> list[object]:
    """Open a draft by the link that the version before promised, in a new browser; return what came."""
    from django.test import Client

    from doorstep.cases import access

    token = access.make_draft_link(draft_id=half.pk, key=half.saved_key)
    browser, start = Client(), f"/services/{half.slug}"
    link = f"{start}/resume/{token}"
    offered = browser.get(link)
    there = browser.post(link)["Location"]
    page = browser.get(there, follow=True)
    return [offered.status_code, there == f"{start}/{half.pk}", page.status_code]


def main() -> None:
    """Go on with what was left, and print what came of it."""
    django.setup()
    from django.utils import timezone
    from procrastinate.contrib.django import app

    from doorstep.cases import needs_person
    from doorstep.cases.models import Case, Draft
    from doorstep.cases.timeline import broken
    from doorstep.fieldwork import actions as fieldwork
    from doorstep.fieldwork.models import Job
    from doorstep.files.models import Photo
    from doorstep.forms.questions.kind import Typed
    from doorstep.intake.filling import Filling
    from doorstep.messages.models import Message
    from doorstep.outside.models import JobFailure
    from doorstep.staff.actor import RESIDENT, Actor

    app.perform_import_paths()
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(
            queues=["default"], wait=False, install_signal_handlers=False, listen_notify=False
        )
    came: dict[str, object] = {
        "photos": Photo.objects.count(),
        "unsent": Message.objects.filter(sent_at=None).count(),
        "sent": Message.objects.exclude(sent_at=None).count(),
        "failures": list(JobFailure.objects.values_list("name", "error")),
    }
    running = Case.objects.get(slug="missed-bin")
    came["since"] = running.stage_since is not None
    job = Job.objects.get(case=running, state="open")
    fieldwork.finish_job(
        event_id=uuid4(),
        job_id=job.pk,
        code="collected",
        note="",
        photo="",
        by=Actor("staff", "crew"),
        now=timezone.now(),
    )
    running.refresh_from_db()
    came["stage"], came["chain"] = running.stage, broken(running)
    flagged = Case.objects.exclude(slug="missed-bin").get(closed_at=None)
    came["to_do"] = [task.text for task in needs_person.of_cases([flagged])[flagged.pk]]
    came["flags"] = flagged.flags
    half = Draft.objects.get(slug="tell-us-anything", sent_at=None)
    came["owner"] = (half.owner_kind, half.owner_key == half.visitor)
    came["link"] = _by_its_link(half)
    half.refresh_from_db()
    came["owner_now"] = half.owner_kind
    filling = Filling(half, by=RESIDENT, now=half.updated_at + timedelta(minutes=1))
    first = filling.service.form.pages[0]
    text = "Something quite new about nothing in particular"
    decision = filling.answer(first, filling.read(first, lambda _: Typed({"text": [text]})))
    came["facts"], came["result"] = sorted(filling.draft.facts), decision.result
    while (page := filling.next_open()) is not None:
        entries = filling.read(page, lambda q: Typed({q.id: ["none"]} if q.source else {}))
        assert not entries.wrong, (page.id, entries.wrong)
        filling.answer(page, entries)
    made, _ = filling.submit()
    came["made"] = made.stage if made else ""
    print(json.dumps(came, default=str))


if __name__ == "__main__":
    main()
