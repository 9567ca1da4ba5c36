"""Each public service of the library is reported by someone who knows its definition and nothing else."""

from typing import Any

import pytest

from doorstep.catalogue import queries as catalogue
from tests.open311.client import Client
from tests.open311.conftest import HERE, key
from tests.open311.schemas import fits
from tests.publishing import publish_folder
from tests.size import each_once

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = [f for f in catalogue.library() if "\npublic:" in (f / "service.yaml").read_text()]


def choices(attribute: dict[str, Any]) -> list[str]:
    """Return what may be sent for an attribute."""
    if "values" in attribute:
        return [value["key"] for value in attribute["values"]]
    return ["2026-11-20" if attribute["datatype"] == "datetime" else "AB12 CDE"]


@pytest.mark.parametrize("folder", PUBLIC, ids=lambda f: f.name)
def test_it_is_reported_by_its_definition_alone(
    folder: Any, open_district: Any, live_server: Any
) -> None:
    publish_folder(folder)
    app = Client(f"{live_server.url}/open311/v2", key("cases:create"))
    listed = {s["service_code"] for s in app.both("services")}
    assert folder.name in listed
    said = app.both(f"services/{folder.name}")
    fits("definition", said)
    must = [a for a in said["attributes"] if a["required"]]
    came = []
    for way in each_once(*map(choices, must)):
        given = {f"attribute[{a['code']}]": value for a, value in zip(must, way, strict=True)}
        fields = {"service_code": folder.name, **HERE, **given, "description": f"Seen {way}"}
        answer = app.post({**fields, "email": "ann@resident.example"}, "json")
        came.append(answer.status)
        # What is not taken is stopped by a rule, or asks for what only this answer makes necessary.
        for error in answer.said if answer.status != 201 else ():
            assert not any(error["description"].startswith(f"{name}:") for name in given), error
    assert 201 in came, (came, answer.said)
