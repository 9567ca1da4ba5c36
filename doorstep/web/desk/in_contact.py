"""The contact that whoever asks has open: found once a request, begun where there is none, and what is done kept in it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.channels import ADVISER_CHANNELS
from doorstep.contacts import actions, forms, queries
from doorstep.contacts.models import Contact
from doorstep.contacts.reasons import OWN
from doorstep.customers import people
from doorstep.customers.models import Person
from doorstep.places.models import Property


@dataclass(frozen=True)
class Bar:
    """What the frame shows: the contact that is open, what waits, and one that ended just now."""

    now: datetime
    open: Contact | None = None
    held: list[Contact] = field(default_factory=list)
    ended: Contact | None = None
    # The form that is filled in, its address and title; nothing on its own page, and once it was sent.
    form: tuple[str, str] | None = None
    # The contact to whose visitor the screen is turned.
    faced: Contact | None = None
    channels: tuple[str, ...] = ADVISER_CHANNELS

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Return why people may come, as code and title: services, then our own, which the page has words for."""
        return reasons()

    @property
    def reason(self) -> str:
        """Return why whoever is there came, as was said, or as the rule has it so far."""
        return (self.open.reason or queries.proposal(self.open).reason) if self.open else ""


def reasons() -> list[tuple[str, str]]:
    """Return why people may come, as code and title; our own reasons have none here: the page has words for them."""
    running = catalogue.in_councils_order(catalogue.running())
    services = [(service.slug, service.about.title) for service in running]
    slugs = {slug for slug, _ in services}
    return [*services, *((own, "") for own in OWN if own not in slugs)]


def bar(request: HttpRequest, ended: Contact | None = None) -> Bar:
    """Return what the frame shows of the contacts of who asks; one statement, and none where none stands there."""
    found = mine(request)
    first = current(request)
    held = [one for one in found if one is not first]
    return Bar(timezone.now(), first, held, ended, _form(request, first), faced(request))


def of_form(draft: Draft) -> Contact | None:
    """Return the contact of a form that is not over; nothing of one that was begun in none."""
    contact = forms.contact_of(draft)
    return contact if contact is not None and contact.ended_at is None else None


def stands_at(draft: Draft, code: str) -> None:
    """Keep in a form's contact at which rule it stands now; "" once it goes on."""
    contact = of_form(draft)
    if contact is not None:
        now = timezone.now()
        actions.stands_at(contact=contact, service=draft.slug, code=code, now=now)


def was_sent(case: Case) -> None:
    """Keep in a form's contact that it became a case: it stands at no rule any more."""
    contact = of_form(case.draft)
    if contact is not None:
        now = timezone.now()
        actions.stands_at(contact=contact, service=case.slug, code="", now=now)
        actions.did(contact=contact, what="sent", case=case, now=now)


def _form(request: HttpRequest, contact: Contact | None) -> tuple[str, str] | None:
    row = contact.form if contact else None  # type: ignore[attr-defined]  # read with what stands on a screen
    service = catalogue.current(row["slug"]) if row else None
    there = reverse("desk_all", kwargs=row) if row else ""
    return (there, service.about.title) if service and there != request.path else None


def begins(request: HttpRequest, draft: Draft, of: Draft | None = None) -> None:
    """Bind a form to the contact that is open, as it is begun in it or taken from its person; or to that `of` another form."""
    contact = current(request) if of is None else forms.contact_of(of)
    if contact is not None:
        forms.bind(contact=contact, draft=draft)


def goes_on(request: HttpRequest, draft: Draft) -> None:
    """Say of the contact of a form that it goes on; whoever was said to be restricted since, the form is theirs."""
    now = timezone.now()
    if any(now - one.last_at > forms.NOTED_EVERY for one in mine(request)):
        forms.goes_on(draft=draft, now=now)
    for one in mine(request):
        if one.person and one.person.shown.restricted and forms.is_bound(one, draft):
            forms.keep_shut(contact=one, draft=draft)


def home_of(request: HttpRequest, contact: Contact) -> Property | None:
    """Return the home that a form of a contact begins with: none that is not open to who asks, and none in sight of a visitor.

    It may stand there because a record was looked at, and is not what the visitor said.
    """
    return None if facing(request) or is_shut(request, contact) else contact.home


