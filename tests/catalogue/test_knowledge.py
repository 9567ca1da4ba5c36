"""What advisers read: words of the service's own, that name what is known, and send no caller to the telephone."""

import re
from typing import Any

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.build_service import build
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.queries import read_folder

TO_THE_TELEPHONE = re.compile(r"\b(call|ring|ask|contact|telephone|phone) us\b", re.I)
OURS = [folder.name for folder in catalogue.library()]


@pytest.mark.parametrize("slug", OURS)
def test_no_caller_is_sent_to_the_telephone(slug: str) -> None:
    folder = next(one for one in catalogue.library() if one.name == slug)
    form = build(read_folder(folder)).form
    for stop in form.stops.values():
        assert not TO_THE_TELEPHONE.search(stop.adviser or stop.say), stop.code
    for page in form.pages:
        page = page.asked_of(staff=True)
        assert not TO_THE_TELEPHONE.search(f"{page.title} {page.hint}"), page.id


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "service.yaml",
            "before:",
            'knowledge: {asked: [{ask: Why, answer: "{nobody}"}]}\nbefore:',
            "{nobody}",
        ),
        (
            "service.yaml",
            "before:",
            'knowledge: {script: ["{settings.none}"]}\nbefore:',
            "{settings.none}",
        ),
    ],
)
def test_what_names_nothing_is_refused(file: str, old: str, new: str, says: str) -> None:
    contents: dict[str, Any] = dict(read_folder(catalogue.library()[0].parent / "hazard"))
    text = re.sub(r"(?m)^knowledge:\n(?:[ ].*\n)+", "", contents[file])
    contents[file] = text.replace(f"\n{old}", f"\n{new}")
    with pytest.raises(DefinitionError, match=re.escape(says)):
        build(contents)
