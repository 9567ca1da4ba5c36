"""Outside systems that are slow, refuse, talk nonsense, break off or are gone; and, of each system, the journey that rests on it.

Another system is one class more in SYSTEMS: how it is started, the journey, and what has caught up when it is back.
"""

import html
import re
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from django.db import connection
from django.utils import timezone

from doorstep.authorities.models import Passed
from doorstep.bookings.models import Booking, Calendar
from doorstep.cases import actions as cases
from doorstep.cases.models import Case
from doorstep.connectors import academy_http, govuk_notify, govuk_pay, open311, smtp, whitespace
from doorstep.council import queries as council
from doorstep.customers.models import EntitlementCheck
from doorstep.fieldwork.models import Outcome
from doorstep.messages.models import Message
from doorstep.outside import breaker, http, later, plug, sweeper
from doorstep.payments.models import Attempt
from doorstep.staff.actor import SYSTEM
from doorstep.waste import mirror, sheets
from doorstep.waste.models import Container, Mirrored, Sheet
from standins.academy.app import StandIn as Academy
from standins.academy.app import record
from standins.govuk_notify.app import EMAIL
from standins.govuk_notify.app import StandIn as Notify
from standins.govuk_pay.app import StandIn as PayApp
from standins.mail.server import KEEP_AND_DROP, MailServer
from standins.open311.app import StandIn as Authority
from standins.weather import Weather
from tests import claims, mailing, paying
from tests import whitespace as theirs
from tests.open311.conftest import HERE, publish
from tests.publishing import publish_library
from tests.queue import run_queue
from tests.serving import serving
from tests.size import LONG
from tests.to_do import to_do

MOODS = ("slow", "refusing", "garbage", "half an answer", "gone")
# At full size a slow system takes half a minute, and each connector has its own limits; otherwise both are short.
SLOW_SECONDS = 30.0 if LONG else 1.5
SHORT = {"seconds": 1.8, "connect": 0.5}
# What a page takes beside the call that it waits for, on a machine that does other work too.
OWN_SECONDS = 2.0
FIELD = re.compile(r'name="(csrfmiddlewaretoken|seen|charge)" value="([^"]*)"')


@dataclass
class Page:
    """What came of one request of a resident: status, text, how long it took, and whither it led outside."""

    status: int
    text: str
    seconds: float
    outside: str = ""


