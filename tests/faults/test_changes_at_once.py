"""A day with room for ten, wanted by many at once: who books anew, who changes to it or away from it, who cancels.

While they do, its loads are counted again and again, each time in one look of the database at all of it; and whoever
had a day is looked for: no moment sees more than ten, or somebody without the day they had and without another.
Guards removed (each seen to fail): the day's lock with the trigger behind it; the look at its room with the trigger
behind it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from doorstep.bookings import changing as officers
from doorstep.bookings.models import Booking, Calendar
from doorstep.cases import changing, choosing, timeline
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import say
from doorstep.council.errors import Refused
from doorstep.forms.questions.kind import Typed
from doorstep.intake.filling import Filling
from doorstep.messages.models import Message
from doorstep.payments import actions as payments
from doorstep.payments import jobs, queries, refunds
from doorstep.payments.models import Movement
from doorstep.staff.actor import RESIDENT, SYSTEM
from tests.district import District
from tests.filling import fill, made
from tests.paying import Pay
from tests.publishing import publish_library
from tests.queue import run_queue
from tests.size import size

pytestmark = pytest.mark.django_db(transaction=True)
ROOM, LEAVE, THREADS = 10, 3, 8
ONE, TWO = {"things-mattress": ["1"]}, {"things-mattress": ["1"], "things-chair": ["1"]}
LOOK = """
select coalesce(sum(b.load) filter (where d.day = %s and (b.state = 'booked' or b.until > now())), 0),
       count(distinct b.case_id) filter (where b.state = 'booked' and b.case_id = any(%s)),
       count(*) filter (where b.state = 'booked' and b.case_id = any(%s))
