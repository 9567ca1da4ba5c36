"""What happens on a form is counted once, as sums; counting costs no statement, and who does not want it is not in it."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from doorstep.cases.models import Case, Draft
from doorstep.insight import actions as insight
from doorstep.insight.models import Phrase, StepCell
from doorstep.web.form import counting
from tests.form_client import FormClient, text
from tests.missed_bin import BASE, fill_in
from tests.people import signed_in

Browser = Callable[..., FormClient]


def counted(*parts: str) -> Counter[tuple[str, ...]]:
    """Write out what was counted, and return it by some of its parts."""
    insight.FLUSHER.flush()
    rows: Counter[tuple[str, ...]] = Counter()
    for *key, n in StepCell.objects.values_list(*(parts or ("page", "what", "detail")), "n"):
        rows[tuple(key)] += n
    return rows


def test_each_step_of_a_form_is_counted_once(district: Any, browser: Browser) -> None:
    fill_in(browser(), district.boxes[0])
    assert Case.objects.count() == 1
    assert counted() == {
        (":start", "shown", ""): 1,
        ("address", "shown", ""): 1,
        ("address", "error", "property postcode_missing"): 1,
        ("address", "started", ""): 1,
        ("address", "answered", ""): 1,
        ("address", "time", "5"): 1,
        ("bin", "shown", ""): 1,
        ("bin", "answered", ""): 1,
        ("bin", "time", "5"): 1,
        ("contact", "shown", ""): 1,
        ("contact", "answered", ""): 1,
        ("contact", "time", "5"): 1,
        (":check", "shown", ""): 1,
        (":check", "sent", ""): 1,
    }
    assert set(counted("service", "device", "channel", "language")) == {
        ("missed-bin", "phone", "online", "en")
    }


def test_two_sittings_are_the_same_sums_twice(district: Any, browser: Browser) -> None:
    fill_in(browser(), district.boxes[0])
    once = counted()
    fill_in(browser(), district.boxes[1])
    assert counted() == {key: 2 * n for key, n in once.items()}
    assert StepCell.objects.count() == len(once)


def test_counting_costs_a_request_no_statement(
    district: Any, browser: Browser, settings: Any
) -> None:
    fill_in(browser(), district.boxes[7])  # all is warm
    settings.COUNTING = False
    without = fill_in(browser(), district.boxes[0])
    settings.COUNTING = True
    insight.CELLS.forget()
    with_counting = fill_in(browser(), district.boxes[1])
    assert counted()
    assert len(with_counting) == len(without) > 20
    assert not [sql for sql in with_counting if "insight" in sql]


def test_pages_seen_again_and_answered_again_count_once(district: Any, browser: Browser) -> None:
    client, box = browser(), district.boxes[0]
    fill_in(client, box)
    before = counted()
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    for _ in range(2):
        client.get(f"{BASE}/address")
        client.post(f"{BASE}/address", {"property": str(box.place_id)})
    after = counted()
    for what in ("answered", "started"):
        assert after["address", what, ""] == before["address", what, ""] + 1
    assert after["address", "shown", ""] == before["address", "shown", ""]


def test_a_form_with_its_postcode_begins_on_a_page_that_was_shown(
    district: Any, browser: Browser
) -> None:
    client = browser()
    there = client.post(f"{BASE}/begin", {"postcode": "LE67 3FJ", "find": "1"})
    assert there.status_code == 302 and there["Location"].endswith("/address?postcode=LE67+3FJ")
    client.get(there["Location"])
    assert counted()["address", "shown", ""] == 1


def test_what_is_no_postcode_is_sent_to_the_page_which_says_so(
    district: Any, browser: Browser
) -> None:
    client = browser()
    there = client.post(f"{BASE}/begin", {"postcode": "LE67 zebra", "find": "1"})
    assert there.status_code == 307
    page = client.post(there["Location"], {"postcode": "LE67 zebra", "find": "1"})
    assert "zebra" in page.content.decode() and "There is a problem" in page.content.decode()
    assert counted()["address", "shown", ""] == 1


def test_a_form_that_is_begun_for_a_known_home_starts_with_the_first_page_that_is_saved(
    district: Any, browser: Browser
) -> None:
    client, box = browser(), district.boxes[0]
    client.post(f"{BASE}/begin", {"home": str(box.place_id)})
    assert not [key for key in counted() if key[1] in ("started", "answered")]
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    assert counted()["bin", "started", ""] == 1


def test_a_page_kept_as_typed_is_a_start_too(district: Any, browser: Browser) -> None:
    client, box = browser(), district.boxes[0]
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/address", {"postcode": "LE6", "save": "1"})
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    assert counted()["address", "started", ""] == 1


def test_a_stop_is_counted_by_its_code(district: Any, browser: Browser) -> None:
    client, box = browser(), district.boxes[0]
    fill_in(browser(), box)
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    for _ in range(2):
        client.post(f"{BASE}/bin", {"container": str(box.pk)})
    client.get(f"{BASE}/bin/stopped")
    assert counted()["bin", "stop", "reported"] == 1


def test_what_is_sent_twice_is_sent_once(district: Any, browser: Browser) -> None:
    client = browser()
    fill_in(client, district.boxes[0])
    client.post(f"{BASE}/check", {"seen": "x"})
    case = Case.objects.get()
    # Sent by two at the same moment, the second is given the case that the first opened.
    counting.sent(case.draft, case, case.opened_at + timedelta(seconds=1))
    assert counted()[":check", "sent", ""] == 1


def test_an_advisers_form_is_counted_by_its_channel(district: Any) -> None:
    desk = signed_in("adviser")
    desk.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0"
    base, box = "/desk/new/missed-bin", district.boxes[0]
    desk.post(base, {"channel": "face to face"})
    desk.post(f"{base}/address", {"property": str(box.place_id)})
    assert set(counted("device", "channel")) == {("computer", "face to face")}
    draft = Draft.objects.get()
    assert (draft.assisted, draft.device) == (True, "computer")


def test_device_and_link_go_along_to_the_case(district: Any, browser: Browser) -> None:
    client, box = browser(), district.boxes[0]
    start = text(client.get(f"{BASE}?c=Leaflet-7"))
    assert 'name="campaign" value="leaflet-7"' in start
    client.post(f"{BASE}/begin", {"campaign": "leaflet-7"})
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    client.post(f"{BASE}/contact", {"name": "", "email": "", "phone": ""})
    client.post(f"{BASE}/check")
    case = Case.objects.get()
    assert (case.device, case.campaign, case.assisted) == ("phone", "leaflet-7", False)


@pytest.mark.parametrize("code", ["<b>", "a b", "-a", "a--b", "é", "x" * 41, "ann@resident.example"])  # fmt: skip
def test_only_a_short_plain_code_of_a_link_is_kept(
    district: Any, browser: Browser, code: str
) -> None:
    client = browser()
    assert 'name="campaign"' not in text(client.get(BASE, {"c": code}))
    client.post(f"{BASE}/begin", {"campaign": code})
    assert Draft.objects.get().campaign == ""


@pytest.mark.parametrize("how", ["signal", "button", "program"])
def test_who_does_not_want_it_is_not_counted(
    district: Any, browser: Browser, how: str, settings: Any
) -> None:
    client = browser(HTTP_SEC_GPC="1") if how == "signal" else browser()
    if how == "program":
        client = browser("curl/8.14")
    if how == "button":
        client.post("/cookies/counting", {"count": "no"})
    client.get(f"{BASE}?c=leaflet-7")
    client.post("/", {"q": "trombone lessons"})
    client.post(f"{BASE}/begin", {"campaign": "leaflet-7"})
    draft = Draft.objects.get()
    assert (draft.device, draft.campaign) == ("", "")
    draft.delete()
    fill_in(client, district.boxes[0])
    case = Case.objects.get()
    assert (case.device, case.campaign) == ("", "")
    assert counted() == {}
    assert Phrase.objects.count() == 0


def test_the_button_ends_the_counting_of_what_was_begun(district: Any, browser: Browser) -> None:
    client, box = browser(), district.boxes[0]
    client.post(f"{BASE}/begin", {"campaign": "leaflet-7"})
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    before = counted()
    client.post("/cookies/counting", {"count": "no"})
    draft = Draft.objects.get()
    assert (draft.device, draft.campaign) == ("", "")
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    assert counted() == before
    client.post("/cookies/counting", {"count": "yes"})
    client.post(f"{BASE}/contact", {"name": "", "email": "", "phone": ""})
    assert counted() == before  # this form stays out
    client.post(f"{BASE}/begin")
    assert Draft.objects.latest("created_at").device == "phone"


def test_a_form_that_goes_on_in_a_browser_with_the_signal_is_counted_no_more(
    district: Any, browser: Browser
) -> None:
    client, box = browser(), district.boxes[0]
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    before = counted()
    client.defaults["HTTP_SEC_GPC"] = "1"
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    assert counted() == before
    assert Draft.objects.get().device == ""


def test_a_page_pressed_twice_at_once_is_counted_once(
    district: Any, browser: Browser, monkeypatch: Any
) -> None:
    """The second press was read before the first was saved: it answers, and counts nothing."""
    from doorstep.cases import drafts

    client, box = browser(), district.boxes[0]
    client.post(f"{BASE}/begin")
    real, pressed = drafts._save, []

    def save(draft: Any, since: Any) -> None:
        if not pressed:  # in the middle of the second, the first comes through
            pressed.append(1)
            client.post(f"{BASE}/address", {"property": str(box.place_id)})
        real(draft, since)

    monkeypatch.setattr(drafts, "_save", save)
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    insight.FLUSHER.flush()
    sums = dict(StepCell.objects.filter(page="address").values_list("what", "n"))
    assert (sums["started"], sums["answered"], sums["time"]) == (1, 1, 1)
