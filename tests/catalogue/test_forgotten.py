"""An answer that is to be forgotten is named by nothing that is kept; a stage works values out."""

from collections.abc import Mapping

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.build_service import build
from doorstep.catalogue.errors import DefinitionError
from doorstep.council import queries as council


def contents() -> dict[str, str]:
    return catalogue.read_folder(council.home() / "services" / "bulky-waste")


def with_changed(file: str, old: str, new: str) -> Mapping[str, str]:
    files = contents()
    assert files[file].count(old) >= 1, old
    return {**files, file: files[file].replace(old, new, 1)}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("form.yaml", "sending: {en: \"We", "sending: {en: \"{claim} We"),
        ("form.yaml", "sending: {en: \"We", "sending: {en: \"{surname_words} We"),
        ("form.yaml", "{when: \"!full_price\", stop: no_claim}", "{when: \"claim == 'x'\", stop: no_claim}"),
        ("form.yaml", "      conceded: \"price", "      first: surname\n      conceded: \"price"),
        ("form.yaml", "say: {en: \"Check the claim", "say: {en: \"{claim} Check the claim"),
        ("service.yaml", "names: [things, property]", "names: [things, claim]"),
        ("workflow.yaml", "start:\n", "start:\n  - {when: \"surname == 'x'\", stage: paying}\n"),
        ("messages/booked.md", "We will collect", "{claim} We will collect"),
        ("messages/booked.md", "We will collect", "{surname_words} We will collect"),
    ],
)  # fmt: skip
def test_what_is_kept_cannot_name_what_is_forgotten(file: str, old: str, new: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        build(with_changed(file, old, new))
    said = " ".join(map(str, caught.value.problems))
    assert "claim" in said or "surname" in said


@pytest.mark.parametrize("kind", ["address", "photo", "slot", "location"])
def test_a_place_a_photo_and_a_day_are_not_forgotten(kind: str) -> None:
    old = "{id: claim, kind: text, forget: true"
    with pytest.raises(DefinitionError, match="can be forgotten"):
        build(with_changed("form.yaml", old, old.replace("text", kind)))


def test_contact_is_kept_apart_and_not_forgotten() -> None:
    old = "kind: email, contact: email"
    with pytest.raises(DefinitionError, match="can be forgotten"):
        build(with_changed("form.yaml", old, f"{old}, forget: true"))


def test_a_facts_of_a_forgotten_answer_may_be_named() -> None:
    files = with_changed("form.yaml", "sending: {en: \"We", "sending: {en: \"{entitled} We")  # fmt: skip
    assert build(files).form.questions["claim"].forget


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("      used_times: \"uses.sum", "      used_times: \"uss.sum", "uss"),
        ("      free: \"max(0,", "      free: \"max(0 <", "free"),
    ],
)  # fmt: skip
def test_a_stages_value_with_a_mistake_has_its_line(old: str, new: str, says: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        build(with_changed("workflow.yaml", old, new))
    assert any(
        p.startswith("workflow.yaml:")
        for p in map(str, caught.value.problems)
        if says in p or "max" in p
    )
