"""Real parts: the embedded PostgreSQL, a small district, and Debian's chromium."""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings as django_settings

import doorstep.settings as settings
from doorstep.cli import embedded
from doorstep.cli.embedded import ensure
from doorstep.cli.embedded_roles import APPLICATION
from doorstep.settings import database
from tests import shared, tables
from tests.databases import end_others
from tests.district import District
from tests.size import LONG, in_turn

os.environ["DOORSTEP_DATA"] = tempfile.mkdtemp(prefix="doorstep-test-")
atexit.register(shutil.rmtree, os.environ["DOORSTEP_DATA"], ignore_errors=True)
os.environ["DOORSTEP_DEMO"] = "1"
shared.begin()
# Playwright's own loop runs beside Django's test server.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
# Without xdist, settings were read before this file: give them the folder and server of the tests.
settings.DATA, settings.DEMO = Path(os.environ["DOORSTEP_DATA"]), True
settings.DATABASES["default"].update(database(ensure()))
if embedded._used:
    # Rows are emptied and put back past triggers, which no application of ours may do.
    embedded.administer(embedded._used[-1], f"grant set on parameter session_replication_role to {APPLICATION}")  # fmt: skip
# Whatever a test starts signs as it does.
os.environ["SECRET_KEY"] = settings.SECRET_KEY
# Eight people a test: the hash that is slow on purpose would be most of the run.
for read in (settings, django_settings):  # Django may have read ours already
    read.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[union-attr]

# A busy machine is slow, which is no fault of what is tested.
hypothesis.settings.register_profile(
    "doorstep", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("doorstep")

# To look for what is over after every 700 things made takes a twentieth of a worker's time.
gc.set_threshold(10_000, 20, 20)

NO_BROWSER = os.environ.get("DOORSTEP_NO_BROWSER") == "1"


def pytest_collection_finish() -> None:
    gc.freeze()  # what is loaded stays


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = _long_ones_first(items)
    if not LONG:
        _leave_one_way(items)
        for item in items:
            if "long" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="long: make test-long runs it"))
    if NO_BROWSER:
        for item in items:
            if "browser" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="DOORSTEP_NO_BROWSER=1"))


def _long_ones_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the tests so that no worker is left with a long one at the end.

    Xdist gives each worker a share, one after the other; who has done its own takes from the end of another's. At the
    head of the first are whole installations, which wait much; of the others, browsers, which work much.
    """
    installed = {"place", "towns", "copy", "homes_there"}
    whole, seen, rest = [], [], []
    for item in items:
        if installed.isdisjoint(getattr(item, "fixturenames", ())):
            (seen if "browser" in item.keywords else rest).append(item)
        else:
            whole.append(item)
    others = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) - 1
    heads = [whole, *(seen[n::others] for n in range(others))] if others else [whole + seen]
    dealt: list[pytest.Item] = []
    for n, head in enumerate(heads):
        share = (len(items) - len(dealt)) // (len(heads) - n)
        room = max(0, share - len(head)) if n + 1 < len(heads) else len(rest)
        dealt += head + rest[:room]
        rest = rest[room:]
    return dealt


def _leave_one_way(items: list[pytest.Item]) -> None:
    """Of a journey that is gone in several ways (scripts, languages, colours) leave one for `make test`."""
    ways: dict[str, list[pytest.Item]] = {}
    for item in items:
        if "by_turns" in item.keywords:
            ways.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for name, those in ways.items():
        kept = in_turn(name, those)
        for item in those:
            if item is not kept:
                item.add_marker(pytest.mark.long)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    left = [
        r
        for r in terminalreporter.stats.get("skipped", [])
        if "DOORSTEP_NO_BROWSER" in str(r.longrepr)
    ]
    if left:
        terminalreporter.write_line(f"{len(left)} journeys were not run: DOORSTEP_NO_BROWSER=1")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> None:
    """Each worker's database is a copy of one that has its tables."""
    from django.db import connection

    from tests import copied_tables

    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = copied_tables.template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Tables are emptied our way after a test that commits."""
    from django.db import connection
    from django.test import TransactionTestCase

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # Nobody reads what the test server held when the machine went down.
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"alter database {name} set synchronous_commit = off")
        connection.close()
    TransactionTestCase._fixture_teardown = lambda case: tables.empty()  # type: ignore[method-assign]
    yield
    # Threads of the browser's server and of the queue may have left connections open.
    with django_db_blocker.unblock():
        connection.ensure_connection()
        end_others(connection.settings_dict["NAME"], connection.connection.info.backend_pid)


@pytest.fixture(scope="session")
def new_district(django_db_setup: None, django_db_blocker: Any) -> Callable[[], District]:
    """What gives each test the same district: built once, its rows put back."""
    with django_db_blocker.unblock():
        first = District().build()
        rows = tables.Kept("district")
        tables.empty()

    def new() -> District:
        made = District()
        # After midnight its days are others.
        return made.put_back(first, rows) if made.due == first.due else made.build()

    return new


@pytest.fixture
def district(new_district: Callable[[], District], db: None) -> District:
    return new_district()


@pytest.fixture
def open_district(new_district: Callable[[], District], transactional_db: None) -> District:
    """The same, committed, for threads and browsers."""
    return new_district()


@pytest.fixture(autouse=True)
def nothing_was_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who did not answer in another test is asked in this one; nobody notes it, which would take a database."""
    from doorstep.outside import breaker, down, http

    breaker.forget()
    # Nothing is down, and nobody looks: who asks for what is said of an outage forgets that first.
    monkeypatch.setattr(down, "_looked", (float("inf"), frozenset()))
    monkeypatch.setattr(http, "listeners", [])


