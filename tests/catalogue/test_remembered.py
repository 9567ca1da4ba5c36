"""A service that was read is remembered: by its text, the language, the council, and what rooms offer."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import reading, steps
from doorstep.catalogue.build_service import _read, build, build_all
from doorstep.catalogue.errors import DefinitionError
from doorstep.council import queries as council
from doorstep.forms import facts
from doorstep.forms.rules.types import TEXT
from tests.elsewhere import at_home


@pytest.fixture
def contents() -> dict[str, str]:
    return catalogue.read_folder(council.home() / "services" / "missed-bin")


def other(contents: dict[str, str]) -> dict[str, str]:
    """Return the same service with a step that no room offers yet."""
    flow = contents["workflow.yaml"]
    first = "    do:\n"
    assert first in flow
    return {**contents, "workflow.yaml": flow.replace(first, f"{first}      - wave: {{}}\n", 1)}


def test_the_same_text_is_read_once(
    contents: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build_all(contents)
    monkeypatch.setattr(reading, "_parsed", lambda text: pytest.fail("read again"))
    assert build(dict(reversed(contents.items()))) is first
    assert build_all(contents) is first


def test_other_text_is_another_service(contents: dict[str, str]) -> None:
    text = contents["service.yaml"].replace("lgil: 17", "lgil: 18")
    first, second = build(contents), build({**contents, "service.yaml": text})
    assert (first.about.lgil, second.about.lgil) == (17, 18)
    assert first.digest != second.digest


def test_each_language_has_its_own(contents: dict[str, str]) -> None:
    own = build(contents)
    with council.speaking("cy"):
        assert build(contents).about.title != own.about.title
    assert build(contents) is own


def test_each_council_has_its_own(contents: dict[str, str], tmp_path: Path) -> None:
    first = build(contents)
    shutil.copytree(council.home() / "councils", tmp_path / "councils")
    with at_home(tmp_path):
        assert build(contents) is not first


def test_a_text_changed_under_our_hands_changes_nothing_remembered(
    contents: dict[str, str],
) -> None:
    given = dict(contents)
    first = build(given)
    given["form.yaml"] = "pages: ["
    assert build(contents) is first
    with pytest.raises(DefinitionError, match="form.yaml:"):
        build(given)


def test_a_step_or_a_fact_offered_later_is_known(
    contents: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DefinitionError, match="no step `wave`"):
        build(other(contents))
    monkeypatch.setitem(steps._offered, "wave", steps.StepKind("wave"))
    assert build(other(contents))
    asks = {**contents, "form.yaml": contents["form.yaml"].replace("waste.last_due(", "t.last(")}
    with pytest.raises(DefinitionError, match="no room offers the fact `t.last`"):
        build(asks)
    last = facts.offered()["waste.last_due"]
    monkeypatch.setitem(facts._offered, "t.last", last)
    assert build(asks)
    shorter = facts.Fact("t.last", (("property", TEXT),), last.result, "local", last.find)
    monkeypatch.setitem(facts._offered, "t.last", shorter)
    with pytest.raises(DefinitionError, match="t.last"):
        build(asks)


def test_no_more_than_a_number_is_kept(contents: dict[str, str]) -> None:
    most: Any = _read.cache_info().maxsize
    assert most and most <= 200


def test_threads_that_ask_first_at_once_go_on_with_one_service(
    contents: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page with rules is found in its form by which it is: one of a twin's would be found nowhere."""
    both = Barrier(2)
    monkeypatch.setattr(catalogue, "_made", {})

    def slowly(files: dict[str, str]) -> Any:
        both.wait(20)
        return copy(build(files))

    monkeypatch.setattr(catalogue, "build", slowly)
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(catalogue.service, "a version", contents) for _ in range(2)]
    one, other = (of.result() for of in asked)
    assert one is other
