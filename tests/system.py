"""Another system with a token, in front of the API."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from doorstep.staff import actions as staff
from doorstep.staff.models import StaffUser

BASE = "/api/v1"
SEND = f"{BASE}/services/missed-bin/cases"


class System:
    """The system; its token has these scopes."""

    def __init__(
        self, *scopes: str, name: str = "Contact centre", services: Sequence[str] = ()
    ) -> None:
        who = StaffUser.objects.get(username="administrator")
        now = timezone.now()
        about: Any = {"days": 30, "by": who, "now": now, "services": services}
        _, secret = staff.make_token(name=name, scopes=scopes, **about)
        self.client, self.headers = Client(), {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(BASE + path, query, headers=self.headers)

    def send(self, body: Any, key: str = "", path: str = SEND) -> Any:
        text = body if isinstance(body, bytes | str) else json.dumps(body)
        headers = {**self.headers, "Idempotency-Key": key or uuid4().hex}
        return self.client.post(path, text, content_type="application/json", headers=headers)


def report(box: Any, **more: Any) -> dict[str, Any]:
    """Return the body that reports a missed bin."""
    answers = {"property": str(box.place_id), "container": str(box.pk)}
    return {"channel": "telephone", "answers": answers, **more}


def problem(answer: Any, status: int, code: str) -> Any:
    """Hold that the answer is this problem, fully described; return it."""
    said = json.loads(answer.content)
    assert (answer.status_code, said["code"]) == (status, code), said
    assert answer["Content-Type"] == "application/problem+json"
    assert said["status"] == status and said["type"] and said["title"] and said["detail"]
    return said
