"""A service that asks for papers: a move, with the lease and what goes with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from doorstep.outside import plug
from standins.clamav.app import StandIn

FILES = {
    "service.yaml": """
slug: tenancy
title: Send us your tenancy
summary: Send us your lease.
keywords: [lease]
group: Homes
team: Streets
prefix: TN
lgsl: 559
lgil: 17
channels: [online, telephone]
settings: {}
retention_days: 365
needs: You need your lease.
names: [about]
send: Send
sent: Sent
told: We will write to you.
privacy: We use this to decide.
contact_purpose: So that we can answer you.
human: Call us.
before:
  - {who: resident, what: Brings it in, minutes: 30}
""",
    "form.yaml": """
pages:
  - page: about
    title: What is it about?
    questions: [{id: about, kind: text, label: What is it about?, short: About}]
  - page: papers
    title: Your papers
    questions:
      - {id: papers, kind: files, label: Your lease, short: Lease, most: 3, types: [pdf, docx, jpeg, png, text]}
      - {id: more, kind: files, label: Anything else, short: Anything else, optional: true}
    check: [{when: "size(papers) > 2", stop: too_many}]
  - page: contact
    title: How can we answer you?
    questions: [{id: email, kind: email, contact: email, optional: true, label: Email address}]
stops:
  too_many:
    title: That is a lot
    say: Two will do.
""",
    "workflow.yaml": """
start: with_officer
decisions: {close: Close it}
stages:
  with_officer:
    label: With an officer
    resident: We look at it.
    decisions: {close: closed}
  closed:
    label: Closed
    resident: It is closed.
    closes: closed
""",
    "examples.yaml": """
- name: It goes to an officer
  given:
    now: 2026-11-24T10:00
    answers: {about: A lease, papers: [lease.pdf]}
  expect: {stage: with_officer}
- name: Three are too many
  given:
    now: 2026-11-24T10:00
    answers: {about: A lease, papers: [lease.pdf, more.pdf, yet-more.pdf]}
  expect: {stop: too_many}
""",
}


@contextmanager
def scanner(settings: Any) -> Iterator[StandIn]:
    """Connect the virus scanner's stand-in until the block ends."""
    with StandIn() as app:
        thread = Thread(target=app.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        settings.CLAMAV_ADDRESS = app.address
        settings.CONNECTORS = {
            **settings.CONNECTORS,
            "files.scanner": "doorstep.connectors.clamav.ClamAV",
        }
        plug.get.cache_clear()
        yield app
        app.shutdown()
        thread.join(5)
    plug.get.cache_clear()
