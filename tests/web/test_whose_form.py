"""Whose form it is, and which: each Start makes its own, and nobody opens another's."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from doorstep.cases.models import Case, Draft
from doorstep.outside.secret import hashed
from doorstep.web.kit import visitor
from tests.form_client import SEEN, FormClient, text
from tests.people import signed_in

BASE = "/services/missed-bin"


def fill(
    client: FormClient, district: Any, number: int, email: str = "ann@resident.example"
) -> str:
    """Fill in the form as far as the check page, and return the form's id."""
    client.post(f"{BASE}/begin")
    _answer(client, district, number, email)
    return client.form_ids[BASE]


def _answer(client: FormClient, district: Any, number: int, email: str) -> None:
    box = district.boxes[number]
    client.post(f"{BASE}/address", {"property": str(box.place_id)})
    client.post(f"{BASE}/bin", {"container": str(box.pk)})
    client.post(f"{BASE}/contact", {"name": "", "email": email, "phone": ""})


def test_each_start_makes_a_form_of_its_own(district: Any) -> None:
    client = FormClient()
    first = fill(client, district, 0, "ann@resident.example")
    second = fill(client, district, 1, "bob@resident.example")
    assert first != second
    for form_id, email in ((first, "ann@resident.example"), (second, "bob@resident.example")):
        page = text(client.get(f"{BASE}/{form_id}/check"))
        assert email in page
        client.post(f"{BASE}/{form_id}/check")
    cases = Case.objects.order_by("id")
    assert [c.customer.email for c in cases if c.customer] == [
        "ann@resident.example",
        "bob@resident.example",
    ]


def test_what_is_sent_is_what_the_page_showed(district: Any) -> None:
    client = FormClient()
    fill(client, district, 0)
    shown = SEEN.search(text(client.get(f"{BASE}/check")))
    assert shown
    # In the other window.
    client.post(f"{BASE}/contact", {"name": "", "email": "bob@resident.example", "phone": ""})
    page = text(client.post(f"{BASE}/check", {"seen": shown[1]}))
    assert "Nothing was sent" in page and "<li>Email" in page and "bob@resident.example" in page
    assert not Case.objects.exists()
    assert "Nothing was sent" in text(client.post(f"{BASE}/check", {"seen": ""}))
    assert client.post(f"{BASE}/check").status_code == 302


def test_an_answer_changed_in_the_very_moment_is_not_sent(district: Any) -> None:
    from doorstep.council.errors import Refused

    draft = district.draft(0)
    from doorstep.intake.filling import Filling
    from doorstep.staff.actor import RESIDENT

    filling = Filling(draft, by=RESIDENT, now=district.now)
    Draft.objects.filter(pk=draft.pk).update(answers={**draft.answers, "name": "Bob"})
    with pytest.raises(Refused, match="changed_meanwhile"):
        filling.submit()
    assert not Case.objects.exists()


def test_what_was_sent_says_as_what(district: Any) -> None:
    client = FormClient()
    form_id = fill(client, district, 0)
    client.post(f"{BASE}/check")
    case = Case.objects.get()
    client.cookies.pop(visitor.CASES)  # the answer was lost on its way
    for path in ("check", "contact", "bin/stopped", "save"):
        page = client.post(f"{BASE}/{form_id}/{path}", {"name": "More to say", "seen": "x"})
        assert f"sent as {case.reference}" in text(page), path
    assert "More to say" in text(page)
    assert client.get(f"/case/{case.reference}").status_code == 200  # it is theirs
    stranger = FormClient()
    page = stranger.get(f"{BASE}/{form_id}/check")
    assert page.status_code == 410 and case.reference not in text(page)
    assert stranger.get(f"/case/{case.reference}").status_code == 302


