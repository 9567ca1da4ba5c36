"""A service without `online` among its channels keeps the public out, by every door; advisers go on."""

from typing import Any
from uuid import uuid4

import pytest

from doorstep.cases.models import Case, Draft
from doorstep.catalogue import queries as catalogue
from doorstep.web.portal.urls import urlpatterns
from tests.form_client import FormClient, text
from tests.people import signed_in
from tests.publishing import publish, publish_library

BASE = "/services/missed-bin"


def by_telephone_alone(slug: str) -> None:
    """Publish a service of the library that is asked for by telephone and no other way."""
    contents = catalogue.read_folder(catalogue.folder_of(slug))
    lines = contents["service.yaml"].splitlines()
    kept = ["channels: [telephone]" if n.startswith("channels:") else n for n in lines]
    publish({**contents, "service.yaml": "\n".join(kept) + "\n"})


@pytest.fixture
def begun(district: Any) -> FormClient:
    """A browser that began a form online before the council took it off."""
    client = FormClient()
    client.post(f"{BASE}/begin")
    client.post(f"{BASE}/address", {"property": str(district.boxes[0].place_id)})
    by_telephone_alone("missed-bin")
    return client


def addresses(form_id: str) -> list[str]:
    """Return every address of the portal that names a service, filled in for this form."""
    given = {"<slug:slug>": "missed-bin", "<uuid:draft>": form_id, "<slug:page>": "bin"}
    given |= {"<str:token>": "0" * 40, "<str:name>": f"{'0' * 32}.jpg"}
    routes = [str(p.pattern) for p in urlpatterns if "<slug:slug>" in str(p.pattern)]
    paths = []
    for route in routes:
        for name, value in given.items():
            route = route.replace(name, value)
        paths.append(f"/{route}")
    return paths


def test_every_address_of_it_says_how_to_ask_for_it(begun: FormClient) -> None:
    paths = addresses(begun.form_ids[BASE])
    assert len(paths) > 9
    for path in paths:
        for answer in (begun.get(path), begun.post(path, {"container": "1"})):
            if answer.status_code != 405:
                assert answer.status_code == 404, path
                assert "You cannot ask for this online" in text(answer), path
    assert Draft.objects.count() == 1 and not Case.objects.exists()


def test_neither_the_first_page_nor_a_search_leads_there(begun: FormClient, district: Any) -> None:
    publish_library("damaged-bin", "tell-us-anything")
    home = district.boxes[0].place_id
    pages = (
        text(begun.get("/")),
        text(begun.post("/", {"q": "the bin men missed my bin"})),
        text(begun.post("/", {"q": "what is the meaning of life"})),
        text(begun.get(f"/bins/{home}")),
    )
    for page in pages:
        assert "/services/missed-bin" not in page and "Report a missed bin" not in page


def test_programs_find_it_nowhere(begun: FormClient, district: Any) -> None:
    publish_library("graffiti")
    slugs = [service["slug"] for service in begun.get("/api/v1/services").json()]
    assert slugs == ["graffiti"]
    assert begun.get("/api/v1/services/missed-bin").status_code == 404
    assert "graffiti" in text(begun.get("/open311/v2/services.json"))
    by_telephone_alone("graffiti")
    assert "graffiti" not in text(begun.get("/open311/v2/services.json"))
    assert begun.get("/open311/v2/services/graffiti.json").status_code == 404


def test_an_adviser_fills_it_in_for_who_rings(begun: FormClient, district: Any) -> None:
    adviser = signed_in("adviser")
    assert "Report a missed bin" in text(adviser.get("/desk"))
    answer = adviser.post("/desk/new", {"service": "missed-bin", "channel": "telephone"})
    assert answer.status_code == 302
    assert Draft.objects.filter(channel="telephone").count() == 1


def test_a_form_that_is_not_there_stays_not_there(district: Any) -> None:
    answer = FormClient().get(f"/services/nothing-of-the-kind/{uuid4()}/bin")
    assert answer.status_code in (404, 410) and "online here" not in text(answer)
