"""A folder that is about to be used: ways on from what can never come are found, with file and line."""

from pathlib import Path

import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.errors import DefinitionError


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("pay.paid:", "pay.payed:", "`pay` has no outcome `payed`; did you mean `paid`?"),
        ("pay.paid:", "pai.paid:", "`pai.paid` comes of no step `pai`; did you mean `pay`?"),
        ("pence: back,", "pence: -1,", "leave `pence` out to give all back"),
        ("book.gone:", "book.full:", "`book` has no outcome `full`; there are: booked: "),
    ],
)
def test_a_way_on_from_what_never_comes_is_refused(
    home: Path, was: str, now: str, says: str
) -> None:
    path = home / "services" / "bulky-waste" / "workflow.yaml"
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, now))
    with pytest.raises(DefinitionError) as caught:
        catalogue.of_folder(path.parent)
    lines = [str(p) for p in caught.value.problems if p.file == "workflow.yaml"]
    assert any(says in line for line in lines), lines
