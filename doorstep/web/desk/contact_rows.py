"""Contacts as who looks at them may read them: whose, what was done, and nothing of a person or a case that is not open to them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.contacts import queries
from doorstep.contacts.models import Contact
from doorstep.customers.models import Person
from doorstep.web.desk import in_contact
from doorstep.web.kit.opening import SEE, may


@dataclass(frozen=True)
class Done:
    """Something that was done: what, at which service by its title, about which case."""

    what: str
    service: str
    case: Case | None = None


@dataclass(frozen=True)
class Row:
    """A contact, whose it is, what was done; `is_hidden`: it is about a case, or with a person, that is not open to who looks."""

    contact: Contact
    who: Person | None
    done: list[Done]
    is_hidden: bool

    @property
    def demand(self) -> str:
        """Return the demand in one word: "value", of failure its kind, "" where it is not known."""
        return self.contact.kind or self.contact.demand


def rows(request: HttpRequest, contacts: Iterable[Contact]) -> list[Row]:
    """Return contacts as who looks may read them."""
    contacts = list(contacts)
    cases = queries.cases_of(contacts)
    open_ones = {pk: case for pk, case in cases.items() if may(request, SEE, case)}
    return [_row(request, one, open_ones) for one in contacts]


def _row(request: HttpRequest, contact: Contact, cases: dict[int, Case]) -> Row:
    if in_contact.is_shut(request, contact):
        return Row(contact, None, [], True)
    acts = queries.acts_of(contact)
    seen = [act for act in acts if act["case"] is None or act["case"] in cases]
    told = {act["case"] for act in seen if act["what"] != "looked"}
    # That a case was looked at says nothing more where something was done about it, nor a form begun where more came of it.
    seen = [act for act in seen if act["what"] != "looked" or act["case"] not in told]
    came = {act["service"] for act in seen if act["what"] != "begun"}
    seen = [act for act in seen if act["what"] != "begun" or act["service"] not in came]
    titles = {act["service"]: _title(act["service"]) for act in seen}
    done = [Done(act["what"], titles[act["service"]], cases.get(act["case"])) for act in seen]
    is_hidden = any(act["case"] and act["case"] not in cases for act in acts)
    return Row(contact, in_contact.who(request, contact), done, is_hidden)


def _title(slug: str) -> str:
    service = catalogue.current(slug) if slug else None
    return str(service.about.title) if service else slug
