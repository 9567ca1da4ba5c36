"""On a benefit: yes, no, nobody can say, the other system down; four items free and two paid for."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from doorstep.bookings.models import Booking, Calendar
from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.connectors import academy_http
from doorstep.customers import extract
from doorstep.customers.models import EntitlementCheck
from doorstep.messages.models import Message
from doorstep.payments.models import Refund
from standins.academy.app import StandIn
from tests import claims
from tests.browser import looks_right, sign_in
from tests.bulky import fill_in
from tests.paying import Pay
from tests.publishing import publish_library
from tests.queue import run_queue

pytestmark = [pytest.mark.browser, pytest.mark.benefit]
PHONE = {"width": 360, "height": 740}
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture
def base(open_district: Any, pay: Pay, live_server: Any, settings: Any, tmp_path: Path) -> str:
    settings.BASE_ADDRESS = live_server.url
    publish_library("bulky-waste", now=open_district.now)
    everywhere = {"wards": [], "weekdays": list(range(7)), "capacity": 60, "unit": "items"}
    Calendar.objects.create(code="ALL", name="Everywhere", kind="bulky", **everywhere)
    claims.use(settings, claims.EXTRACT)
    extract.load(claims.write(tmp_path / "x"), now=timezone.now(), tell=lambda *_: None)
    return str(live_server.url)


class Person:
    """Somebody with a telephone."""

    def __init__(
        self, chromium: Any, base: str, scripts: bool = True, language: str = "en"
    ) -> None:
        self.context = chromium.new_context(viewport=PHONE, java_script_enabled=scripts)
        self.page, self.base, self.scripts = self.context.new_page(), base, scripts
        self.page.set_default_timeout(15000)
        if language != "en":
            self.page.goto(f"{base}/language/{language}?next=/")

    def looks(self) -> None:
        if self.scripts:
            looks_right(self.page)

    def goes_on(self) -> None:
        self.page.click("main form button:has-text('Continue')")

    def chooses(self, home: int = 1, **things: int) -> None:
        """Choose a home, things and a day, as far as the question about a benefit."""
        page = self.page
        page.goto(f"{self.base}/services/bulky-waste")
        page.click("text=Start now")
        page.fill("#postcode", "le673fj")
        page.click("text=Find address")
        page.check(f"text={home} Mill Lane")
        self.goes_on()
        for thing, count in things.items():
            page.fill(f"#things-{thing}", str(count))
        self.goes_on()
        page.wait_for_selector("h1:has-text('Which day')")
        page.locator("input[name=slot]").first.check()
        self.goes_on()
        page.wait_for_selector("h1:has-text('Do you get Housing Benefit')")
        self.looks()

    def has_chosen(self, home: int = 1, **things: int) -> None:
        """Be where one comes by choosing, without a page each."""
        self.page.goto(f"{self.base}/services/bulky-waste")
        self.page.click("text=Start now")
        self.page.wait_for_selector("#postcode")
        draft = Draft.objects.latest("created_at")
        fill_in(draft, home, 0, things)
        self.page.goto(f"{self.base}/services/bulky-waste/{draft.pk}/benefits")
        self.page.wait_for_selector("h1:has-text('Do you get Housing Benefit')")
        self.looks()

    def claims(
        self, claim: str = "1234567 1", surname: str = "o'neill", born: str = "17/5/1980"
    ) -> None:
        """Say that there is a benefit, and which."""
        page = self.page
        page.check("label:has-text('Yes')")
        self.goes_on()
        page.wait_for_selector("h1:has-text('Your claim')")
        self.looks()
        page.fill("#claim", claim)
        page.fill("#surname", surname)
        for part, text in zip(("day", "month", "year"), born.split("/"), strict=True):
            page.fill(f"#born-{part}", text)
        page.check("label:has-text('I agree that you look')")
        self.goes_on()

    def finishes(self, *said: str, before: str = "You can cancel before") -> None:
        """Say where and who, and look at the answers, with what is said before they are sent."""
        page = self.page
        page.wait_for_selector("#where")
        page.fill("#where", "On the drive")
        self.goes_on()
        page.fill("#name", "Resident Example")
        page.fill("#email", "resident@resident.example")
        self.goes_on()
        page.wait_for_selector(f"main:has-text('{before}')")
        self.looks()
        for words in said:
            assert words in page.inner_text("main"), words

    @property
    def reference(self) -> str:
        """Return the reference in the address."""
        found = re.search(r"BW-\w{4}-\w{4}", self.page.url)
        assert found
        return found[0]


@pytest.mark.by_turns
@SCRIPTS
def test_a_claim_that_runs_costs_nothing_and_is_booked_at_once(
    chromium: Any, base: str, pay: Pay, scripts: bool
) -> None:
    ann = Person(chromium, base, scripts)
    ann.chooses(mattress=1, fridge=1)
    ann.claims()
    ann.finishes("There is nothing to pay", "Book this collection")
    assert "Go to payment" not in ann.page.content()
    ann.page.click("text=Book this collection")
    ann.page.wait_for_selector("main:has-text('We come on')")
    ann.looks()
    case = Case.objects.get()
    assert (case.stage, case.facts["conceded"], pay.payments) == ("booked", 2, [])
    assert not {"claim", "surname", "born"} & (set(case.answers) | set(case.words))
    run_queue()
    assert "booked" in {m.name for m in Message.objects.all()}
    # Neither the case's page, nor the desk's, nor any message says which claim it was.
    officer = Person(chromium, base)
    sign_in(officer.page, base, "officer")
    officer.page.goto(f"{base}/desk/cases/{case.reference}")
    for text in (
        ann.page.content(),
        officer.page.content(),
        *(m.body for m in Message.objects.all()),
    ):
        assert not re.search(r"1234567|neill|17 May 1980|1980-05-17", text, re.I)
    officer.looks()
    # What the household had of it stands with its bookings.
    officer.page.goto(f"{base}/desk/homes/{case.place_id}")
    officer.page.wait_for_selector(
        f"li:has-text('{case.reference}'):has-text('2 items at a lower price')"
    )
    officer.looks()


def test_four_are_free_and_two_are_paid_for(
    chromium: Any, base: str, pay: Pay, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = catalogue._own_values
    more = {"bulky-waste": {"concession": "items", "items_most": 8}}
    monkeypatch.setattr(catalogue, "_own_values", lambda *args: {**real(*args), **more})
    ann = Person(chromium, base)
    # The dearest four are free; the two chairs, at £5 each, are paid for.
    ann.has_chosen(mattress=2, fridge=2, chair=2)
    ann.claims()
    ann.finishes("The price is £10")
    ann.page.click("text=Go to payment")
    ann.page.click("button:has-text('Pay now')")
    ann.page.click("button.m")
    ann.page.wait_for_selector("text=Payment received")
    case = Case.objects.get()
    assert (case.stage, pay.taken, case.facts["conceded"]) == ("booked", 1000, 4)
    # Four are used up: the next is at the full price, and that is said.
    case.stage = "collected"
    case.closed_at, case.outcome, case.good = timezone.now(), "collected", True
    case.save()
    Booking.objects.all().delete()
    again = Person(chromium, base)
    again.has_chosen(mattress=1)
    again.claims()
    again.page.wait_for_selector("h1:has-text('This collection is at the full price')")
    again.looks()
    again.page.check("label:has-text('Yes')")
    again.goes_on()
    again.finishes("The price is £15")


@pytest.mark.by_turns
@SCRIPTS
def test_wrong_details_and_no_claim_read_alike(chromium: Any, base: str, scripts: bool) -> None:
    said = []
    for claim, surname, born in (
        ("1234567 1", "Moss", "17/5/1980"),
        ("1234567 1", "O’Neill", "18/5/1980"),
        ("9999999 9", "O’Neill", "17/5/1980"),
        ("2222222 2", "Moss", "4/3/1970"),
    ):
        ann = Person(chromium, base, scripts)
        ann.has_chosen(mattress=1)
        ann.claims(claim, surname, born)
        ann.page.wait_for_selector("h1:has-text('We did not find a claim')")
        ann.looks()
        assert not re.search(r"\d{4}", ann.page.url.rpartition("/")[2])
        said.append(ann.page.inner_text("main"))
        ann.context.close()
    assert len({re.sub(r"until .*", "", text) for text in said}) == 1
    assert set(EntitlementCheck.objects.values_list("answer", flat=True)) == {"no"}


def test_who_is_told_no_goes_back_puts_it_right_and_pays_nothing(chromium: Any, base: str) -> None:
    ann = Person(chromium, base)
    ann.has_chosen(mattress=1)
    ann.claims(surname="Oneil")
    ann.page.wait_for_selector("h1:has-text('We did not find a claim')")
    ann.page.check("label:has-text('No')")
    ann.goes_on()
    ann.page.wait_for_selector("h1:has-text('You can try again')")
    ann.looks()
    ann.page.go_back()
    ann.page.click("a.govuk-back-link")
    ann.page.wait_for_selector("h1:has-text('Your claim')")
    assert ann.page.input_value("#surname") == "Oneil"
    ann.page.fill("#surname", "O’Neill")
    ann.goes_on()
    ann.finishes("There is nothing to pay")


def unknown(person: Person, pay: Pay) -> Case:
    """Go through where nobody can say: pay in full, and be booked."""
    page = person.page
    page.wait_for_selector("h1:has-text('We cannot check your claim just now')")
    person.looks()
    page.check("label:has-text('Yes')")
    person.goes_on()
    person.finishes("The price is £15")
    page.click("text=Go to payment")
    page.click("button:has-text('Pay now')")
    page.click("button.m")
    page.wait_for_selector("text=Payment received")
    return Case.objects.get()


def test_nobody_can_say_an_officer_confirms_and_the_money_goes_back(
    chromium: Any, base: str, pay: Pay, settings: Any
) -> None:
    pay.control(refunds="success")
    claims.use(settings, "doorstep.customers.provider.NoRecords")
    ann = Person(chromium, base)
    ann.has_chosen(mattress=1)
    ann.claims()
    case = unknown(ann, pay)
    assert case.stage == "booked" and pay.taken == 1500
    officer = Person(chromium, base)
    sign_in(officer.page, base, "officer")
    officer.page.goto(f"{base}/desk/cases/{case.reference}")
    officer.page.wait_for_selector("main:has-text('Nobody could say whether there is a benefit')")
    officer.looks()
    officer.page.check("label:has-text('Confirm the benefit, and give the lower price')")
    officer.page.fill("#reason", "Seen in the benefits system")
    officer.page.click("main button:has-text('Decide')")
    officer.page.wait_for_selector("main:has-text('Booked, benefit confirmed')")
    officer.looks()
    run_queue()
    run_queue()
    case.refresh_from_db()
    assert (case.stage, pay.taken, case.facts["conceded"]) == ("conceded", 0, 1)
    ann.page.goto(f"{base}/case/{case.reference}")
    ann.page.wait_for_selector("main:has-text('We have confirmed your benefit')")
    ann.looks()


@pytest.fixture
def live(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr(academy_http, "SECONDS", 0.0)
    with claims.live(settings) as app:
        yield app


@pytest.mark.long  # its pages are those of the journey before, its calls those of tests/contracts
def test_the_other_system_is_down_and_the_booking_goes_on(
    chromium: Any, base: str, pay: Pay, live: StandIn, settings: Any
) -> None:
    claims.use(settings, claims.LIVE)
    live.mood = "down"
    ann = Person(chromium, base)
    ann.has_chosen(mattress=1)
    ann.claims()
    case = unknown(ann, pay)
    assert case.stage == "booked" and EntitlementCheck.objects.get().answer == "unknown"
    assert len(live.seen) == 1


@pytest.mark.long  # its pages are those of the first journey, its calls those of tests/contracts
def test_it_is_asked_live(chromium: Any, base: str, live: StandIn, settings: Any) -> None:
    claims.use(settings, claims.LIVE)
    ann = Person(chromium, base)
    ann.has_chosen(mattress=1)
    ann.claims()
    ann.finishes("There is nothing to pay")
    assert live.seen == [("/benefits/12345671", "bulky-waste")]


def test_what_is_wrong_on_the_page_of_the_claim_is_said_at_its_field(
    chromium: Any, base: str
) -> None:
    ann = Person(chromium, base)
    ann.has_chosen(mattress=1)
    ann.page.check("label:has-text('Yes')")
    ann.goes_on()
    ann.page.wait_for_selector("h1:has-text('Your claim')")
    ann.goes_on()
    for words in (
        "Enter your claim reference",
        "Enter the last name on the claim",
        "Enter your date of birth",
        "Tick the box if you agree",
    ):
        ann.page.wait_for_selector(f".govuk-error-summary:has-text('{words}')")
    ann.looks()
    assert not EntitlementCheck.objects.exists()


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A photo of a letter."""
    Image.new("RGB", (600, 800), "white").save(tmp_path / "letter.jpg")
    return tmp_path / "letter.jpg"


