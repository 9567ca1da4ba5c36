"""What anyone may read, another site's page may read too; nothing that a cookie opens."""

from typing import Any

import pytest
from django.test import Client

PUBLIC = (
    "/api/v1/services",
    "/api/v1/openapi.json",
    "/api/v1/properties/1001/collections",
    "/open311/v2/services.json",
    "/bins/1001.ics",
    "/bins/1001.json",
    "/reports.rss",
    "/reports.json",
    "/reports.csv",
    "/map/base.json",
)
NOT_PUBLIC = (
    "/",
    "/bins/1001",
    "/services/missed-bin",
    "/desk",
    "/case/open",
    "/nowhere",
    "/forget",
)


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_public_is_read_from_everywhere_without_cookies(district: Any, path: str) -> None:
    answer = Client().get(path, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 200 and answer["Access-Control-Allow-Origin"] == "*"
    assert "Cookie" in answer["Vary"]
    known = Client()
    known.cookies["doorstep_home"] = "1001"
    assert "Access-Control-Allow-Origin" not in known.get(path)


@pytest.mark.parametrize("path", NOT_PUBLIC)
def test_pages_are_nobody_elses_to_read(district: Any, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in Client().get(path)


def test_nothing_is_sent_from_elsewhere(district: Any) -> None:
    answer = Client().post("/api/v1/services/missed-bin/cases", {}, "application/json")
    assert "Access-Control-Allow-Origin" not in answer