def test_a_form_of_somebody_else_shows_nothing(district: Any) -> None:
    form_id = fill(FormClient(), district, 0)
    stranger = FormClient()
    fill(stranger, district, 1, "bob@resident.example")
    for path in ("", "/address", "/contact", "/check", "/bin/stopped", "/save", "/saved"):
        page = stranger.get(f"{BASE}/{form_id}{path}")
        assert page.status_code == 410, path
        assert "ann@resident.example" not in text(page) and "Mill Lane" not in text(page)
    assert stranger.get(f"/services/tell-us-anything/{form_id}").status_code in (404, 410)


def test_cookies_that_are_lost_lose_no_words(district: Any) -> None:
    client = FormClient()
    form_id = fill(client, district, 0)
    client.cookies.clear()
    page = client.post(f"{BASE}/{form_id}/contact", {"name": "Ann of the long story", "email": ""})
    assert page.status_code == 410
    assert "we do not have your answers any more" in text(page)
    assert "Ann of the long story" in text(page) and "Nothing was changed" not in text(page)


def test_without_cookies_it_is_said_that_the_answers_are_gone(district: Any) -> None:
    strict = FormClient(enforce_csrf_checks=True)
    page = strict.post(f"{BASE}/{uuid4()}/contact", {"name": "Ann <of> the story", "email": ""})
    assert page.status_code == 403
    assert "what you filled in before this page is gone" in text(page)
    assert (
        "Nothing was changed" not in text(page)
        and "Ann &lt;of&gt; the story" in page.content.decode()
    )


@pytest.mark.parametrize("path", ["contact", "check", "continue"])
def test_an_address_without_an_id_leads_on(district: Any, path: str) -> None:
    client = FormClient()
    form_id = fill(client, district, 0)
    client.form_ids.clear()
    there = client.post(f"{BASE}/{path}", {"name": "Ann", "seen": "x"})
    whole = f"{BASE}/{form_id}" + (f"/{path}" if path != "continue" else "")
    assert there.status_code == 307 and client.whole(there["Location"]) == whole
    assert client.get(f"{BASE}/nowhere").status_code == 404
    fill(client, district, 1)
    client.form_ids.clear()
    assert (
        client.get(f"{BASE}/{path}")["Location"] == BASE
    )  # which of the two, only the person knows
    assert FormClient().get(f"{BASE}/{path}")["Location"] == BASE


def test_an_unfinished_form_is_announced_and_nothing_in_it_shown(district: Any) -> None:
    client = FormClient()
    assert "Start now" in text(client.get(BASE))
    form_id = fill(client, district, 0)
    page = text(client.get(BASE))
    assert "You have begun this form" in page and f"{BASE}/{form_id}" in page
    assert "Begin afresh" in page and "Mill Lane" not in page and "ann@" not in page
    assert "begun this form" not in text(FormClient().get(BASE))
    assert client.get(f"{BASE}/{form_id}")["Location"] == f"{BASE}/check"
    # It waits a night, no longer, unless a link was asked for.
    Draft.objects.update(updated_at=timezone.now() - timedelta(hours=13))
    assert "begun this form" not in text(client.get(BASE))
    assert client.get(f"{BASE}/{form_id}/contact").status_code == 410
    Draft.objects.update(saved_key="k")
    assert client.get(f"{BASE}/{form_id}/contact").status_code == 200


def test_a_device_is_forgotten(district: Any) -> None:
    client = FormClient()
    fill(client, district, 0)
    client.post(f"{BASE}/check")
    fill(client, district, 1)
    saved = Draft.objects.get(pk=fill(client, district, 2))
    Draft.objects.filter(pk=saved.pk).update(saved_key="k", saved_to="ann@resident.example")
    reference = Case.objects.get().reference
    assert "Forget this device" in text(client.get("/"))
    assert client.get("/forget").status_code == 200
    assert Draft.objects.filter(sent_at=None).count() == 2  # a look forgets nothing
    page = text(client.post("/forget"))
    assert "Forms that were not sent, and are deleted now: 1." in page
    assert list(Draft.objects.filter(sent_at=None)) == [saved]
    assert client.get(f"/case/{reference}").status_code == 302
    assert "begun this form" not in text(client.get(BASE))
    assert "There was no form here" in text(client.post("/forget"))


