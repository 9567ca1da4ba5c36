"""A service that nobody has heard of is dropped in while everything runs, published, and used to its end."""

from pathlib import Path
from typing import Any

import pytest

from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.fieldwork.models import Job
from doorstep.messages.models import Message
from tests.browser import looks_right, sign_in
from tests.queue import run_queue
from tests.streets import Streets

pytestmark = pytest.mark.browser
FILES = {
    "service.yaml": """
slug: broken-bench
title: Report a broken bench
summary: Tell us about a bench that is broken. We mend it.
keywords: [bench, broken bench, seat]
group: Parks
team: Parks
prefix: BB
lgsl: 559
lgil: 17
channels: [online, field]
settings:
  mend_within: {type: number, default: 3, label: Working days in which a bench is mended}
retention_days: 365
needs: You need to know where it is.
names: [part, where]
send: Send report
sent: Report sent
told: We will email you when it is mended.
privacy: We use your email to tell you when it is mended.
contact_purpose: So that we can tell you when it is mended.
human: Call us.
public: {name: Broken bench, what: [part]}
before:
  - {who: resident, what: Telephones, minutes: 5}
""",
    "form.yaml": """
pages:
  - page: where
    title: Where is the bench?
    questions: [{id: where, kind: location, short: Where}]
    check: [{when: "!where.inside", stop: outside}]
  - page: part
    title: What is broken?
    questions:
      - {id: part, kind: choice, short: Part, options: {seat: The seat, back: The back, legs: The legs}}
  - page: contact
    title: How can we tell you?
    questions: [{id: email, kind: email, contact: email, optional: true, label: Email address}]
stops:
  outside: {title: This is outside our district, say: "{where.words} is not in our district."}
""",
    "workflow.yaml": """
start: with_crew
facts: {crew: "fieldwork.list('streets', where.ward)"}
on: {job.mended: mended, job.no_bench: no_bench}
stages:
  with_crew:
    label: With the crew
    resident: We will mend it by the end of {due}.
    do:
      - job:
          title: Mend a bench
          named_by: part
          about_kind: place
          outcomes: [mended, no_bench]
          list: crew
          about: where.id
          day: plus_workdays(today, settings.mend_within)
      - publish: {}
  mended:
    label: Mended
    resident: The bench is mended.
    do: [publish: {}, tell: {message: mended}]
    closes: mended
    good: true
  no_bench:
    label: No bench there
    resident: We found no bench there.
    closes: no_bench
""",
    "messages/mended.md": "subject: {reference}: the bench is mended\n\nThe bench at {address} is mended.\n",
    "examples.yaml": """
- name: A bench is mended in three working days
  given: {now: 2026-11-24T10:00, settings: {}, facts: {crew: PARKS}, answers: {where: inside, part: back, email: ann@resident.example}}
  then: [{outcome: job.mended}]
  expect: {pages: [where, part, contact], stage: mended, closed: true, messages: [mended]}
""",
}


def test_from_an_empty_folder_to_a_mended_bench_without_a_restart(
    chromium: Any, live_server: Any, open_district: Any, home: Path
) -> None:
    streets, base = Streets(open_district), live_server.url
    resident = chromium.new_context(viewport={"width": 320, "height": 700}).new_page()
    resident.set_default_timeout(15000)
    resident.goto(f"{base}/services/broken-bench")
    assert (
        "Page not found" in resident.inner_text("main")
        and catalogue.current("broken-bench") is None
    )

    for name, text in FILES.items():
        path = home / "services" / "broken-bench" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"))
    designer = chromium.new_context(viewport={"width": 1024, "height": 768}).new_page()
    designer.set_default_timeout(15000)
    sign_in(designer, base, "designer")
    designer.goto(f"{base}/desk/services")
    designer.click("a[href*='broken-bench']")
    designer.click("button:has-text('Play its examples and publish')")
    run_queue()
    designer.wait_for_selector("h1:text-is('Published')")

    resident.goto(base)
    resident.click("text=Report a broken bench")
    resident.click("text=Start now")
    resident.fill("#where", "High Street")
    resident.click("button:has-text('Find')")
    resident.check("text=High Street, Coalville")
    resident.click("text=Continue")
    resident.check("text=The back")
    resident.click("text=Continue")
    resident.fill("#email", "ann@resident.example")
    resident.click("text=Continue")
    looks_right(resident)
    resident.click("text=Send report")
    resident.wait_for_url("**/sent")
    case = Case.objects.get(slug="broken-bench")
    job = Job.objects.get(case=case)
    Job.objects.filter(pk=job.pk).update(day=streets.now.date())

    crew = chromium.new_context(viewport={"width": 768, "height": 1024}).new_page()
    crew.set_default_timeout(15000)
    sign_in(crew, base, "crew")
    crew.goto(f"{base}/crew/{job.crew_list}")
    crew.click("button:has-text('Mended')")
    crew.wait_for_selector("text=Done")
    run_queue()
    assert Message.objects.get(case=case).name == "mended"
    resident.goto(f"{base}/reports?state=fixed&service=broken-bench")
    assert "Broken bench: The back" in resident.inner_text("main")
    looks_right(resident)
    crew.click("text=All rounds")
    crew.click("text=Report something you see")
    crew.wait_for_selector("button:has-text('Broken bench')")