def mine(request: HttpRequest) -> list[Contact]:
    """Return what who asks has open, then what waits; one statement a request, and none where none stands there."""
    return [one for one in _on_screen(request) if one.ended_at is None]


def _on_screen(request: HttpRequest) -> list[Contact]:
    found: list[Contact] | None = getattr(request, "contacts", None)
    if found is None:
        found = _found(request)
        request.contacts = found  # type: ignore[attr-defined]
    return found


def _found(request: HttpRequest) -> list[Contact]:
    user: Any = request.user
    return queries.on_screen(user.pk) if user.is_authenticated and user.has_contacts else []


def current(request: HttpRequest) -> Contact | None:
    """Return the contact that who asks has open now; nothing where there is none, or each waits."""
    first = next(iter(mine(request)), None)
    return first if first is not None and not first.is_held else None


def faced(request: HttpRequest) -> Contact | None:
    """Return the contact to whose visitor the screen is turned, open, waiting or over; nothing where it is turned to nobody."""
    return next((one for one in _on_screen(request) if one.is_facing), None)


def facing(request: HttpRequest) -> bool:
    """Say whether a visitor can see this screen, so that nothing of anybody else may stand on it."""
    return faced(request) is not None


def begun(
    request: HttpRequest,
    channel: str,
    *,
    person: Person | None = None,
    home: Property | None = None,
) -> Contact:
    """Return the contact that is open; where none is, begin one by a channel. Raises Refused("channel_missing").

    A person is whose it is from then on; a home, where nobody has said yet whose it is.
    """
    contact = current(request)
    if contact is None:
        user: Any = request.user
        about: dict[str, Any] = {"by": user, "now": timezone.now(), "person": person, "home": home}
        contact = actions.begin(channel=channel, **about)
        changed(request)
    elif person:
        _is_for(request, contact, person)
    elif home:
        is_with(request, home=home)
    return contact


def _is_for(request: HttpRequest, contact: Contact, person: Person) -> None:
    """Say that a contact is somebody's for whom a form is begun in it, unless one was sent in it for who stands there."""
    if contact.person is not None:
        sent = any(act["what"] == "sent" for act in queries.acts_of(contact))
        if sent or contact.person.shown == person:
            return
    user: Any = request.user
    actions.say_who(contact_id=contact.pk, person=person, by=user, now=timezone.now())
    changed(request)


def is_with(
    request: HttpRequest, *, person: Person | None = None, home: Property | None = None
) -> None:
    """Say whose contact it is, or from which home, once their page is looked at in one of which nobody said that yet."""
    contact = current(request)
    if contact is None or contact.person_id or (contact.home_id and person is None):
        return
    user: Any = request.user
    about: dict[str, Any] = {"by": user, "now": timezone.now(), "person": person, "home": home}
    actions.say_who(contact_id=contact.pk, only_if_unsaid=True, **about)
    changed(request)


def changed(request: HttpRequest) -> None:
    """Say that contacts were begun, held or ended, so that they are looked for anew."""
    user: Any = request.user
    user.has_contacts = True  # in this request; the next one reads it
    request.__dict__.pop("contacts", None)


def did(
    request: HttpRequest,
    what: str,
    *,
    service: str = "",
    case: Case | None = None,
    code: str = "",
    task_id: int | None = None,
) -> None:
    """Keep what was done in the contact that is open, if there is one."""
    contact = current(request)
    if contact is not None:
        about: dict[str, Any] = {"service": service, "case": case, "code": code}
        actions.did(contact=contact, what=what, now=timezone.now(), task_id=task_id, **about)


def who(request: HttpRequest, contact: Contact) -> Person | None:
    """Return whose a contact is, to who may see them: of a restricted person nothing, but to who said just now why."""
    user: Any = request.user
    person = contact.person.shown if contact.person else None
    if person is None or not user.may("customer.see") or is_shut(request, contact):
        return None
    return person


def is_shut(request: HttpRequest, contact: Contact) -> bool:
    """Say whether somebody is restricted whose contact it is, and no reason of who looks opens their record just now."""
    person = contact.person.shown if contact.person else None
    if person is None or not person.restricted:
        return False
    user: Any = request.user
    may_with_reason = user.may("customer.restricted")
    return not (may_with_reason and people.is_open_to(person, user.pk, timezone.now()))
