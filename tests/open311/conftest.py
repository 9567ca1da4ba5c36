"""The two small services, published, and programs with keys against a server that listens."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from doorstep.catalogue.service import Service
from doorstep.staff import actions as staff
from doorstep.staff.models import StaffUser
from tests.open311.client import Client
from tests.publishing import publish_folder

SERVICES = Path(__file__).parent / "services"
# In the middle of Coalville, and in the sea.
HERE, AWAY = {"lat": "52.7236", "long": "-1.3702"}, {"lat": "50.5000", "long": "-1.0000"}


def publish(name: str) -> Service:
    """Publish one of the services here."""
    return publish_folder(SERVICES / name)


def key(*scopes: str, name: str = "Reporting app") -> str:
    """Return a new api_key."""
    by = StaffUser.objects.get(username="administrator")
    _, secret = staff.make_token(name=name, scopes=scopes, days=30, by=by, now=timezone.now())
    return secret


def report(**more: str) -> dict[str, str]:
    """Return the fields of a good report."""
    return {
        "service_code": "broken-bench",
        **HERE,
        "attribute[damage][]": "slat",
        "attribute[danger]": "no",
        "description": "By the pond.",
        **more,
    }


def picture(colour: str = "red") -> bytes:
    """Return a small photo."""
    file = BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def benches(open_district: Any) -> Service:
    return publish("broken-bench")


@pytest.fixture
def anyone(benches: Service, live_server: Any) -> Client:
    """A program without a key."""
    return Client(f"{live_server.url}/open311/v2")


@pytest.fixture
def app(benches: Service, live_server: Any) -> Client:
    """A program with a key."""
    return Client(f"{live_server.url}/open311/v2", key("cases:create"))
