"""Why somebody came, and whether they need have come, by what was done."""

import pytest

from doorstep.contacts.demand import Done, propose


@pytest.mark.parametrize(
    ("acts", "reason", "demand"),
    [
        ([], "", ""),
        ([Done("looked", "bulky")], "progress", "chasing"),
        ([Done("looked", "bulky"), Done("told", "bulky")], "progress", "chasing"),
        ([Done("looked", "bulky"), Done("sent", "bulky")], "bulky", "value"),
        ([Done("stopped", "missed", "logged"), Done("sent", "missed")], "missed", "went_wrong"),
        ([Done("stopped", "missed", "reported")], "missed", "duplicate"),
        ([Done("stopped", "bulky", "too_soon")], "bulky", "value"),
        ([Done("stopped", "missed", "too_late")], "missed", "value"),
        ([Done("stopped", "missed", "")], "missed", "value"),
        ([Done("stopped", "bulky", "dealt_with")], "bulky", "closed_early"),
        ([Done("stopped", "a"), Done("stopped", "bulky")], "bulky", "value"),
        ([Done("signposted")], "elsewhere", "signposting"),
        ([Done("answered")], "information", "value"),
        ([Done("answered"), Done("call_back")], "information", "value"),
        ([Done("call_back")], "information", ""),
        ([Done("looked", "bulky"), Done("answered")], "information", "value"),
        ([Done("answered"), Done("told", "bulky")], "information", "value"),
        ([Done("noted", "bulky"), Done("answered")], "information", "value"),
        ([Done("begun", "missed")], "missed", "went_wrong"),
        ([Done("begun", "bulky")], "bulky", "value"),
        ([Done("begun", "bulky"), Done("looked", "missed")], "progress", "chasing"),
        ([Done("decided", "bulky")], "progress", "value"),
        ([Done("link", "missed")], "missed", "went_wrong"),
        ([Done("paid", "bulky"), Done("looked", "bulky")], "bulky", "value"),
    ],
)
def test_the_rule(acts: list[Done], reason: str, demand: str) -> None:
    found = propose(acts, lambda slug: slug == "missed")
    assert (found.reason, found.kind or found.demand) == (reason, demand)
    assert (found.demand == "failure") == bool(found.kind)
