"""The reference is what the code says of itself, and says it of everything."""

from pathlib import Path

from doorstep.cases import workflow
from doorstep.catalogue import steps
from doorstep.forms import facts
from doorstep.forms.questions.kinds import KINDS
from doorstep.rehearsal import reference

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text() == reference.page(), "write it anew: doorstep services reference"


def test_everything_has_a_sentence() -> None:
    """What is offered without one would stand there empty."""
    told = {name: fact.find.__doc__ for name, fact in facts.offered().items()}
    told |= {name: workflow.step(name).__doc__ for name in steps.offered()}
    told |= {name: kind.__doc__ for name, kind in KINDS.items()}
    assert [name for name, doc in told.items() if not (doc or "").strip()] == []
    assert "|  |" not in PAGE.read_text()


def test_each_kind_fact_and_step_stands_there() -> None:
    page = PAGE.read_text()
    names = [*facts.offered(), *steps.offered(), *(n for n, k in KINDS.items() if k.is_listed)]
    assert [name for name in names if f"`{name}" not in page] == []
