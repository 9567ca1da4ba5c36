"""Nothing that anybody types raises: into each shipped service's form, and sent to the API; ten thousand answers each in `make test-long`."""

from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any
from zlib import crc32

import pytest

from doorstep.cases.values import from_json, to_json
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import say
from doorstep.council import queries as council
from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Kind, Typed
from doorstep.forms.questions.kinds import KINDS
from tests.fuzz import Sender, Typist, odd_posts, odd_values
from tests.publishing import publish_library
from tests.size import size
from tests.streets import Streets

SLUGS = sorted(p.parent.name for p in (council.home() / "services").glob("*/service.yaml"))
TYPED = size(40, 10_000)
OPTIONS = (("a", "Apples"), ("b", "Pears"), ("N/2026-12-01", "Tuesday 1 December"))


@pytest.fixture
def homes(district: Any) -> list[str]:
    """The homes of a district in which every service can be asked for."""
    Streets(district)
    return [str(box.place_id) for box in district.boxes]


def service(slug: str, district: Any) -> Any:
    return catalogue.current(slug) or publish_library(slug, now=district.now)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_no_kind_of_question_raises(kind: Kind, db: None) -> None:
    """What a browser or a program sends is an answer, or refused with a code; an answer can be shown, kept and sent again."""
    random = Random(crc32(kind.name.encode()))
    part = Question("part", "text", "Part")
    question = Question("q", kind.name, "Label", options=OPTIONS, parts=(part,))
    names = sorted({f"q{end}" for example in kind.examples for end in example.sent} | {"q", "part"})
    for posted in odd_posts(random, names, TYPED):
        taken(kind, question, posted)
    for value in odd_values(random, TYPED):
        with suppress(Invalid):
            taken(kind, question, kind.read(question, value))
    for posted in odd_posts(random, ["q"], TYPED):
        with suppress(Invalid):
            taken(kind, question, kind.from_program(question, posted.getlist("q")))


def taken(kind: Kind, question: Question, posted: Typed) -> None:
    """Take fields as a form does."""
    try:
        with suppress(Invalid):
            answer = kind.clean(question, posted, OPTIONS)
            say(kind.show(question, answer, OPTIONS))
            assert from_json(to_json(answer)) == answer
            assert (
                kind.clean(replace(question, optional=True), kind.fill(question, answer), OPTIONS)
                == answer
            )
    except Exception as exc:
        raise AssertionError(f"{kind.name} raised {exc!r}, for {dict(posted)!r}"[:2000]) from exc


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_typed_into_a_form_raises(slug: str, district: Any, homes: list[str]) -> None:
    typist = Typist(service(slug, district), crc32(slug.encode()), homes)
    typist.type(TYPED)
    assert typist.typed >= TYPED


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_sent_to_the_api_raises(slug: str, district: Any, homes: list[str]) -> None:
    sender = Sender(service(slug, district), crc32(slug.encode()), homes)
    sender.send(TYPED)
    assert sender.sent >= TYPED
