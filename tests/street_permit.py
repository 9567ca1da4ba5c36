"""A service that asks with every small kind of question, and looks a company up."""

from typing import Any

DEMO = "doorstep.connectors.demo.companies.DemoCompanies"
NONE = "doorstep.customers.provider.NoOrganisations"
WORDS = "I have told the truth, and know that it is an offence not to."
FILES = {
    "service.yaml": """
slug: street-permit
title: Ask for a street permit
summary: Tell us about you and your van.
keywords: [street permit]
group: Streets
team: Streets
prefix: SP
lgsl: 559
lgil: 17
channels: [online, telephone]
settings: {}
retention_days: 365
needs: You need your van's papers.
names: [plate]
send: Send
sent: Sent
told: We will write to you.
privacy: We use this to decide.
contact_purpose: So that we can answer you.
human: Call us.
before:
  - {who: resident, what: Telephones, minutes: 5}
""",
    "form.yaml": f"""
pages:
  - page: van
    title: Your van
    questions:
      - {{id: seats, kind: number, label: How many seats has it?, short: Seats}}
      - {{id: plate, kind: vehicle_registration, label: Registration number, short: Plate}}
  - page: you
    title: About you
    questions:
      - {{id: insured, kind: national_insurance, label: National Insurance number}}
      - {{id: born, kind: date_of_birth, label: Date of birth}}
  - page: firm
    title: Who do you work for?
    questions: [{{id: firm, kind: organisation, short: Firm}}]
    facts: {{listed: customers.registered(firm.company)}}
    check: [{{when: "firm.company != '' && !listed.active", stop: not_listed}}]
  - page: homes
    title: Where you live
    questions:
      - {{id: home, kind: uk_address, label: Your address now}}
      - {{id: earlier, kind: uk_address, label: Your address before, optional: true}}
  - page: signed
    title: Sign it
    questions:
      - {{id: truth, kind: declaration, label: Do you agree?, short: Truth, body: "{WORDS}"}}
      - {{id: hand, kind: signature, label: Your signature, short: Signature}}
  - page: contact
    title: How can we answer you?
    questions: [{{id: email, kind: email, contact: email, optional: true, label: Email address}}]
stops:
  not_listed:
    title: We cannot find that company
    say: "{{listed.name}} is not a company that is active."
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
    facts: {listed: {found: true, name: ACORN LTD, active: true}}
    answers:
      seats: 2
      plate: AB12 CDE
      insured: AB 12 34 56 C
      born: 1980-03-31
      firm: {name: Acorn Ltd, company: "01234567"}
      home: {line1: 10 Mill Lane, town: Leeds, postcode: LS1 4AP}
      truth: true
      hand: {name: Ann Example}
  expect: {stage: with_officer}
""",
}


def use(settings: Any, name: str) -> None:
    """Have this connector say what companies are registered."""
    from doorstep.outside import plug

    settings.CONNECTORS = {**settings.CONNECTORS, "customers.organisations": name}
    plug.get.cache_clear()
