"""What a text is proposed to be about: by stems, phrases and mistakes of typing, or not at all."""

from typing import Any

import pytest

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.signposts import index as topics
from doorstep.signposts import suggestions
from doorstep.signposts.models import Correction, Keyword
from doorstep.signposts.search import Index, Topic
from doorstep.staff.actor import Actor
from tests.publishing import publish_library

OFFICER = Actor("staff", "officer", "officer")
TOPICS = [
    Topic("kettle", ("kettle", "boiling water", "teapot"), ("Mend a kettle",), ("We mend it.",)),
    Topic("lamp", ("lamp post", "no light", "lantern"), ("Mend a lamp",), ("We mend it.",)),
    Topic("piano", ("piano", "grand piano"), ("Tune a piano",), ("We tune it.",)),
    Topic("cloch", ("cloch yr eglwys", "canu’r gloch"), ("Ring a bell",), ("We ring it.",)),
]


def keys(text: str, index: Index | None = None) -> list[str]:
    return [p.key for p in (index or Index(TOPICS)).propose(text)]


@pytest.mark.parametrize(
    "text, key",
    [
        ("my kettle is broken", "kettle"),
        ("KETTLES!!!", "kettle"),
        ("the ketle leaks", "kettle"),
        ("two teapots and a pan", "kettle"),
        ("the lamppost is dark", "lamp"),
        ("the lamp-post is dark", "lamp"),
        ("there is no light in our road", "lamp"),
        ("a grnd piano", "piano"),
        ("mae cloch yr eglwys yn canu", "cloch"),
    ],
)
def test_words_lead_to_their_topic(text: str, key: str) -> None:
    assert keys(text)[:1] == [key]


@pytest.mark.parametrize(
    "text", ["", "   ", "hello", "what is this", "light", "🙂 ???", "x" * 9000]
)
def test_where_a_text_says_too_little_nothing_is_proposed(text: str) -> None:
    assert keys(text) == []


def test_every_proposal_says_which_words_led_to_it_as_they_were_written() -> None:
    (first, *_) = Index(TOPICS).propose("Our kettle and the ketle are broken; Teapots too")
    assert first.because == ("kettle", "Teapots") and first.key == "kettle"


def test_two_matters_in_one_text_are_both_proposed() -> None:
    assert set(keys("the piano is out of tune and the kettle leaks")) == {"piano", "kettle"}


def test_of_a_pair_of_words_each_is_not_named_again() -> None:
    made = Index([*TOPICS, Topic("lid", ("broken lid",))])
    (first, *_) = made.propose("it has a broken lid")
    assert first.because == ("broken lid",)


def test_at_most_three_and_the_same_each_time() -> None:
    text = "kettle lantern piano cloch teapot"
    made = Index(TOPICS)
    assert len(keys(text, made)) == 3 and keys(text, made) == keys(text, Index(TOPICS))


def test_a_small_word_belongs_to_its_keyword() -> None:
    made = Index([*TOPICS, Topic("car", ("no tax", "wreck"))])
    assert keys("it has no tax", made) == ["car"]
    assert "car" not in keys("how do I pay my tax", made)


def test_services_and_other_authorities_in_the_language_spoken(district: Any) -> None:
    (first, *_) = topics.propose("my bin was not emptied")
    assert (first.id, first.kind, first.title) == ("missed-bin", "service", "Report a missed bin")
    assert "bin" in first.because and "emptied" in first.because
    (first, *_) = topics.propose("there is a massive pothole")
    assert first.kind == "authority" and first.whose == "Leicestershire County Council"
    assert (
        first.telephone and first.address.startswith("https://") and first.because == ("pothole",)
    )
    with council.speaking("cy"):
        (first, *_) = topics.propose("bin heb ei gasglu")
        assert first.title == "Adrodd am fin a fethwyd"
    assert topics.of("county/99") is None and topics.of("nowhere/1") is None
    assert topics.of("nowhere") is None and topics.of("county/x") is None


def test_the_service_that_takes_anything_is_never_proposed(district: Any) -> None:
    publish_library("tell-us-anything")
    assert "tell-us-anything" not in [
        p.id for p in topics.propose("a general enquiry, something else")
    ]


@pytest.mark.parametrize(
    "text, urgent",
    [
        ("He has a knife, please come", True),
        ("I can SMELL GAS", True),
        ("mae rhywun mewn perygl", True),
        ("the butter knife drawer", False),
        ("my bin was not emptied", False),
    ],
)
def test_danger_is_noticed(text: str, urgent: bool) -> None:
    assert topics.is_urgent(text) is urgent


def test_only_telling_words_are_kept_of_a_text() -> None:
    text = "Mr smith of 12 Mill Lane LE67 3FJ, ann@resident.example: the old settee blocks gate. Ring 01530 454545 Gary!"
    kept = " ".join(suggestions.telling(text, without=["ann smith", "12 Mill Lane, Coalville"]))
    assert "settee" in kept and "gate" in kept
    for personal in ("smith", "12", "mill", "le67", "3fj", "ann", "resident", "01530", "gary"):
        assert personal not in kept.lower()
    assert suggestions.telling("THE OLD SETTEE") == ["settee"]


def test_corrections_suggest_and_an_accepted_keyword_counts_at_once(district: Any) -> None:
    assert topics.propose("the zoggle by the gate") == []
    about: Any = {"from_slug": "other", "to_slug": "missed-bin", "by": OFFICER, "now": district.now}
    suggestions.correct(text="the zoggle, it stands there", without=[], **about)
    suggestions.correct(text="a zoggle. and my bin", without=[], **about)
    found = {s.text: s for s in suggestions.suggestions()}
    assert found["zoggle"].times == 2 and found["zoggle"].came_from == {"other"}
    assert "bin" not in found  # the service says that itself
    suggestions.correct(text="a pothole", without=[], **about)
    assert [s for s in suggestions.suggestions() if s.leads_to][-1].text == "pothole"
    decision: Any = {"slug": "missed-bin", "by": OFFICER, "now": district.now}
    suggestions.accept(text="Zoggle", **decision)
    (first, *_) = topics.propose("the zoggle by the gate")
    assert first.id == "missed-bin" and first.because == ("zoggle",)
    assert "zoggle" not in {s.text for s in suggestions.suggestions()}
    suggestions.decline(text="stands", **decision)
    assert [k.text for k in suggestions.own()] == ["zoggle"]
    suggestions.remove(number=Keyword.objects.get(text="zoggle").pk)
    assert topics.propose("the zoggle by the gate") == []


def test_what_cannot_be_a_keyword_is_refused(district: Any) -> None:
    decision: Any = {"by": OFFICER, "now": district.now}
    with pytest.raises(Refused, match="keyword_missing"):
        suggestions.accept(slug="missed-bin", text=" !! ", **decision)
    with pytest.raises(Refused, match="no_such_service"):
        suggestions.accept(slug="nowhere", text="zoggle", **decision)


def test_corrections_are_forgotten_after_a_year(district: Any) -> None:
    from datetime import timedelta

    old = district.now - timedelta(days=366)
    for at in (old, district.now):
        suggestions.correct(
            text="zoggle", without=[], from_slug="a", to_slug="b", by=OFFICER, now=at
        )
    assert suggestions.forget(now=district.now) == 1 and Correction.objects.get().at == district.now