def test_only_a_cookie_that_we_signed_is_taken(district: Any) -> None:
    client = FormClient()
    fill(client, district, 0)
    own = client.cookies[visitor.cookie()].value
    draft = Draft.objects.get()
    assert (draft.owner_kind, draft.owner_key) == ("browser", hashed(own.rsplit(":", 1)[0]))
    for value in (
        own.rsplit(":", 1)[0],
        own[:-1] + ("A" if own[-1] != "A" else "B"),
        "staff:1",
        "",
    ):
        other = FormClient()
        other.cookies[visitor.cookie()] = value
        assert other.get(f"{BASE}/{draft.pk}/contact").status_code == 410
        assert "begun this form" not in text(other.get(BASE))


def test_what_was_begun_under_the_version_before_goes_on(district: Any) -> None:
    client = FormClient()
    form_id = fill(client, district, 0)
    Draft.objects.update(owner_kind="former", owner_key=hashed("a-cookie-of-then"))
    before, stranger = FormClient(), FormClient()
    before.cookies[visitor.FORMER] = "a-cookie-of-then"
    stranger.cookies[visitor.FORMER] = "another-cookie"
    assert "begun this form" not in text(stranger.get(BASE))
    there = before.post(
        f"{BASE}/contact", {"name": "", "email": "ann@resident.example"}, follow=True
    )
    assert there.redirect_chain[0] == (f"{BASE}/contact", 307)
    assert "Check your answers" in text(there) and before.form_ids[BASE] == form_id
    assert Draft.objects.get().owner_kind == "browser"
    # Signed once, the old cookie opens nothing any more.
    again = FormClient()
    again.cookies[visitor.FORMER] = "a-cookie-of-then"
    assert "begun this form" not in text(again.get(BASE))


def test_staff_cannot_be_owned_by_a_cookie(district: Any) -> None:
    """A cookie of the version before that spells a member of staff takes nothing over."""
    adviser, desk = signed_in("adviser"), "/desk/new/missed-bin"
    adviser.post(desk, {"channel": "telephone"})
    draft = Draft.objects.get()
    who = draft.owner_key
    for value in (f"staff:{who}", f"crew:{who}", who):
        forger = FormClient()
        forger.cookies[visitor.FORMER] = value
        forger.cookies[visitor.cookie()] = value
        assert forger.get(f"{BASE}/{draft.pk}/address").status_code == 410
        assert "begun this form" not in text(forger.get(BASE))
    draft.refresh_from_db()
    assert draft.owner_kind == "staff"


def test_two_callers_are_two_forms(district: Any) -> None:
    adviser, desk = signed_in("adviser"), "/desk/new/missed-bin"
    ids = []
    for number, email in ((0, "ann@resident.example"), (1, "bob@resident.example")):
        adviser.post(desk, {"channel": "telephone"})
        box = district.boxes[number]
        adviser.post(f"{desk}/address", {"property": str(box.place_id)})
        adviser.post(f"{desk}/bin", {"container": str(box.pk)})
        adviser.post(f"{desk}/contact", {"name": "", "email": email, "phone": ""})
        ids.append(adviser.form_ids[desk])
    page = text(adviser.get("/desk"))
    assert "Forms you began for callers" in page and page.count("1 Mill Lane") >= 1
    for form_id in ids:
        there = adviser.post(f"{desk}/{form_id}/check")
        assert there.status_code == 302
    sent = [(c.customer.email, c.place_id) for c in Case.objects.order_by("id") if c.customer]
    assert sent == [
        ("ann@resident.example", district.boxes[0].place_id),
        ("bob@resident.example", district.boxes[1].place_id),
    ]
    assert "Forms you began" not in text(adviser.get("/desk"))