@pytest.fixture(autouse=True)
def nothing_was_looked_up_before() -> None:
    """Which versions ran in another test is nothing to this one."""
    from doorstep.catalogue import queries as catalogue

    catalogue.runs.forget()


@pytest.fixture(autouse=True)
def no_benefit(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not about a benefit meets no question about one, though the demo's council asks it."""
    from doorstep.catalogue import queries as catalogue

    if "benefit" in request.keywords:
        return
    real = catalogue._own_values

    def without(*args: Any) -> Any:
        return {
            slug: {k: v for k, v in said.items() if k != "concession"}
            if isinstance(said, dict)
            else said
            for slug, said in real(*args).items()
        }

    monkeypatch.setattr(catalogue, "_own_values", without)


@pytest.fixture
def until_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Crews come until midnight, so that today's collection is the next at whatever hour the tests run."""
    from doorstep.council import queries as council

    read = council._council
    no_end = {"collect_until": None}
    monkeypatch.setattr(council, "_council", lambda *of: read(*of).model_copy(update=no_end))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A copy of services and councils that a test may change."""
    from doorstep.council import queries as council
    from tests.elsewhere import at_home

    for name in ("services", "councils"):
        shutil.copytree(council.home() / name, tmp_path / name)
    with at_home(tmp_path):
        yield tmp_path


@pytest.fixture
def worker() -> Iterator[Any]:
    """Starts workers on the test's database as processes of their own; ends them by id."""
    from tests.queue import workers

    yield from workers()


@pytest.fixture
def pay(settings: Any) -> Iterator[Any]:
    """The stand-in for GOV.UK Pay, running; the connector speaks to it."""
    from tests.paying import pay_standin

    yield from pay_standin(settings)


@pytest.fixture
def mail(settings: Any) -> Iterator[Any]:
    """The stand-in for a mail server, running; the connector speaks to it."""
    from tests.mailing import mail_standin

    yield from mail_standin(settings)


@pytest.fixture
def notify(settings: Any) -> Iterator[Any]:
    """The stand-in for GOV.UK Notify, running; the connector speaks to it."""
    from tests.mailing import notify_standin

    yield from notify_standin(settings)


@pytest.fixture
def twilio(settings: Any) -> Iterator[Any]:
    """The stand-in for Twilio, running; the connector speaks to it."""
    from tests.mailing import twilio_standin

    yield from twilio_standin(settings)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak the pseudo-language."""
    from tests.pseudo import speak_pseudo

    yield from speak_pseudo(monkeypatch)


@pytest.fixture
def chromium(started_chromium: Any, transactional_db: None) -> Iterator[Any]:
    """Debian's chromium; what a test opened in it is closed before the tables are emptied.

    A page left open would go on asking the server of the tests, in the middle of the next.
    """
    yield started_chromium
    for context in started_chromium.contexts:
        context.close()


@pytest.fixture(scope="session")
def started_chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # The shell without windows, where there is one: a third less work.
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.fail("There is no chromium; install it with: apt-get install chromium libatomic1")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()
