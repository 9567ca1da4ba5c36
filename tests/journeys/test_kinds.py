"""Every small kind of question is filled in, with scripts or without, by keyboard, at the desk and by a program, and read by staff."""

from datetime import date
from typing import Any

import pytest
import yaml

from doorstep.cases.models import Case
from doorstep.catalogue import queries as catalogue
from doorstep.rehearsal import playing
from tests.browser import looks_right, sign_in
from tests.publishing import publish
from tests.street_permit import DEMO, FILES, WORDS, use
from tests.system import BASE, System

pytestmark = pytest.mark.browser
SAID = (
    "AB12 CDE",
    "AB 12 34 56 C",
    "31 March 1980",
    "Acorn Ltd, 00123456",
    "1 Mill Lane, Coalville, LE67 3FJ",
    "Flat 2, 10 Mill Lane, Leeds, LS1 4AP",
    "I agree",
    "Signed: Ann Example",
)
GO_ON = "main form button:has-text('Continue')"


@pytest.fixture
def base(open_district: Any, live_server: Any, settings: Any) -> str:
    use(settings, DEMO)
    publish(FILES)
    return str(live_server.url)


def looked_at(page: Any, scripts: bool) -> None:
    if scripts:
        looks_right(page)


def wrong(page: Any, scripts: bool) -> list[str]:
    """Go on with what is typed; return what is said to be wrong, each by its field, which is there."""
    page.click(GO_ON)
    page.wait_for_selector(".govuk-error-summary")
    looked_at(page, scripts)
    links = page.locator(".govuk-error-summary__list a").all()
    for link in links:
        assert page.locator(link.get_attribute("href")).count() == 1, link.get_attribute("href")
    return [link.inner_text() for link in links]


def typed(page: Any, **fields: str) -> None:
    for name, text in fields.items():
        page.fill(f"#{name.replace('__', '-')}", text)


def to_signing(page: Any, scripts: bool) -> None:
    """Fill in all but the last pages, each wrong at first."""
    assert wrong(page, scripts) == ["Answer this question", "Enter registration number"]
    typed(page, seats="two", plate="a red van")
    assert wrong(page, scripts) == [
        "Enter a whole number, like 12",
        "Enter a UK registration number, like AB12 CDE",
    ]
    typed(page, seats="1,200", plate="ab12 cde")
    page.press("#plate", "Enter")

    page.wait_for_selector("#insured")
    typed(page, insured="QQ 12 34 56 C", born__day="31", born__month="3", born__year="2980")
    assert wrong(page, scripts)[1].startswith("This date cannot be used")
    typed(page, insured="ab 12 34 56 c", born__year="2080")
    assert wrong(page, scripts) == ["Date of birth must be in the past"]
    typed(page, born__year="1980")
    page.press("#born-year", "Enter")

    page.wait_for_selector("#firm-name")
    typed(page, firm__company="123456")
    assert wrong(page, scripts) == ["Enter the name of the organisation"]
    typed(page, firm__name="Acorn Ltd", firm__charity="none")
    assert wrong(page, scripts)[0].startswith("Enter a charity number")
    typed(page, firm__charity="")
    page.press("#firm-name", "Enter")
    page.wait_for_selector("#home")
    to_homes(page, scripts)


def to_homes(page: Any, scripts: bool) -> None:
    """Find one address, and type the other in."""
    assert len(wrong(page, scripts)) == 1
    page.fill("#home", "le67 3fj")
    page.press(
        "#home", "Enter"
    )  # with scripts it finds, without it goes on; the list comes by both
    page.wait_for_selector("select#home")
    looked_at(page, scripts)
    count = page.locator("select#home option").count()
    assert page.inner_text("select#home option >> nth=0") == f"{count - 1} addresses found"
    page.select_option("#home", label="1 Mill Lane, Coalville, LE67 3FJ")
    page.fill("#earlier", "ZZ1 1ZZ")
    page.click("button[name=find][value=earlier]")
    page.wait_for_selector("text=None of our addresses has the postcode")
    looked_at(page, scripts)
    assert page.input_value("#home") == "1001"
    typed(page, earlier__line1="Flat 2", earlier__line2="10 Mill Lane", earlier__postcode="ls14ap")
    assert wrong(page, scripts) == ["Enter the town or city"]
    typed(page, earlier__town="Leeds")
    page.press("#earlier-town", "Enter")


