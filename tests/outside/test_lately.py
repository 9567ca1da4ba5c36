"""What is looked up once in a moment: kept so long, looked at anew in a transaction, and forgotten when it is told to."""

import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from doorstep.catalogue import queries as catalogue
from doorstep.outside.lately import Lately
from tests.publishing import publish


@pytest.mark.django_db(transaction=True)
def test_it_is_looked_up_once_in_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    looks, clock = iter(range(10)), [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    lately = Lately(lambda: next(looks))
    clock[0] += 0.9
    assert [lately(), lately()] == [0, 0]
    clock[0] += 1
    assert [lately(), lately()] == [1, 1]
    lately.forget()
    assert lately() == 2


@pytest.mark.django_db(transaction=True)
def test_a_transaction_looks_by_itself_and_leaves_nothing_behind() -> None:
    looks = iter(range(10))
    lately = Lately(lambda: next(looks), seconds=1000)
    assert lately() == 0
    with transaction.atomic():
        assert [lately(), lately()] == [1, 2]
    assert lately() == 0


def test_the_version_that_runs_is_looked_up_once_a_second(open_district: Any) -> None:
    assert catalogue.current("missed-bin")
    with CaptureQueriesContext(connection) as seen:
        assert catalogue.current("missed-bin") and catalogue.current("nothing") is None
    assert not seen.captured_queries


def test_what_is_published_here_runs_at_once(open_district: Any) -> None:
    before = catalogue.current("missed-bin")
    assert before
    newer = publish(
        {**catalogue.contents(before.digest), "README.md": "# Another"}, open_district.now
    )
    assert newer.digest != before.digest and catalogue.current("missed-bin") == newer