def test_a_callers_form_is_thrown_away_by_its_owner_alone(district: Any) -> None:
    adviser, other, desk = signed_in("adviser"), signed_in("officer"), "/desk/new/missed-bin"
    adviser.post(desk, {"channel": "telephone"})
    draft = Draft.objects.get()
    assert "Forms you began" not in text(other.get("/desk"))
    other.post(f"/desk/unfinished/{draft.pk}/drop")
    assert Draft.objects.exists()
    assert other.get(f"{desk}/{draft.pk}/address").status_code == 410
    adviser.post(f"/desk/unfinished/{draft.pk}/drop")
    assert not Draft.objects.exists()
    assert adviser.post(f"/desk/unfinished/{uuid4()}/drop").status_code == 302


def test_where_https_is_spoken_no_other_host_can_set_the_cookie(
    district: Any, settings: Any
) -> None:
    settings.SECURE_COOKIES = True
    client = FormClient()
    client.post(f"{BASE}/begin")
    morsel = client.cookies["__Host-doorstep_browser"]
    assert (
        morsel["secure"] and morsel["httponly"] and morsel["path"] == "/" and not morsel["domain"]
    )
    assert client.get(f"{BASE}/address").status_code == 200


def test_words_saved_while_correcting_are_not_passed_over(district: Any) -> None:
    client = FormClient()
    fill(client, district, 0)
    given = {"name": "Ann of the new words", "email": "ann@", "phone": "", "save": "1"}
    client.post(f"{BASE}/contact", given)
    # Neither coming back nor the check page goes past them.
    assert client.get(f"{BASE}/{client.form_ids[BASE]}")["Location"] == f"{BASE}/contact"
    assert client.get(f"{BASE}/check")["Location"] == f"{BASE}/contact"
    assert client.post(f"{BASE}/check", {"seen": ""})["Location"] == f"{BASE}/contact"
    assert "Ann of the new words" in text(client.get(f"{BASE}/contact"))
    assert not Case.objects.exists()
    given = {"name": "Ann of the new words", "email": "ann@resident.example", "phone": ""}
    assert client.post(f"{BASE}/contact", given)["Location"] == f"{BASE}/check"


def test_a_form_that_cannot_be_opened_does_not_say_that_nothing_was_sent(district: Any) -> None:
    client = FormClient()
    form_id = fill(client, district, 0)
    client.post(f"{BASE}/check")
    client.post("/forget")
    page = text(client.get(f"{BASE}/{form_id}/check"))
    assert "If you had sent it, it stays sent" in page and "Nothing was sent" not in page


def test_a_form_sent_from_elsewhere_says_so_where_it_was_before(district: Any) -> None:
    client = FormClient()
    form_id = fill(client, district, 0)
    Draft.objects.filter(pk=form_id).update(
        owner_key=hashed("another"), left_by=[Draft.objects.get().owner_key]
    )
    assert "went on in another browser" in text(client.get(f"{BASE}/{form_id}/check"))
    Draft.objects.filter(pk=form_id).update(sent_at=timezone.now())
    assert "sent from another browser" in text(client.get(f"{BASE}/{form_id}/check"))


def test_staff_who_were_signed_out_lose_no_words(district: Any) -> None:
    case, officer = district.case(0), signed_in("officer")
    officer.logout()
    page = officer.post(
        f"/desk/cases/{case.reference}/note",
        {"text": "She rang twice <today>"},
        headers={"Referer": f"http://testserver/desk/cases/{case.reference}"},
    )
    assert page.status_code == 403 and "You were signed out" in text(page)
    assert "She rang twice <today>" in text(page) and "<today>" not in page.content.decode()
    assert f"/desk/sign-in?next=/desk/cases/{case.reference}" in text(page)
    assert not case.events.filter(kind="note").exists()
