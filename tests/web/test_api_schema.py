"""The API does what its own description says: no fault of ours, and no answer that is not described.

Every failure of a run is told, not the first alone: one that is already known hides no other.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import GenerationConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from doorstep.text.clean import clean_all
from doorstep.web.api.urls import api
from doorstep.web.kit import limits
from doorstep.wsgi import application
from tests.size import size
from tests.system import System, report

PATHS = api.get_openapi_schema()["paths"]
OPERATIONS = [(path, method) for path, methods in PATHS.items() for method in methods]
EXAMPLES = size(5, 50)
# What the description cannot say, such as that a home must be one of ours, is answered by 422.
NOT_ASKED = [positive_data_acceptance]


def _is_made_clean(case: Any) -> bool:
    """Say whether a case has what the gate takes out, such as a control character: what is left may be right."""
    parts = (case.query, case.body, case.path_parameters)
    return any(clean_all(part) != part for part in parts)


class Run:
    """Calls one operation and remembers every failure, each once."""

    def __init__(self, path: str, method: str, system: System) -> None:
        # The token is ours to send; that nobody comes in without one is walked in tests/house.
        config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=config)
        self.operation, self.headers = schema[path][method.upper()], system.headers
        self.schema, self.failures, self.statuses = schema, {}, set[int]()

    def call(self, case: Any) -> None:
        own = self.headers if "security" in self.operation.definition.raw else {}
        # Called without a server, the tool reads what came as it came, compressed or not.
        headers = {**own, "Accept-Encoding": "identity"}
        try:
            answer = case.call(headers=headers)
            self.statuses.add(answer.status_code)
            excluded = [*NOT_ASKED, negative_data_rejection] if _is_made_clean(case) else NOT_ASKED
            case.validate_response(answer, headers=headers, excluded_checks=excluded)
        except FailureGroup as group:
            for failure in group.exceptions:
                kind = (type(failure).__name__, case.method, answer.status_code)
                self.failures.setdefault(kind, f"{failure}\n{case.as_curl_command()}")

    def covered(self) -> Iterator[Any]:
        yield from self.schema.iter_coverage_cases(
            self.operation,
            generation_modes=list(GenerationMode),
            generation_config=GenerationConfig(deterministic=True, with_security_parameters=False),
        )


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody comes too often: what stands behind the limits is asked here."""

    def count(whose: list[str], most: int, seconds: int) -> limits.Standing:
        return limits.Standing(most, seconds, most, seconds)

    monkeypatch.setattr(limits, "count", count)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Keep the test's own connection through each request, as Django's test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_answer_that_is_not_described(
    district: Any, endless: None, path: str, method: str
) -> None:
    run = Run(path, method, System("cases:create", "cases:read"))
    for case in run.covered():
        run.call(case)
    for mode in GenerationMode:

        @seed(20261124)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=run.operation.as_strategy(generation_mode=mode))
        def generated(case: Any) -> None:
            run.call(case)

        with suppress(Unsatisfiable):  # what takes no parameter cannot be called wrongly
            generated()
    assert not run.failures, "\n\n".join(f"{k}: {v}" for k, v in run.failures.items())


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_a_good_answer_is_as_described(
    district: Any, endless: None, path: str, method: str
) -> None:
    known = {"slug": "missed-bin", "reference": district.case(0).reference, "uprn": 1001}
    run = Run(path, method, System("cases:create", "cases:read"))
    case = run.operation.Case(
        path_parameters={k: v for k, v in known.items() if f"{{{k}}}" in path},
        query={"postcode": "LE67 3FJ"} if path.endswith("/properties") else {},
        headers={"Idempotency-Key": "k"} if method == "post" else {},
        **({"body": report(district.boxes[1])} if method == "post" else {}),
    )
    run.call(case)
    assert run.statuses <= {200, 201} and not run.failures, (run.statuses, run.failures)


def test_every_operation_describes_its_errors() -> None:
    for path, method in OPERATIONS:
        described = PATHS[path][method]
        statuses = set(described["responses"]) - {200, 201}
        assert 429 in statuses and ({401, 403} <= statuses) == ("security" in described), path
        assert ("{" in path) == (404 in statuses), path
        for status in statuses:
            assert list(described["responses"][status]["content"]) == ["application/problem+json"]