@pytest.mark.parametrize("scripts", [True, False])
def test_all_are_filled_in_on_a_telephone_and_seen_by_staff(
    chromium: Any, base: str, scripts: bool
) -> None:
    size = {"width": 341, "height": 700}
    page = chromium.new_context(viewport=size, java_script_enabled=scripts).new_page()
    page.set_default_timeout(15000)
    page.goto(f"{base}/services/street-permit")
    page.click("text=Start now")
    page.wait_for_selector("#seats")
    looked_at(page, scripts)
    to_signing(page, scripts)

    page.wait_for_selector("#truth")
    assert WORDS in page.inner_text("main")
    assert wrong(page, scripts) == [
        "Read this, and tick the box if you agree",
        "Type the full name of who signs",
    ]
    page.focus("#truth")
    page.keyboard.press("Space")
    page.fill("#hand-name", "Ann Example")
    if scripts:
        drawn(page)
    page.click(GO_ON)
    page.wait_for_selector("#email")
    page.click(GO_ON)
    page.wait_for_selector("h1:has-text('Check your answers')")
    looked_at(page, scripts)
    said = page.inner_text("main")
    assert [words for words in ("1200", *SAID) if words not in said] == []
    page.click("main button:text-is('Send')")
    page.wait_for_url("**/sent")

    case = Case.objects.get()
    assert (case.answers["seats"], case.answers["plate"]) == (1200, "AB12CDE")
    assert case.answers["insured"] == "AB123456C" and case.answers["truth"] is True
    assert case.answers["home"]["uprn"] == "1001" and case.answers["earlier"]["uprn"] == ""
    assert case.place is None  # an address is anyone's; the case is about none
    assert bool(case.answers["hand"]["strokes"]) is scripts
    desk = chromium.new_page(viewport={"width": 1366, "height": 768})
    sign_in(desk, base, "officer")
    desk.goto(f"{base}/desk/cases/{case.reference}")
    looks_right(desk)
    seen = desk.inner_text("main")
    assert [words for words in SAID if words not in seen] == []
    assert desk.locator("svg.kit-signature path").count() == scripts


def drawn(page: Any) -> None:
    """Draw with the mouse, clear it by keyboard, and draw again."""
    sheet = page.locator(".form-sign__sheet")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()

    def draw() -> str:
        page.mouse.move(box["x"] + 20, box["y"] + 20)
        page.mouse.down()
        for n in range(1, 6):
            page.mouse.move(box["x"] + 20 + 30 * n, box["y"] + 20 + 10 * (n % 3))
        page.mouse.up()
        return str(page.input_value("#hand-strokes"))

    assert draw().startswith("M")
    page.focus("[data-clear]")
    page.keyboard.press("Enter")
    assert page.input_value("#hand-strokes") == ""
    assert "cleared" in page.text_content("[data-cleared]")
    box = sheet.bounding_box()
    strokes = draw()
    assert strokes.count("L") >= 5
    assert page.get_attribute(".form-sign__sheet path", "d") == strokes
    looks_right(page)


def test_all_stand_on_one_page_at_the_desk(chromium: Any, base: str) -> None:
    desk = chromium.new_page(viewport={"width": 1366, "height": 768})
    desk.set_default_timeout(15000)
    sign_in(desk, base, "adviser")
    desk.goto(f"{base}/desk/new/street-permit")
    desk.click("main button:has-text('telephone'), main button:has-text('Begin'), main button")
    desk.wait_for_selector("#at-once")
    typed(desk, seats="2", plate="ab12cde", insured="AB123456C")
    typed(desk, born__day="31", born__month="3", born__year="1980", firm__name="Acorn Ltd")
    desk.fill("#home", "LE67 3FJ")
    desk.press("#home", "Enter")
    desk.wait_for_selector("select#home")
    desk.select_option("#home", "1001")
    desk.check("#truth")
    desk.fill("#hand-name", "Ann Example")
    desk.press("#hand-name", "Tab")
    desk.wait_for_selector(".at-once__decision--go")
    looks_right(desk)
    desk.press("#hand-name", "Enter")
    desk.wait_for_url("**/desk/cases/*")
    assert Case.objects.get().answers["home"]["town"] == "Coalville"


def test_its_example_is_played(base: str) -> None:
    service, examples = catalogue.build(FILES), yaml.safe_load(FILES["examples.yaml"])
    (found,) = playing.play(service, FILES, examples)
    assert found.differences == []
    examples[0]["given"]["answers"]["home"] = {"town": "Leeds"}
    (found,) = playing.play(service, FILES, examples)
    assert found.differences


def test_a_program_sends_all_as_json(base: str) -> None:
    system = System("cases:create", "cases:read")
    answers: dict[str, Any] = {
        "seats": 2,
        "plate": "AB12 CDE",
        "insured": "AB 12 34 56 C",
        "born": date(1980, 3, 31).isoformat(),
        "firm": {"name": "Acorn Ltd", "company": "123456"},
        "home": {"uprn": "1001"},
        "truth": True,
        "hand": {"name": "Ann Example"},
    }
    sent, to = {"channel": "telephone", "answers": answers}, f"{BASE}/services/street-permit/cases"
    bad = {"born": "2080-03-31", "seats": "2", "firm": {"name": "Acorn Ltd", "company": "1"}}
    for name, value in bad.items():
        answer = system.send(sent | {"answers": answers | {name: value}}, path=to)
        assert answer.status_code == 422, answer.content
        assert answer.json()["errors"][0]["pointer"] == f"#/answers/{name}", answer.content
    answer = system.send(sent, path=to)
    assert answer.status_code == 201, answer.content
    assert Case.objects.get().answers["home"]["line1"] == "1 Mill Lane"
