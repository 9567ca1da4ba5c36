"""What is wrong in a council's own folder is said before a resident meets it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from doorstep.council import checking
from doorstep.council import queries as council
from doorstep.waste import sorting

Change = Callable[[str, str, str], None]


@pytest.fixture
def change(home: Path) -> Change:
    """Put other words into a file of this council's folder."""

    def made(name: str, old: str, new: str) -> None:
        path = home / "councils" / "demo" / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return made


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('colour: "#1f5c3f"', 'colour: "#ffee00"', "brand.colour: #ffee00 and white"),
        ("draw: [sofa]", "draw: [soffa]", "front.tiles.2: `soffa` is not among `drawn`"),
        ("mark: mark.svg", "mark: none.svg", "brand.mark: there is no file `none.svg`"),
        ("address: /contact}", 'address: "javascript:alert(1)"}', "front.links.3.address"),
        (
            "put_out:",
            "notices: [{say: X, first: 2026-12-02, last: 2026-12-01}]\nput_out:",
            "notices.0: `last` is before `first`",
        ),
    ],
)
def test_each_mistake_is_said_by_its_file_and_name(
    change: Change, old: str, new: str, says: str
) -> None:
    assert checking.problems() == [] == sorting.problems()
    council._read.cache_clear()
    council._council.cache_clear()
    change("council.yaml", old, new)
    (problem,) = checking.problems()
    assert "council.yaml: " in problem and says in problem
    with pytest.raises(CommandError, match="council.yaml"):
        call_command("check")
    council._read.cache_clear()
    council._council.cache_clear()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("service: missed-bin", "service: mised-bin", "front.tiles.1: `mised-bin` is not among"),
        ("beside: complaint", "beside: no-such", "front.links.2: `no-such` is not among"),
    ],
)
def test_what_is_not_shown_is_said_and_no_reason_not_to_start(
    change: Change, old: str, new: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for kept in (council._read, council._council):
        kept.cache_clear()
    change("council.yaml", old, new)
    assert checking.problems() == []
    (doubt,) = checking.doubts()
    assert says in doubt
    call_command("check")
    assert says in capsys.readouterr().err
    for kept in (council._read, council._council):
        kept.cache_clear()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("into: [food-caddy]", "into: [purple-bin]", "`purple-bin` is not among `containers`"),
        ("into: [food-caddy]", "into: food-caddy", "into: "),
        ("- {thing:", "- {thing", "what-goes-where.yaml"),
    ],
)
def test_a_bad_list_is_said_and_breaks_no_page(
    change: Change, old: str, new: str, says: str
) -> None:
    change("what-goes-where.yaml", old, new)
    (problem, *_more) = sorting.problems()
    assert "what-goes-where.yaml: " in problem and says in problem
    assert isinstance(sorting.things(), tuple)
