"""A resident's own words on the first page and in the form that takes anything, without a script."""

import re
from typing import Any

import pytest

from doorstep.cases.models import Case, Draft
from tests.form_client import FormClient
from tests.people import signed_in
from tests.publishing import publish_library

BASE = "/services/tell-us-anything"


@pytest.fixture
def library(district: Any) -> Any:
    publish_library("tell-us-anything", "complaint", "damaged-bin")
    return district


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_proposals_say_why_and_what_was_written_stands_in_no_address(library: Any) -> None:
    client = FormClient()
    home = text(client.get("/"))
    assert re.search(r'<form method="post" action="/" role="search"', home)
    page = text(client.post("/", {"q": "the bin men did not empty my bin today"}))
    assert "Is it about one of these?" in page and "Report a missed bin" in page
    assert "Because you wrote: “bin men”" in page or "Because you wrote: “bin”" in page
    assert "Go on with what I wrote" in page
    assert not re.search(r'(?:href|action)="[^"]*bin men', page)
    assert not Draft.objects.exists()  # looking keeps nothing


def test_what_belongs_to_others_says_so(library: Any) -> None:
    page = text(FormClient().post("/", {"q": "there is a pothole on our road"}))
    assert "This is for Leicestershire County Council, not us." in page
    assert 'href="https://www.leicestershire.gov.uk"' in page and "tel:01163050001" in page
    page = text(FormClient().post("/", {"q": "my house was burgled"}))
    assert "This is for Leicestershire Police, not us." in page


def test_unsure_lists_every_service_and_a_way_to_a_person(library: Any) -> None:
    page = text(FormClient().post("/", {"q": "what is the meaning of life"}))
    assert "We are not sure what this is about" in page
    assert "Report a missed bin" in page and "Report a damaged bin" in page
    assert "Send it to a person" in page and "Talk to a person" in page


def test_danger_comes_first(library: Any) -> None:
    page = text(FormClient().post("/", {"q": "a man with a knife by the bins"}))
    assert page.index("ring 999") < page.index("<h1") and 'href="tel:999"' in page


def test_long_words_in_an_address_are_cut(library: Any) -> None:
    page = text(FormClient().get("/", {"q": "bin " * 15 + "SECRET"}))
    assert "SECRET</textarea>" not in page and "Report a missed bin" in page


def test_hostile_words_are_only_words(library: Any) -> None:
    for words in (
        "<script>alert(1)</script> bin",
        "{{ 7*7 }} bin",
        "\x00\ue000 bin",
        "bin" * 30000,
    ):
        answer = FormClient().post("/", {"q": words})
        assert answer.status_code == 200 and "<script>alert" not in text(answer)
    strict = FormClient(enforce_csrf_checks=True)
    assert strict.post("/", {"q": "bin"}).status_code == 403


def test_what_was_written_goes_along_from_the_first_page(library: Any) -> None:
    client = FormClient()
    said = "Your staff were very rude to me"
    there = client.post("/services/complaint/begin", {"text": said})
    assert there["Location"].endswith("/complaint/kind")
    client.post("/services/complaint/kind", {"kind": "complaint"})
    assert said in text(client.get("/services/complaint/what"))


def test_the_form_proposes_passes_on_and_loses_nothing(library: Any) -> None:
    client = FormClient()
    client.post(f"{BASE}/begin")
    said = "My bin has a broken lid since the lorry came"
    assert client.post(f"{BASE}/text", {"text": said})["Location"].endswith("/which")
    page = text(client.get(f"{BASE}/which"))
    assert "Report a damaged bin" in page and "Because you wrote: “bin”" in page
    assert "Choose what it is about" in text(client.post(f"{BASE}/which", {}))
    there = client.post(f"{BASE}/which", {"which": "damaged-bin"})
    assert there["Location"] == "/services/damaged-bin/address"
    # Back again, everything stands as it was, and the way on is one button.
    page = text(client.get(f"{BASE}/which/stopped"))
    assert "Go on there" in page
    assert client.post(f"{BASE}/which/stopped", {"pass_on": "1"})["Location"].endswith(
        "/damaged-bin/address"
    )
    assert client.post(f"{BASE}/which", {"which": "none"})["Location"].endswith("/contact")
    client.post(f"{BASE}/contact", {"name": "", "email": "ann@resident.example", "phone": ""})
    client.post(f"{BASE}/check")
    case = Case.objects.get()
    assert case.answers["text"] == said and case.stage == "with_officer"


def test_text_is_carried_into_the_first_question_for_it(library: Any) -> None:
    client = FormClient()
    client.post(f"{BASE}/begin")
    said = "I want to complain about your rude staff"
    client.post(f"{BASE}/text", {"text": said})
    assert client.post(f"{BASE}/which", {"which": "complaint"})["Location"].endswith("/kind")
    client.post("/services/complaint/kind", {"kind": "complaint"})
    assert said in text(client.get("/services/complaint/what"))


def test_another_authority_is_a_stop_with_its_website(library: Any) -> None:
    client = FormClient()
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/text", {"text": "There is a pothole in the road"})
    page = text(client.post(f"{BASE}/which", {"which": "county/1"}, follow=True))
    assert "This is for Leicestershire County Council, not us." in page
    assert 'href="https://www.leicestershire.gov.uk"' in page


def test_danger_is_asked_about_before_anything_else(library: Any) -> None:
    client = FormClient()
    client.post(f"{BASE}/begin")
    there = client.post(
        f"{BASE}/text", {"text": "Someone is in danger, and my bin was not emptied"}
    )
    assert there["Location"].endswith("/danger")
    page = text(client.post(f"{BASE}/danger", {"danger": "yes"}, follow=True))
    assert "Ring 999 now" in page
    assert client.post(f"{BASE}/danger", {"danger": "no"})["Location"].endswith("/which")


def test_unsure_in_the_form_lists_the_services(library: Any) -> None:
    client = FormClient()
    client.post(f"{BASE}/begin")
    assert client.post(f"{BASE}/text", {"text": "zebra zebra"})["Location"].endswith("/unsure")
    page = text(client.get(f"{BASE}/unsure"))
    assert "We are not sure what this is about" in page and "Report a missed bin" in page
    assert client.post(f"{BASE}/unsure", {"listed": "none"})["Location"].endswith("/contact")


def test_an_adviser_writes_down_what_a_caller_says(library: Any) -> None:
    adviser, base = signed_in("adviser"), "/desk/new/tell-us-anything"
    adviser.post(base, {"channel": "telephone"})
    adviser.post("/desk/new/complaint", {"channel": "telephone"})
    old = Draft.objects.get(slug="complaint")
    adviser.post(f"{base}/text", {"text": "She wants to complain about rude staff"})
    there = adviser.post(f"{base}/which", {"which": "complaint"})
    assert there["Location"] == "/desk/new/complaint/all"
    new = Draft.objects.exclude(pk=old.pk).get(slug="complaint")
    assert new.channel == "telephone"  # an earlier caller's stays what it was
    assert "rude staff" in text(adviser.get("/desk/new/complaint/all"))


def test_what_was_written_is_in_no_log(library: Any, capsys: Any) -> None:
    FormClient().post("/", {"q": "my bin zogglewort was not emptied"})
    out = capsys.readouterr()
    assert "zogglewort" not in out.out + out.err
