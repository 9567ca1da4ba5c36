"""Who sees that something is wrong with a page says so; a person has a task of it, which names no person and no secret."""

import html
import re
from typing import Any
from uuid import uuid4

from doorstep.tasks.models import Task
from tests.form_client import FormClient
from tests.people import opened, signed_in

LINK = re.compile(r'href="(/page-fault\?page=[^"]*)"')


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def link(page: str) -> str:
    found = LINK.search(page)
    assert found, page[-2000:]
    return found[1]


def test_from_the_page_to_an_officers_list(district: Any) -> None:
    resident = FormClient()
    start = text(resident.get("/services/missed-bin"))
    asked = text(resident.get(link(start)))
    assert 'value="/services/missed-bin"' in asked and "/page-fault?" not in asked
    fields = {"page": "/services/missed-bin", "what": "The map is empty", "email": "ann@resident.example"}  # fmt: skip
    told = resident.post("/page-fault", fields, follow=True)
    assert "Thank you for telling us" in text(told)
    (task,) = Task.objects.all()
    assert (task.kind, task.page, task.team) == ("page", "/services/missed-bin", "Customer Services")  # fmt: skip
    page = text(signed_in("officer").get(f"/desk/tasks/{task.pk}"))
    assert "The map is empty" in page and "ann@resident.example" in page
    assert "/services/missed-bin" in page


def test_the_page_is_named_without_what_is_a_persons(district: Any) -> None:
    case = district.case(0)
    resident, secret = opened(case), uuid4()
    for address, name in (
        (f"/services/missed-bin/{secret}/address", "/services/missed-bin/%E2%80%A6/address"),
        (f"/case/{case.reference}/sent", "/case/%E2%80%A6/sent"),
        (f"/bins/{case.place_id}", "/bins/%E2%80%A6"),
        ("/case/open/some-token-of-a-link", "/case/open/%E2%80%A6"),
    ):
        page = text(resident.get(address, follow=True))
        assert link(page) == f"/page-fault?page={name}"
        assert str(secret) not in link(page) and case.reference not in link(page)
        assert "token" not in link(page)
    assert link(text(resident.get("/no/such/page"))) == "/page-fault?page="


def test_what_was_typed_stays_and_too_much_is_refused(district: Any) -> None:
    resident = FormClient()
    for fields, says in (
        ({"what": " "}, "Write what is wrong with the page"),
        ({"what": "x" * 2001}, "too long"),
        ({"what": "The map is empty", "email": "ann"}, "correct format"),
    ):
        page = text(resident.post("/page-fault", {"page": "/bins", **fields}))
        assert says in page and fields["what"].strip() in page and 'value="/bins"' in page
    assert not Task.objects.exists()
    for n in range(10):
        assert resident.post("/page-fault", {"what": f"Empty {n}"}).status_code == 302
    refused = resident.post("/page-fault", {"what": "The eleventh", "page": "/bins"})
    assert refused.status_code == 429 and "many things within an hour" in text(refused)
    assert "The eleventh" in text(refused) and Task.objects.count() == 10
    # An office has one address; its people are not one person.
    assert signed_in("officer").post("/page-fault", {"what": "Empty"}).status_code == 302


def test_only_the_links_page_is_taken_over(district: Any) -> None:
    resident = FormClient()
    page = text(resident.get("/page-fault?page=/bins%3Ftoken=secret&what=Mine&email=a@b.example"))
    form = page.partition("<form")[2].partition("</form>")[0]
    assert 'name="page" value="/bins"' in form and "secret" not in form
    assert "Mine" not in form and "a@b.example" not in form
    # What somebody wrote into the address is named as our own link would: without what is a person's.
    for n, (page, named) in enumerate(
        (
            ("/case/x?token=secret#more", "/case/…"),
            ("/case/open/a-secret-token", "/case/open/…"),
            ("/services/missed-bin/…/contact", "/services/missed-bin/…/contact"),
            ("/no/such/page/of/ours", ""),
            ("/…/0123456789abcdef", ""),
        )
    ):
        resident.post("/page-fault", {"page": page, "what": f"Empty {n}"})
        assert Task.objects.latest("id").page == named, page


def test_the_same_words_sent_twice_are_one_task(district: Any) -> None:
    resident = FormClient()
    for _ in range(2):
        resident.post("/page-fault", {"page": "/bins", "what": "The map is empty"})
    assert Task.objects.count() == 1


def test_staff_say_so_in_their_own_name(district: Any) -> None:
    signed_in("crew").post("/page-fault", {"page": "/crew", "what": "No list today"})
    (line,) = Task.objects.get().lines.all()
    assert (line.by_kind, line.by_key) == ("staff", "crew")