@pytest.fixture
def evidence_first(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can say, and a person looks at the letter before anything is paid; on a benefit it costs £5."""
    claims.use(settings, "doorstep.customers.provider.NoRecords")
    real = catalogue._own_values
    said = {"concession": "price", "concession_pence": 500, "concession_pay_first": False}
    monkeypatch.setattr(
        catalogue, "_own_values", lambda *args: {**real(*args), "bulky-waste": said}
    )


def sends_letter(ann: Person, letter: Path) -> Case:
    """Go through where nobody can say, send a photo of the letter, and pay nothing yet."""
    ann.has_chosen(mattress=1)
    ann.claims()
    ann.page.wait_for_selector("h1:has-text('We cannot check your claim just now')")
    ann.looks()
    ann.page.set_input_files("input[type=file]", letter)
    ann.goes_on()
    ann.finishes("You pay nothing now", before="while a person looks at your benefit letter")
    assert "Go to payment" not in ann.page.content()
    ann.page.click("text=Send your letter")
    ann.page.wait_for_selector("main:has-text('A person is looking at your benefit letter')")
    assert "Collection booked" not in ann.page.content()
    ann.looks()
    return Case.objects.get()


def decides(chromium: Any, base: str, case: Case, words: str) -> None:
    """Look at the letter at the desk, and decide."""
    officer = Person(chromium, base)
    sign_in(officer.page, base, "officer")
    officer.page.goto(f"{base}/desk/cases/{case.reference}")
    officer.page.wait_for_selector("main:has-text('Look at the photo of a benefit letter')")
    officer.page.wait_for_selector("main img")
    officer.looks()
    officer.page.check(f"label:has-text('{words}')")
    officer.page.fill("#reason", "By the letter")
    officer.page.click("main button:has-text('Decide')")
    officer.page.wait_for_selector("main:has-text('waiting for payment')")
    officer.looks()


@pytest.mark.by_turns
@pytest.mark.parametrize(
    ("words", "told", "pence"),
    [
        ("Confirm the benefit, and give the lower price", "We have confirmed your benefit", 500),
        ("No benefit, the full price", "We could not confirm a benefit", 1500),
    ],
)
def test_a_letter_is_looked_at_before_anything_is_paid(
    chromium: Any, base: str, pay: Pay, evidence_first: None, letter: Path, words: str, told: str, pence: int
) -> None:  # fmt: skip
    ann = Person(chromium, base)
    case = sends_letter(ann, letter)
    booking = Booking.objects.get()
    assert (case.stage, booking.state, pay.payments) == ("evidence", "held", [])
    assert case.tasks.get().task.due_at == booking.until  # not when the day has gone to others
    decides(chromium, base, case, words)
    run_queue()
    assert [m.name for m in Message.objects.order_by("id")] == ["evidence", "pay"]
    ann.page.goto(f"{base}/case/{case.reference}")
    ann.page.wait_for_selector(f"main:has-text('{told}')")
    ann.looks()
    ann.page.click(f"main a:has-text('Pay £{pence // 100}.00')")
    ann.page.click("button:has-text('Pay now')")
    ann.page.click("button.m")
    ann.page.wait_for_selector("text=Payment received")
    ann.looks()
    case.refresh_from_db()
    booked = Booking.objects.exclude(state="released").get()
    assert (case.stage, pay.taken, booked.day_id) == ("booked", pence, booking.day_id)
    assert (case.facts["conceded"] > 0) == (pence == 500)
    # Nothing is left to do for anybody, and nothing goes back.
    assert list(case.tasks.filter(task__ended_at=None).values_list("task__text", flat=True)) == []
    assert not Refund.objects.exists()