from bookings_booking b join bookings_day d on d.id = b.day_id where b.state <> 'released'
"""


def others(what: Callable[..., Any]) -> Callable[..., Any]:
    """Do it by settings that give money back for a change to what costs less; a thread has its own."""

    def done(*args: Any) -> Any:
        with catalogue.other_settings({"refund_changed": True}):
            return what(*args)

    return done


@dataclass
class Person:
    """Somebody who acts: their form or their case, the day and the things they want, whether they go through with it."""

    does: str
    draft: Draft | None = None
    case_id: int = 0
    day: date | None = None
    things: Any = None
    pays: bool = True


class Many:
    """A wanted day with room for ten, six of them booked; other days with room for all; and people who are about to act."""

    def __init__(self, pay: Pay, each: int) -> None:
        self.pay = pay
        self.district = District().build(6 * each + 2 * LEAVE)
        self.service = publish_library("bulky-waste", now=self.district.now)
        calendar = Calendar.objects.create(
            code="ALL", name="All", kind="bulky", wards=[], weekdays=list(range(7)), capacity=9000, unit="jobs"
        )  # fmt: skip
        self.wanted = self.district.today + timedelta(days=10)
        self.elsewhere = self.wanted + timedelta(days=3)
        about = {"calendar": calendar, "day": self.wanted, "capacity": ROOM}
        officers.resize(**about, by=SYSTEM, now=timezone.now())  # type: ignore[arg-type]
        self.homes = iter(self.district.boxes)
        here, there, more = self.wanted, self.elsewhere, self.booked
        self.people = [Person("change", case_id=more(here), day=there) for _ in range(LEAVE)]
        self.people += [Person("cancel", case_id=more(here)) for _ in range(LEAVE)]
        for _ in range(each):
            self.people += [
                Person("book", draft=self.form(), day=here),
                Person("book", draft=self.form(), day=here, pays=False),
                Person("change", case_id=more(there), day=here),
                Person("change", case_id=more(there), day=here, things=TWO),
                Person("change", case_id=more(there), day=here, things=TWO, pays=False),
                Person("change", case_id=more(there, TWO), day=here, things=ONE),
            ]
        # Whoever does not cancel must have a day at every moment.
        self.had = [p.case_id for p in self.people if p.does == "change"]
        Random(20).shuffle(self.people)

    def form(self, things: Any = ONE) -> Draft:
        """Return a form that has come as far as the day."""
        home = {"property": str(next(self.homes).place_id), "things": Typed(things)}
        return fill(self.service, home, now=timezone.now())  # type: ignore[no-any-return]

    def booked(self, day: date, things: Any = ONE) -> int:
        """Return a case that is booked and paid."""
        person = Person("book", draft=self.form(things), day=day)
        assert self.book(person) == "booked"
        return Case.objects.get(draft=person.draft).pk

    def answer(self, draft: Draft, page_id: str, **fields: list[str]) -> None:
        """Answer a page as it is now; raises Refused("slot_gone") for a day that is shown as full."""
        filling = Filling(draft, by=RESIDENT, now=timezone.now())
        page = filling.service.form.page(page_id)
        assert page
        entries = filling.read(page, lambda _q: Typed(fields))
        if "slot" in entries.wrong:
            raise Refused("slot_gone")
        assert not entries.wrong and not filling.answer(page, entries).stops

    def send(self, draft: Draft, pays: bool, instead: str) -> str:
        """Send a form, and pay what is asked or choose something instead; return where the case stands then."""
        case, decision = Filling(draft, by=RESIDENT, now=timezone.now()).submit()
        assert case, decision
        charge = queries.due(case)
        if charge and pays:
            attempt = payments.begin(charge_id=charge.pk, language="en", now=timezone.now())
            self.pay.control(pay=attempt.provider_id)
            payments.come_back(attempt=attempt, now=timezone.now())
        elif charge:
            choosing.choose(case_id=case.pk, name=instead, by=RESIDENT, now=timezone.now())
        return str(Case.objects.values_list("stage", flat=True).get(pk=case.pk))

    def book(self, person: Person) -> str:
        assert person.draft
        self.answer(person.draft, "day", slot=[f"ALL/{person.day}"])
        self.answer(person.draft, "where", where=["On the drive"])
        self.answer(
            person.draft, "contact", name=["Ann"], email=["ann@resident.example"], phone=[""]
        )
        return self.send(person.draft, person.pays, "give_up")

    def change(self, person: Person) -> str:
        about = {"owner": made(), "channel": "online", "by": RESIDENT, "now": timezone.now()}
        draft = changing.begin(case_id=person.case_id, **about)
        if person.things:
            self.answer(draft, "items", **person.things)
        self.answer(draft, "day", slot=[f"ALL/{person.day}"])
        return self.send(draft, person.pays, "keep")

    def cancel(self, person: Person) -> str:
        about = {"case_id": person.case_id, "name": "cancel", "by": RESIDENT}
        return choosing.choose(**about, now=timezone.now()).stage  # type: ignore[arg-type]

    def act(self, person: Person) -> str:
        """Have somebody act; return what they were told."""
        try:
            return str(getattr(self, person.does)(person))
        except Refused as exc:
            return exc.code

    @others
    def act_in_turn(self, people: Iterator[tuple[int, Person]], told: dict[int, str]) -> None:
        """Have one after the other of those who are left act, over one connection."""
        try:
            for n, person in people:
                told[n] = self.act(person)
        finally:
            connection.close()

    def all_at_once(self, people: list[Person]) -> tuple[list[str], set[tuple[int, int, int]]]:
        """Have all of them act, some at a time; return what each was told, and what was seen meanwhile."""
        seen: set[tuple[int, int, int]] = set()
        told: dict[int, str] = {}
        over, left = Event(), iter(list(enumerate(people)))
        watch = Thread(target=self.watch, args=(seen, over))
        watch.start()
        try:
            with ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(lambda _n: self.act_in_turn(left, told), range(THREADS)))
        finally:
            over.set()
            watch.join(60)
        return [told[n] for n in range(len(people))], seen

    def watch(self, seen: set[tuple[int, int, int]], over: Event) -> None:
        """Look at the wanted day, and at who must have a day, until it is over."""
        with connection.cursor() as cursor:
            while not over.wait(0.003):
                cursor.execute(LOOK, [self.wanted, self.had, self.had])
                seen.add(cursor.fetchone())
        connection.close()


def days_of(case: Case) -> list[date]:
    """Return the days that a case has booked."""
    return list(
        Booking.objects.filter(case=case, state="booked").values_list("day__day", flat=True)
    )


def test_ten_have_the_day_whoever_else_changes_or_cancels(transactional_db: None, pay: Pay) -> None:
    pay.control(refunds="success")
    many = others(Many)(pay, size(5, 165))
    told, seen = many.all_at_once(many.people)
    gone = [p for p, said in zip(many.people, told, strict=True) if said == "slot_gone"]
    # Who came too early asks again: some have left since.
    again, then_seen = many.all_at_once([p for p in gone if p.pays])
    assert max(loads for loads, _, _ in seen | then_seen) == ROOM
    assert {(n, rows) for _, n, rows in seen | then_seen} == {(len(many.had), len(many.had))}
    assert Booking.objects.filter(day__day=many.wanted, state="booked").count() == ROOM
    assert not Booking.objects.filter(state="held").exists()
    last = dict(zip((id(p) for p in many.people), told, strict=True))
    last |= {id(p): said for p, said in zip([p for p in gone if p.pays], again, strict=True)}
    assert {"booked", "cancelled", "slot_gone"} <= set(last.values()), Counter(told)
    for person in many.people:
        was_told_the_truth(many, person, last[id(person)])
    balances(pay)


def was_told_the_truth(many: Many, person: Person, said: str) -> None:
    """Hold that somebody has what they were told, and has paid for that alone."""
    case = Case.objects.filter(draft=person.draft).first() if person.draft else None
    case = Case.objects.get(pk=person.case_id) if person.case_id else case
    if case is None:
        assert said == "slot_gone"  # no case, and nothing asked or held
        return
    has = {"booked": [person.day], "slot_gone": [many.elsewhere]}.get(said, [])
    assert has or said in ("cancelled", "given_up"), said
    if said == "booked" and not person.pays:
        has = [many.elsewhere]  # left as it was
    assert (days_of(case), case.stage) == (has, "booked" if has else said), person
    assert refunds.kept(case) == (case.facts["price"]["pence"] if has else 0), person
    assert not timeline.broken(case)
    told = list(Message.objects.filter(case=case, name="booked").order_by("id"))
    assert not has or say(has[0]) in told[-1].subject, (person, told[-1].subject)


def balances(pay: Pay) -> None:
    """Hold that the ledger, the provider and the bookings agree once all is sent and fetched."""
    run_queue()
    jobs.settle()
    run_queue()
    booked = Case.objects.filter(stage="booked")
    assert sum(m.pence for m in Movement.objects.all()) == pay.taken
    assert pay.taken == sum(case.facts["price"]["pence"] for case in booked)