@dataclass
class Browser:
    """A resident's browser, over HTTP; every page it was shown."""

    base: str
    pages: list[Page] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.base, trust_env=False, timeout=120)

    def get(self, path: str) -> Page:
        """Ask for a page and follow where it leads on this site."""
        return self._ask("GET", path)

    def post(self, path: str, fields: Mapping[str, str]) -> Page:
        """Send the form of the page that is open, with its hidden fields."""
        hidden = dict(FIELD.findall(self.pages[-1].text)) if self.pages else {}
        return self._ask("POST", path, {**hidden, **fields})

    def send(self, **fields: str) -> Page:
        """Send the form of the page that is open to itself."""
        return self.post(self.at, fields)

    def _ask(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> Page:
        began, outside = time.monotonic(), ""
        answer = self.http.request(method, path, data=fields)
        while answer.is_redirect:
            there = urljoin(str(answer.url), answer.headers["Location"])
            if urlsplit(there).netloc != urlsplit(self.base).netloc:
                outside = there
                break
            answer = self.http.get(there)
        self.at = answer.url.path
        shown = html.unescape(answer.text)
        self.pages.append(Page(answer.status_code, shown, time.monotonic() - began, outside))
        return self.pages[-1]


class System:
    """An outside system: its name, the modules whose time limits are its connector's, and whether a page waits for it."""

    name = ""
    connector: Any = None
    page_waits = False
    refusal: tuple[int, bytes] = (401, b"{}")

    def __init__(self, request: Any, stack: ExitStack) -> None:
        self.stack, self.settings = stack, request.getfixturevalue("settings")
        self.patch = request.getfixturevalue("monkeypatch")
        self.town = request.getfixturevalue("open_district")
        self.request, self.open = request, ExitStack()
        self.asked: list[http.Said] = []
        self.patch.setattr(http, "listeners", [*http.listeners, self.asked.append])
        self.start()
        if not LONG:
            self.shorten()
        # What the stand-in is served by may be another by now.
        stack.callback(self.open.close)
        stack.callback(plug.get.cache_clear)

    # What a system says of itself.

    def start(self) -> None:
        """Serve the stand-in and set up what the journey needs."""
        raise NotImplementedError

    def journey(self, browser: Browser) -> str:
        """Go as far as a resident gets; return what the last page says that is about the outage."""
        raise NotImplementedError

    def caught_up(self, browser: Browser) -> str:
        """Hold that nothing is lost and nothing doubled, once it is back; return how."""
        raise NotImplementedError

    def time_passes(self) -> None:
        """Let what waits for its moment be due."""

    # What is alike.

    @property
    def limit(self) -> float:
        """Return the seconds that one call may take."""
        return float(self.connector.LIMITS.seconds)

    def shorten(self) -> None:
        """Have the connector wait a second or two only, as the stand-in is slow by as much."""
        self.patch.setattr(self.connector, "LIMITS", replace(self.connector.LIMITS, **SHORT))

    def serve(self, app: Any) -> str:
        """Serve an application under its weather; return its address."""
        self.weather = Weather(app, self.refusal, SLOW_SECONDS)
        self.url = self.open.enter_context(serving(self.weather))
        return self.url

    def use(self, *sockets: str) -> None:
        """Have the system's connector fill these sockets."""
        named = next(n for n in vars(self.connector) if n in NAMES)
        path = f"{self.connector.__name__}.{named}"
        self.settings.CONNECTORS = {**self.settings.CONNECTORS, **dict.fromkeys(sockets, path)}
        plug.get.cache_clear()

    def falls_into(self, mood: str) -> None:
        """Be as bad as that from now on."""
        if mood == "gone":
            self.open.close()
        else:
            self.weather.mood = mood

    def comes_back(self) -> None:
        """Work again, at the same address; who left it alone for some seconds asks it again."""
        if not self.weather.mood:  # it was gone
            self.open.enter_context(serving(self.weather, urlsplit(self.url).port or 0))
        self.weather.mood = ""
        breaker.forget()

    def works(self) -> None:
        """Do what is queued and due, now and after a while, and what the looks of each minute find."""
        run_queue()
        self.time_passes()
        with connection.cursor() as cursor:
            cursor.execute(
                "update procrastinate_jobs set scheduled_at = null where status = 'todo'"
            )
        later.reconcile()
        run_queue()
        sweeper.give_up()


NAMES = ("GovukPay", "NotifyMessenger", "SmtpMessenger", "Open311", "AcademyHttp", "Whitespace")


def _says(page: Page, *sentences: str) -> str:
    """Return the sentence that a page says; it says one of them."""
    said = [s for s in sentences if s in page.text]
    assert said, page.text
    return said[0]


def _bulky_waste(town: Any) -> None:
    publish_library("bulky-waste", now=town.now)
    Calendar.objects.create(
        code="ALL", name="All", kind="bulky", wards=[], weekdays=list(range(7)), capacity=9, unit="jobs"
    )  # fmt: skip


def _book(browser: Browser, town: Any, home: int, benefits: str, *, to: str) -> Page:
    """Fill in the form of a collection up to a page."""
    given: dict[str, dict[str, str]] = {
        "address": {"property": str(town.boxes[home].place_id)},
        "items": {"things-mattress": "1"},
        "day": {"slot": f"ALL/{town.today + timedelta(days=10)}"},
        "benefits": {"benefits": benefits},
        "claim": {"claim": "12345671", "surname": "O’Neill", "born-day": "17", "born-month": "5", "born-year": "1980", "consent": "agreed"},
        "benefit-unknown": {"pay_first": "yes"},
        "where": {"where": "On the drive"},
        "contact": {"name": "Ann", "email": f"ann{home}@resident.example", "phone": ""},
    }  # fmt: skip
    browser.get("/services/bulky-waste")
    page = browser.post("/services/bulky-waste/begin", {})
    while (there := browser.at.rpartition("/")[2]) != to:
        page = browser.send(**given[there])
        assert page.status == 200 and not browser.at.endswith(there), page.text
    return page


class PayByCard(System):
    """GOV.UK Pay: a collection is booked and paid."""

    name, connector, page_waits = "GOV.UK Pay", govuk_pay, True

    def start(self) -> None:
        """Serve the stand-in."""
        self.app = PayApp(key=paying.KEY, secret=paying.SECRET, hook="")
        self.app.keys = False  # they are documented for recurring payments only
        self.settings.GOVUK_PAY_URL = self.settings.GOVUK_PAY_PAGES = self.serve(self.app)
        self.settings.GOVUK_PAY_KEY = paying.KEY
        self.settings.GOVUK_PAY_SIGNING_SECRET = paying.SECRET
        _bulky_waste(self.town)

    def journey(self, browser: Browser) -> str:
        """Book a collection, and go to pay."""
        _book(browser, self.town, 0, "no", to="check")
        browser.send()
        page = browser.send()
        assert not page.outside
        return _says(
            page,
            "The payment service has not answered yet. Nothing was taken. This page goes on by itself as soon as it answers.",
            "The payment service could not take your payment. Nothing was taken. You can try again.",
        )

    def time_passes(self) -> None:
        """Let a minute pass since the provider was asked."""
        Attempt.objects.update(asked_at=timezone.now() - timedelta(minutes=2))

    def caught_up(self, browser: Browser) -> str:
        """Go on to pay: one payment is taken there, and the day is booked."""
        case = Case.objects.get()
        browser.get(f"/case/{case.reference}/pay")
        page = browser.pages[-1]
        page = page if page.outside else browser.send()
        assert page.outside.startswith(self.url), page.text
        open_there = [p for p in self.app.till.payments.values() if p["status"] == "created"]
        assert len(open_there) == 1
        self.app._control({"pay": open_there[0]["id"]})
        self.works()
        case.refresh_from_db()
        assert (case.stage, Booking.objects.get().state) == ("booked", "booked")
        paying.agree(paying.Pay(self.app, self.url))
        again = Attempt.objects.count() > 1
        return (
            "paid by “Try to pay again”, once"
            if again
            else "the payment was made by itself; paid once"
        )


class Mail(System):
    """A report of a missed bin, and the message about it."""

    def journey(self, browser: Browser) -> str:
        """Report a bin."""
        box, base = self.town.boxes[0], "/services/missed-bin"
        browser.get(base)
        browser.post(f"{base}/begin", {})
        browser.send(property=str(box.place_id))
        browser.send(container=str(box.pk))
        browser.send(name="Ann", email="ann@resident.example", phone="")
        page = browser.send()
        assert Case.objects.get().reference in page.text
        _says(page, "What happens next")
        return "The page after sending, with the reference, as always."

    def arrived(self) -> int:
        """Return how many messages arrived."""
        raise NotImplementedError

    def caught_up(self, browser: Browser) -> str:
        """Hold that the message arrived once, or that a person is asked once; never twice."""
        message, asked = Message.objects.get(), to_do(Case.objects.get())
        assert self.arrived() <= 1 and len(asked) <= 1
        assert self.arrived() or asked
        assert bool(message.sent_at) != bool(message.failed_at)
        if not asked:
            return "sent by itself, once"
        return (
            "it arrived; a person is asked, as nobody can know"
            if self.arrived()
            else "a person is asked to tell them another way"
        )


class ByNotify(Mail):
    """GOV.UK Notify."""

    name, connector = "GOV.UK Notify", govuk_notify
    refusal = 403, b'{"status_code": 403, "errors": [{"error": "AuthError", "message": "Invalid token"}]}'  # fmt: skip

    def start(self) -> None:
        """Serve the stand-in, with the council's template there."""
        self.app = Notify(mailing.KEY)
        self.settings.GOVUK_NOTIFY_URL = self.serve(self.app)
        self.settings.GOVUK_NOTIFY_KEY = mailing.KEY
        told = council.current().model_copy(update={"messages": {"email": EMAIL}})
        self.patch.setattr(council, "current", lambda: told)
        self.use("messages.messenger", "messages.texts")

    def arrived(self) -> int:
        """Return how many messages it has taken."""
        return len(self.app.messages)


class BySmtp(Mail):
    """A mail server."""

    name, connector = "A mail server (SMTP)", smtp
    BAD: Mapping[str, dict[str, str | float]] = {
        "slow": {"BODY": SLOW_SECONDS},
        "refusing": {"AUTH": "535 5.7.8 wrong name or password"},
        "garbage": {"CONNECT": "HTTP/1.1 400 Bad Request"},
        "half an answer": {"BODY": KEEP_AND_DROP},
    }

    def start(self) -> None:
        """Run the server."""
        self._run(0)
        self.settings.SMTP_HOST, self.settings.SMTP_PORT = "127.0.0.1", str(self.server.port)
        self.settings.SMTP_TLS, self.settings.SMTP_FROM = "none", mailing.FROM
        self.settings.SMTP_USER, self.settings.SMTP_PASSWORD = "doorstep", "secret"
        self.use("messages.messenger", "messages.texts")

    def _run(self, port: int) -> None:
        self.server: MailServer = self.open.enter_context(mailing.mail_server(port))
        self.server.login = ("doorstep", "secret")
        self.taken = getattr(self, "taken", self.server.taken)
        self.server.taken = self.taken

    @property
    def limit(self) -> float:
        """Return the seconds that a whole message may take."""
        return smtp.WHOLE

    def shorten(self) -> None:
        """Have the connector wait for each answer less than the server is slow by."""
        self.patch.setattr(smtp, "EACH", 0.7)
        self.patch.setattr(smtp, "WHOLE", 1.8)

    def falls_into(self, mood: str) -> None:
        """Be as bad as that from now on."""
        if mood == "gone":
            self.open.close()
        else:
            self.server.moods.update(self.BAD[mood])

    def comes_back(self) -> None:
        """Work again."""
        if not self.server.moods:
            self._run(int(self.settings.SMTP_PORT))
        self.server.moods.clear()

    def arrived(self) -> int:
        """Return how many messages it has taken."""
        return len(self.taken)


class ByOpen311(System):
    """Another authority's Open311: a report of a loose sign is passed on."""

    name, connector = "Another authority (Open311)", open311
    refusal = 403, b"<errors><error><code>403</code></error></errors>"

    def start(self) -> None:
        """Serve the stand-in as the county's."""
        publish("loose-sign")
        self.app = Authority()
        self.request.getfixturevalue("county")(f"{self.serve(self.app)}/v2", "key")

    def journey(self, browser: Browser) -> str:
        """Report a sign."""
        base = "/services/loose-sign"
        browser.get(base)
        browser.post(f"{base}/begin", {})
        browser.send(spot=f"at:{float(HERE['lat']):.5f},{float(HERE['long']):.5f}")
        browser.send(damage="leg", danger="yes", detail="It swings.")
        browser.send(name="Ann Lee", email="ann@resident.example", phone="")
        return _says(browser.send(), "We are passing this on to Leicestershire County Council.")

    def time_passes(self) -> None:
        """Let an hour pass since it was tried."""
        Passed.objects.update(tried_at=timezone.now() - timedelta(hours=2))

    def caught_up(self, browser: Browser) -> str:
        """Hold that they have it once, or that an officer is asked to pass it on another way."""
        case, row = Case.objects.get(), Passed.objects.get()
        asked = [text for text in to_do(case) if "did not take this" in text]
        assert len(self.app.taken) == (row.state == "taken") and bool(asked) == (not self.app.taken)
        page = browser.get(f"/case/{case.reference}")
        if not asked:
            _says(page, "has it, under the number 1.")
            return "passed on by itself, once; the report’s page has their number"
        _says(page, "We could not pass it on yet. We are looking at what to do next.")
        return "an officer is asked to pass it on another way"


class ByAcademy(System):
    """The benefits system, read live: a collection at a lower price."""

    name, connector, page_waits = "The benefits system (academy_http)", academy_http, True

    def start(self) -> None:
        """Serve the stand-in, with one claim that runs."""
        app = Academy(claims.AUTHORIZATION, claims.KEY)
        app.add(record("1234567", "1", "1", ("Ann", "O’Neill", "1980-05-17")))
        self.settings.ACADEMY_URL = self.serve(app)
        self.settings.ACADEMY_AUTHORIZATION = claims.AUTHORIZATION
        self.settings.ACADEMY_KEY = claims.KEY
        self.use("customers.records")
        # Its card payments work.
        pay = PayApp(key=paying.KEY, secret=paying.SECRET, hook="")
        self.settings.GOVUK_PAY_URL = self.stack.enter_context(serving(pay))
        self.settings.GOVUK_PAY_PAGES, self.settings.GOVUK_PAY_KEY = self.settings.GOVUK_PAY_URL, paying.KEY  # fmt: skip
        _bulky_waste(self.town)

    def shorten(self) -> None:
        """Have it answer as soon as it can, too."""
        super().shorten()
        self.patch.setattr(academy_http, "SECONDS", 0.0)

    def journey(self, browser: Browser) -> str:
        """Say that there is a benefit, and go on as the form says."""
        page = _book(browser, self.town, 0, "yes", to="benefit-unknown")
        said = _says(page, "You can pay the full price now. A person then looks at your claim.")
        browser.send(pay_first="yes")
        browser.send(where="On the drive")
        browser.send(name="Ann", email="ann@resident.example", phone="")
        assert browser.send().status == 200
        assert Case.objects.get().stage == "paying"
        return said

    def caught_up(self, browser: Browser) -> str:
        """Hold that who booked meanwhile is one person's to look at, and that the next is answered."""
        case = Case.objects.get()
        cases.record_outcome(case_id=case.pk, name="pay.paid", by=SYSTEM, now=timezone.now())
        assert [t for t in to_do(case) if "Nobody could say whether there is a benefit" in t]
        page = _book(Browser(browser.base), self.town, 1, "yes", to="where")
        assert page.status == 200
        answers = EntitlementCheck.objects.order_by("id").values_list("answer", flat=True)
        assert list(answers) == ["unknown", "yes"]
        return "a person looks at the claim and gives the difference back; the next is answered"


class ByWhitespace(System):
    """The waste system that the council has already: a missed bin of a home that was read the night before."""

    name, connector, page_waits = "The waste system (Whitespace)", whitespace, True

    def start(self) -> None:
        """Serve the stand-in, with the town's book of rounds, and read it once."""
        self.app = theirs.StandIn(theirs.USER, theirs.PASSWORD, now=timezone.now)
        self.settings.WHITESPACE_URL = f"{self.serve(self.app)}/WSAPIService.svc"
        self.settings.WHITESPACE_USER = theirs.USER
        self.settings.WHITESPACE_PASSWORD = theirs.PASSWORD
        self.use("waste.backend")
        theirs.move_book(self.app, self.town)
        theirs.done_in_cab(self.app, self.town, self.town.boxes[0].place_id)
        mirror.walk(self.town.now)
        Mirrored.objects.update(news_at=None)
        self.asked.clear()

    def journey(self, browser: Browser) -> str:
        """Report a bin, by what was read last."""
        base, home = "/services/missed-bin", self.town.boxes[0].place_id
        browser.get(base)
        browser.post(f"{base}/begin", {})
        browser.send(property=str(home))
        browser.send(container=str(Container.objects.get(place=home).pk))
        browser.send(name="Ann", email="ann@resident.example", phone="")
        page = browser.send()
        assert Case.objects.get().reference in page.text
        return "The page after sending, with the reference, as always."

    def time_passes(self) -> None:
        """Let minutes pass since it was tried, and since its outcome was asked for."""
        Sheet.objects.exclude(next_at=None).update(next_at=timezone.now(), tried_at=None)

    def caught_up(self, browser: Browser) -> str:
        """Hold that the work is there once, and that its outcome comes back once."""
        sheet, case = Sheet.objects.get(), Case.objects.get()
        by_hand = sheet.state == "refused"
        assert bool(to_do(case)) == by_hand
        if by_hand:  # as an officer's press on /status does
            sheets.send_again(sheet_id=sheet.pk, now=timezone.now())
            self.works()
        (work,) = self.app.sheets.values()
        self.app.end(work.id, p68="Collected")
        self.works()
        case.refresh_from_db()
        assert case.stage == "collected" and Outcome.objects.filter(job__case=case).count() == 1
        return (
            "a person is asked, and a press sends it, once"
            if by_hand
            else "keyed there by itself, once; its outcome came back"
        )


SYSTEMS: tuple[type[System], ...] = (
    PayByCard,
    ByNotify,
    BySmtp,
    ByOpen311,
    ByAcademy,
    ByWhitespace,
)
